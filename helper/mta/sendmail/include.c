/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * include.c guarantees to know what the files that a .mc includes do to the text behind them: in
 * cf.m4 changecom() ends all comments, so behind each file that includes it '#' begins none. Files
 * with relative paths are looked for where m4 was started, and are not known.
 */
#include "mta/sendmail/sendmail.h"

#include "data/array.h"

static bool is_cf_m4(struct span path)
{
	static const char end[] = "/cf.m4";
	size_t n = strlen(end);

	return path.len >= n && memcmp(path.at + path.len - n, end, n) == 0;
}

static bool is_include(const struct m4_call *c, struct placed *ret_path)
{
	return (text_equal(c->name, "include") || text_equal(c->name, "sinclude")) && c->n > 0 &&
	       m4_unquote(c->arguments[0], ret_path);
}

struct file *mc_included(struct sm *sm, const struct m4_call *c)
{
	struct placed path;
	struct file *f;

	if (!is_include(c, &path) || is_cf_m4(path.text) || path.text.len == 0 ||
	    path.text.at[0] != '/')
		return NULL;
	f = scan_file(sm->scan, pool_dup(&sm->pool, path.text.at, path.text.len), 0);
	if (f == NULL)
		return NULL;
	f->comment = "dnl";
	return f->state == FILE_LOADED ? f : NULL;
}

/* Once for each file: where comments are over already, nobody asks. */
static bool file_ends_comments(struct sm *sm, const struct file *f)
{
	struct m4_reader r = {.text = {f->bytes, scan_file_index(sm->scan, f), 0}};
	size_t k = 0;

	while (k < sm->n_included && sm->included[k].file != r.text.file)
		k++;
	if (k < sm->n_included)
		return sm->included[k].ends_comments;
	if (array_grow(&sm->included, &sm->n_included, &sm->cap_included) == NULL) {
		sm->pool.failed = true;
		return false;
	}
	/* until more is known, for a file that includes itself */
	sm->included[k] = (struct included){.file = r.text.file};
	r.comments = true;
	(void)mc_is_whole(sm, &r);
	sm->included[k].ends_comments = !r.comments;
	return !r.comments;
}

bool mc_ends_comments(struct sm *sm, const struct m4_call *c)
{
	struct placed path;
	const struct file *f;

	if (text_equal(c->name, "changecom"))
		return true;
	if (is_include(c, &path) && is_cf_m4(path.text))
		return true;
	f = mc_included(sm, c);
	return f != NULL && file_ends_comments(sm, f);
}

bool mc_is_whole(struct sm *sm, struct m4_reader *r)
{
	struct m4_call c;

	while (m4_next(r, &c))
		if (r->comments && mc_ends_comments(sm, &c))
			r->comments = false;
	return !r->open;
}
