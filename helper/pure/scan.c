/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan.c guarantees that files are asked for once each and keep their index from one round to the
 * next. It opens nothing.
 */
#include "pure/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"

void scan_init(struct scan *s, const char *config)
{
	*s = (struct scan){.pool = POOL_INIT};
	s->config = pool_dups(&s->pool, config);
}

void scan_release(struct scan *s)
{
	for (size_t i = 0; i < s->n_files; i++)
		free(s->files[i].derived);
	free(s->files);
	free(s->findings);
	free(s->repeats);
	free(s->calls);
	free(s->warnings);
	free(s->secrets);
	pool_release(&s->pool);
	*s = (struct scan){.pool = POOL_INIT};
}

void scan_restart(struct scan *s)
{
	s->n_findings = s->n_repeats = s->n_keys = 0;
	s->n_calls = 0;
	s->n_warnings = 0;
	s->n_secrets = 0;
	for (size_t i = 0; i < s->n_files; i++)
		s->files[i].has_secrets = false;
	s->process = (struct process){0};
	s->blind = false;
}

struct file *scan_file(struct scan *s, const char *path, int role)
{
	struct file *f;

	for (size_t i = 0; i < s->n_files; i++)
		if (strcmp(s->files[i].path, path) == 0)
			return &s->files[i];
	f = array_grow(&s->files, &s->n_files, &s->cap_files);
	if (f == NULL) {
		s->pool.failed = true;
		return NULL;
	}
	f->path = pool_dups(&s->pool, path);
	f->role = role;
	f->comment = "#";
	f->state = FILE_WANTED;
	return f;
}

int scan_need(struct scan *s, const char *path, int role, bool absent_ok, size_t *ret_index,
	      struct diag *ret_diag)
{
	struct file *f = scan_file(s, path, role);

	if (f == NULL)
		return diag_oom(ret_diag);
	if (f->state == FILE_UNREADABLE || (f->state == FILE_ABSENT && !absent_ok))
		return diag_set(ret_diag, EX_INSTALLED, "cannot open %s: %s", f->path,
				f->state == FILE_ABSENT ? "No such file or directory"
				: f->why != NULL	? f->why
							: "unreadable");
	*ret_index = scan_file_index(s, f);
	return 0;
}

bool scan_wants(const struct scan *s)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].state == FILE_WANTED)
			return true;
	return false;
}

size_t scan_file_index(const struct scan *s, const struct file *f)
{
	return (size_t)(f - s->files);
}

struct derived *scan_derived(struct scan *s, struct file *f, const char *path, const char *suffix,
			     const char *const *argv)
{
	struct derived *d;

	for (size_t i = 0; i < f->n_derived; i++)
		if (strcmp(f->derived[i].path, path) == 0)
			return NULL;
	d = array_grow(&f->derived, &f->n_derived, &f->cap_derived);
	if (d == NULL) {
		s->pool.failed = true;
		return NULL;
	}
	d->path = pool_dups(&s->pool, path);
	d->suffix = pool_dups(&s->pool, suffix);
	d->argv = argv;
	return d;
}

struct finding *scan_add(struct scan *s, enum finding_kind kind, const struct file *f, size_t off,
			 size_t len)
{
	struct finding *g = array_grow(&s->findings, &s->n_findings, &s->cap_findings);

	if (g == NULL) {
		s->pool.failed = true;
		g = pool_alloc(&s->pool, sizeof(*g));
	}
	s->n_keys += kind == FIND_KEY;
	g->kind = kind;
	g->file = (uint32_t)scan_file_index(s, f);
	g->off = off;
	g->len = len;
	g->before = g->after = "";
	return g;
}

void scan_repeat(struct scan *s, size_t like, size_t off)
{
	struct repeat *r = array_grow(&s->repeats, &s->n_repeats, &s->cap_repeats);

	if (r == NULL)
		s->pool.failed = true;
	else
		*r = (struct repeat){off, (uint32_t)like, (uint32_t)s->n_findings};
}

int scan_drop(struct scan *s, bool (*drop)(const struct finding *f))
{
	uint32_t *to = calloc(s->n_findings + 1, sizeof(*to)), out = 0;

	if (to == NULL)
		return -1;
	for (size_t i = 0; i < s->n_findings; i++) {
		to[i] = out;
		if (!drop(&s->findings[i]))
			s->findings[out++] = s->findings[i];
	}
	to[s->n_findings] = out;
	s->n_findings = out;
	for (size_t i = 0; i < s->n_repeats; i++) {
		s->repeats[i].like = to[s->repeats[i].like];
		s->repeats[i].after = to[s->repeats[i].after];
	}
	free(to);
	return 0;
}

struct call *scan_call(struct scan *s, const struct file *f, size_t off)
{
	struct call *c = array_grow(&s->calls, &s->n_calls, &s->cap_calls);

	if (c == NULL) {
		s->pool.failed = true;
		c = pool_alloc(&s->pool, sizeof(*c));
	}
	c->file = scan_file_index(s, f);
	c->off = off;
	return c;
}

void scan_secret(struct scan *s, struct file *f, size_t off, size_t len)
{
	struct span all = {f->bytes.at + off, len}, line;

	for (size_t at = 0; text_line(all, at, &line, &at);) {
		struct span *slot;

		line = text_trim(line);
		if (line.len == 0)
			continue;
		slot = array_grow(&s->secrets, &s->n_secrets, &s->cap_secrets);
		if (slot == NULL) {
			s->pool.failed = true;
			return;
		}
		*slot = line;
		f->has_secrets = true;
	}
}

void scan_warn(struct scan *s, const char *fmt, ...)
{
	const char **at = array_grow(&s->warnings, &s->n_warnings, &s->cap_warnings);
	char text[DIAG_MAX];
	va_list ap;

	if (at == NULL) {
		s->pool.failed = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_make_printable(text);
	*at = pool_dups(&s->pool, text);
}

bool scan_fact(const struct scan *s, const char *key, struct span *ret_value)
{
	struct span line;

	for (size_t at = 0; text_line(s->facts, at, &line, &at);) {
		const char *eq = memchr(line.at, '=', line.len);
		struct span name;

		if (eq == NULL)
			continue;
		name = text_trim((struct span){line.at, (size_t)(eq - line.at)});
		if (!text_equal(name, key))
			continue;
		*ret_value =
			text_trim((struct span){eq + 1, line.len - (size_t)(eq + 1 - line.at)});
		return true;
	}
	return false;
}
