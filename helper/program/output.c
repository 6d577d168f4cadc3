/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.c guarantees that nothing of a secret file is printed but line numbers, and no secret of
 * another one. It judges nothing.
 */
#include "program/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/spawn.h"

int output_json(json_t *value, struct diag *ret_diag)
{
	int r = value != NULL ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;

	json_decref(value);
	if (r < 0)
		return diag_oom(ret_diag);
	(void)putchar('\n');
	return 0;
}

/* A string as far as it is UTF-8; bytes that are not become '?', since JSON knows no others. */
static json_t *text(const char *bytes, size_t len)
{
	json_t *s = json_stringn(bytes, len);
	char *copy;

	if (s != NULL || (copy = malloc(len + 1)) == NULL)
		return s;
	for (size_t i = 0; i < len; i++)
		copy[i] = (unsigned char)bytes[i] < 0x80 ? bytes[i] : '?';
	s = json_stringn(copy, len);
	free(copy);
	return s;
}

static json_t *shown(const struct survey *s, const struct file *f, struct span bytes)
{
	struct buf masked = BUF_INIT;
	json_t *value;

	if (!f->secret)
		mask_add(&s->mask, bytes, &masked);
	value = f->secret || !buf_ok(&masked) ? text(MASK, strlen(MASK))
					      : text(buf_str(&masked), masked.len);
	buf_release(&masked);
	return value;
}

json_t *output_plan_json(const struct survey *s)
{
	json_t *edits = json_array(), *kept = json_array(), *pinned = json_array();
	const struct plan *p = &s->plan;
	struct plan_line at = {0};

	for (size_t i = 0; i < p->n_edits; i++) {
		const struct edit *e = &p->edits[i];
		const struct file *f = &s->scan.files[e->file];
		json_t *was = shown(s, f, plan_old(&s->scan, e)),
		       *now = shown(s, f, (struct span){e->text, e->text_len});

		(void)json_array_append_new(
			edits, json_pack("{s:s, s:i, s:s, s:o, s:o}", "file", f->path, "line",
					 (int)plan_line(&at, &s->scan, e->file, e->off), "kind",
					 edit_kind_name(e->kind), "old", was, "new", now));
	}
	for (size_t i = 0; i < p->n_kept; i++) {
		const struct kept *k = &p->kept[i];
		char addr[IPADDR_STRLEN];

		(void)json_array_append_new(
			kept, json_pack("{s:s, s:i, s:s, s:s}", "file", s->scan.files[k->file].path,
					"line", (int)k->line, "address",
					ipaddr_format(&k->addr, addr), "reason", k->reason));
	}
	for (size_t i = 0; i < p->n_pinned; i++) {
		const struct pinned *k = &p->pinned[i];
		char addr[IPADDR_STRLEN];

		(void)json_array_append_new(pinned,
					    json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "file",
						      s->scan.files[k->file].path, "line",
						      (int)k->line, "setting", k->what, "address",
						      ipaddr_format(&k->addr, addr), "node",
						      survey_owner(s, &k->addr), "cure", k->cure));
	}
	return json_pack("{s:o, s:o, s:o, s:i}", "edits", edits, "kept", kept, "pinned", pinned,
			 "changed", (int)p->n_edits);
}

static void print_diff(struct span diff)
{
	bool colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	struct span line;
	size_t next = 0;

	while (text_line(diff, next, &line, &next)) {
		const char *on = "";

		if (colour && line.len > 0)
			on = line.at[0] == '+'	 ? "\033[32m"
			     : line.at[0] == '-' ? "\033[31m"
			     : line.at[0] == '@' ? "\033[36m"
						 : "";
		(void)printf("%s%.*s%s\n", on, (int)line.len, line.at, on[0] ? "\033[0m" : "");
	}
}

