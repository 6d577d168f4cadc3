/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_files.c guarantees that in a copy every path which the scan has found leads to the rewritten
 * file if there is one, and to the admin's own otherwise; and that a file which is rewritten has
 * one mark, a file which is not has none. It does not look for paths itself: scanners do.
 */
#include "pure/plan_files.h"

#include <stdlib.h>
#include <string.h>

#include "pure/mark.h"

static int edit_path(struct plan *p, const struct scan *s, const struct finding *f, bool *touched,
		     bool *ret_more, struct diag *ret_diag)
{
	if (f->reason != NULL)
		return diag_set(ret_diag, EX_INSTALLED,
				"cannot copy %s: %s; use config_mode=in-place",
				s->files[f->to].path, f->reason);
	plan_edit(p, f, EDIT_PATH, pool_printf(&p->pool, "%s%s", s->copy, f->path));
	*ret_more = *ret_more || !touched[f->file];
	touched[f->file] = true;
	return 0;
}

/* A file that names a rewritten one is rewritten for it, too. */
static int edit_paths(struct plan *p, const struct scan *s, bool *touched, struct diag *ret_diag)
{
	bool *done = calloc(s->n_findings + 1, sizeof(*done)), more = true;
	int rc = done != NULL ? 0 : diag_oom(ret_diag);

	while (rc == 0 && more) {
		more = false;
		for (size_t i = 0; rc == 0 && i < s->n_findings; i++) {
			const struct finding *f = &s->findings[i];

			if (f->kind != FIND_PATH || done[i] || !touched[f->to])
				continue;
			done[i] = true;
			rc = edit_path(p, s, f, touched, &more, ret_diag);
		}
	}
	free(done);
	return rc;
}

/* At the end, in a line of its own. */
static void add_mark(struct plan *p, const struct scan *s, size_t file, const char *resource)
{
	const struct file *f = &s->files[file];
	struct finding end = {.file = file, .off = f->bytes.len, .what = "mark"};
	bool open = f->bytes.len > 0 && f->bytes.at[f->bytes.len - 1] != '\n';
	struct span ignored;

	if (f->comment == NULL || mark_find(f->bytes, &ignored))
		return;
	plan_edit(p, &end, EDIT_MARK,
		  pool_printf(&p->pool, "%s%s\n", open ? "\n" : "",
			      mark_line(&p->pool, f->comment, resource, s->copy ? f->path : NULL)));
	if (p->n_edits > 0)
		p->edits[p->n_edits - 1].seq = s->n_findings; /* behind all that is appended */
}

int plan_files(struct plan *p, const struct scan *s, const char *resource, struct diag *ret_diag)
{
	bool *touched = calloc(s->n_files + 1, sizeof(*touched));
	int rc = 0;

	if (touched == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < p->n_edits; i++)
		touched[p->edits[i].file] = true;
	if (s->copy != NULL)
		rc = edit_paths(p, s, touched, ret_diag);
	for (size_t i = 0; rc == 0 && resource != NULL && i < s->n_files; i++)
		if (touched[i])
			add_mark(p, s, i, resource);
	free(touched);
	return rc;
}
