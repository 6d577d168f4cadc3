/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inforce.c guarantees that the two scans know the same of everything but the files that drifted,
 * so that what neither can see makes no difference.
 */
#include "program/inforce.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "effects/file.h"
#include "pure/plan.h"

#define READ_MAX ((off_t)256 * 1024)

struct look {
	const struct options *o;
	struct instance *inst;
	const struct stack_record *record;
	bool published; /* else live */
	struct buf *bytes;
	size_t n;
};

/* -1: it is not there, or too much for a monitor to read. */
static int read_live(const char *path, struct buf *ret, struct diag *ret_diag)
{
	struct loaded f = {0};
	int rc = file_look(path, &f, ret_diag);

	if (rc < 0)
		return -1;
	rc = f.state == FILE_LOADED && f.identity.size <= READ_MAX ? 0 : -1;
	file_release(&f);
	if (rc < 0 || file_load(path, &f, ret_diag) < 0)
		return -1;
	rc = f.state == FILE_LOADED ? 0 : -1;
	buf_add(ret, f.bytes, rc == 0 ? f.len : 0);
	file_release(&f);
	return rc;
}

static int load(struct look *l, struct scan *s, struct diag *ret_diag)
{
	struct buf *more = realloc(l->bytes, (s->n_files + 1) * sizeof(*more));

	if (more == NULL)
		return diag_oom(ret_diag);
	l->bytes = more;
	for (; l->n < s->n_files; l->n++) {
		struct file *f = &s->files[l->n];
		struct buf *b = &l->bytes[l->n];
		bool ours = false;

		*b = (struct buf)BUF_INIT;
		f->state = FILE_ABSENT;
		if (l->published &&
		    instance_published(l->inst, f->path, READ_MAX, b, &ours, ret_diag) < 0)
			return -1;
		if (ours || read_live(f->path, b, ret_diag) == 0)
			f->state = FILE_LOADED;
		if (!buf_ok(b))
			return diag_oom(ret_diag);
		f->bytes = (struct span){buf_str(b), b->len};
	}
	return 0;
}

/* Binds that a plan would still have to make. -1: it cannot be understood. */
static long missing(struct look *l, const char *config, struct diag *ret_diag)
{
	struct stack want = {.name = NULL};
	struct names none;
	struct scan s;
	struct plan p;
	bool wanted;
	long n = 0;
	int rc;

	if (l->record->vip4 != NULL)
		(void)ipaddr_parse(l->record->vip4, strlen(l->record->vip4), &want.vip4);
	if (l->record->vip6 != NULL)
		(void)ipaddr_parse(l->record->vip6, strlen(l->record->vip6), &want.vip6);
	scan_init(&s, config);
	s.accept_leak = true;
	names_init(&none);
	plan_init(&p);
	do {
		scan_restart(&s);
		rc = l->o->backend->scan(&s, ret_diag);
		wanted = scan_wants(&s);
		if (rc == 0 && wanted)
			rc = load(l, &s, ret_diag);
	} while (rc == 0 && wanted);
	if (rc == 0)
		rc = plan_make(&p, &s, &want, &none, ret_diag);
	for (size_t i = 0; rc == 0 && i < p.n_edits; i++)
		n += p.edits[i].kind == EDIT_BIND || p.edits[i].kind == EDIT_FAMILY;
	plan_release(&p);
	names_release(&none);
	scan_release(&s);
	for (size_t i = 0; i < l->n; i++)
		buf_release(&l->bytes[i]);
	free(l->bytes);
	return rc < 0 ? -1 : n;
}

int inforce_lost(const struct options *o, struct instance *inst, bool *ret_lost,
		 struct diag *ret_diag)
{
	const struct stack_record *record = instance_record(inst);
	struct look live = {.o = o, .inst = inst, .record = record}, published = live;
	char config[PATH_MAX];
	long now, then;

	if (snprintf(config, sizeof(config), "%s%s", record->copy ? record->copy : "",
		     record->config) >= (int)sizeof(config))
		return diag_set(ret_diag, EX_FAILED, "cannot look at %s: its path is too long",
				record->config);
	published.published = true;
	now = missing(&live, config, ret_diag);
	then = now > 0 ? missing(&published, config, ret_diag) : now;
	*ret_lost = now > then && then >= 0;
	return 0;
}