/* diff(1) of the file on the disk and `now`. */
static int diff_file(const struct survey *s, const struct file *f, const char *real,
		     const struct buf *now, const struct deadline *d, struct diag *ret_diag)
{
	char from[PATH_MAX + 8], to[PATH_MAX + 8];
	const char *argv[] = {"diff", "-a", "-u", "--label", from, "--label",
			      to,     "--", real, "-",	     NULL};
	struct spawn job = {.argv = argv,
			    .input = {buf_str(now), now->len},
			    .max_out = (size_t)64 * 1024 * 1024};
	struct spawn_result r = SPAWN_RESULT_INIT;
	struct buf masked = BUF_INIT;
	int status;

	(void)snprintf(from, sizeof(from), "a%s", f->path);
	(void)snprintf(to, sizeof(to), "b%s", f->path);
	status = spawn_run(&job, d, &r, ret_diag);
	/* diff(1): 1 means that they differ, more is trouble */
	if (status == 0 && (r.end != SPAWN_EXITED || r.number > 1))
		status = spawn_expect_zero("diff", &r, ret_diag);
	if (status == 0) {
		mask_add(&s->mask, (struct span){buf_str(&r.out), r.out.len}, &masked);
		if (!buf_ok(&masked))
			status = diag_oom(ret_diag);
		else
			print_diff((struct span){buf_str(&masked), masked.len});
	}
	buf_release(&masked);
	spawn_result_release(&r);
	return status;
}

static void print_secret(const struct survey *s, size_t file)
{
	struct plan_line at = {0};
	size_t n;
	const struct edit *edits = plan_edits(&s->plan, file, &n);

	for (size_t i = 0; i < n; i++)
		(void)printf("# %s line %u: a key follows its remote (content not shown)\n",
			     s->scan.files[file].path,
			     plan_line(&at, &s->scan, file, edits[i].off));
}

int output_plan_diff(const struct survey *s, struct instance *inst, const struct deadline *d,
		     struct diag *ret_diag)
{
	struct buf now = BUF_INIT;
	int status = 0;

	for (size_t i = 0; status == 0 && i < s->scan.n_files; i++) {
		const struct file *f = &s->scan.files[i];
		const struct admin_file *a;
		bool differs = false;

		if (f->state != FILE_LOADED)
			continue;
		status = survey_new_bytes(s, i, inst, d, &now, &differs, ret_diag);
		if (status < 0 || !differs)
			continue;
		if (f->secret)
			print_secret(s, i);
		else if ((status = survey_live(s, i, inst, d, &a, ret_diag)) == 0)
			status = diff_file(s, f, a->real, &now, d, ret_diag);
	}
	buf_release(&now);
	return status;
}

void output_plan_kept(const struct survey *s, FILE *out)
{
	const struct plan *p = &s->plan;

	if (p->remotes > 0)
		(void)fprintf(out, "# %zu of %zu remotes by name\n", p->named, p->remotes);
	for (size_t i = 0; i < p->n_kept; i++) {
		const struct kept *k = &p->kept[i];
		char addr[IPADDR_STRLEN];

		(void)fprintf(out, "# %s line %u: %s stays: %s\n", s->scan.files[k->file].path,
			      k->line, ipaddr_format(&k->addr, addr), k->reason);
	}
}

void output_plan_pinned(const struct survey *s, const char *prefix, FILE *out)
{
	for (size_t i = 0; i < s->plan.n_pinned; i++) {
		const struct pinned *k = &s->plan.pinned[i];
		char addr[IPADDR_STRLEN];

		(void)fprintf(out, "%s%s line %u: %s is pinned to %s, which only %s has: %s\n",
			      prefix, s->scan.files[k->file].path, k->line, k->what,
			      ipaddr_format(&k->addr, addr), survey_owner(s, &k->addr), k->cure);
	}
}

void output_notes(const struct survey *s, FILE *out)
{
	for (size_t i = 0; i < s->facts.n_findings; i++)
		(void)fprintf(out, "# %s\n", s->facts.findings[i]);
	for (size_t i = 0; i < s->n_notes; i++)
		(void)fprintf(out, "# %s\n", s->notes[i]);
	if (s->scanned)
		output_plan_pinned(s, "# ", out);
	for (size_t i = 0; s->scanned && i < s->scan.n_warnings; i++)
		(void)fprintf(out, "# %s\n", s->scan.warnings[i]);
}
