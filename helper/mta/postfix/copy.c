/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.c guarantees that a copy of the configuration means what the original means: every path that
 * leads to a table the scan reads is found where it is written, and commands that Postfix runs are
 * told of the original directory. Set-gid programs (postdrop, postqueue) obey no other.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* A plain $name, ${name} or $(name) that ends where `end` is: its start and its name. */
static bool reference_before(struct span bytes, size_t end, size_t *ret_start,
			     struct span *ret_name)
{
	size_t to = end, from;
	char open = '\0';

	if (to > 0 && (bytes.at[to - 1] == '}' || bytes.at[to - 1] == ')'))
		open = bytes.at[--to] == '}' ? '{' : '(';
	for (from = to; from > 0 && is_name(bytes.at[from - 1]); from--)
		;
	*ret_name = (struct span){bytes.at + from, to - from};
	if (open != '\0' && (from == 0 || bytes.at[--from] != open))
		return false;
	if (from == 0 || ret_name->len == 0 || bytes.at[from - 1] != '$')
		return false;
	*ret_start = from - 1;
	return true;
}

static void add_path(struct pf *pf, size_t file, size_t off, size_t len, const char *path,
		     size_t to, const char *reason)
{
	struct finding *f;

	for (size_t i = 0; i < pf->scan->n_findings; i++) {
		f = &pf->scan->findings[i];
		if (f->kind == FIND_PATH && f->file == file && f->off == off && f->to == to)
			return;
	}
	f = scan_add(pf->scan, FIND_PATH, pf_file(pf, file), off, len);
	f->path = pool_dups(&pf->scan->pool, path);
	f->to = to;
	f->reason = reason;
	f->what = "path";
}

/* The longest end of it that stands in one place. */
static size_t written_from(const struct pf *pf, struct traced name, size_t *ret_file,
			   size_t *ret_off)
{
	size_t i = 0;

	while (i < name.len &&
	       !traced_where(&pf->trace, traced_part(name, i, name.len - i), ret_file, ret_off))
		i++;
	return i;
}

int path_scan(struct pf *pf, struct traced name, const char *path, size_t to)
{
	size_t file = pf->main_cf, off = 0, start, head;
	struct traced value;
	struct span ref;
	char key[128];

	if (pf->scan->copy == NULL)
		return 0;
	head = written_from(pf, name, &file, &off);
	if (head == 0) {
		add_path(pf, file, off, name.len, path, to, NULL);
		return 0;
	}
	if (head == name.len || !reference_before(pf_file(pf, file)->bytes, off, &start, &ref) ||
	    ref.len >= sizeof(key))
		goto unclear;
	memcpy(key, ref.at, ref.len);
	key[ref.len] = '\0';
	if (pf_value(pf, key, &value) < 0)
		return -1;
	if (value.len != head || memcmp(value.text, name.text, head) != 0)
		goto unclear;
	/* What is said to be in the configuration directory moves with it. */
	if (strcmp(key, "config_directory") != 0)
		add_path(pf, file, start, off + name.len - head - start, path, to, NULL);
	return 0;
unclear:
	add_path(pf, file, off, 0, path, to,
		 "its path is put together in main.cf or master.cf in a way that cannot be "
		 "followed; write it out");
	return 0;
}

/* A main.cf may name its own directory. */
static void directory_scan(struct pf *pf)
{
	const char *name = "config_directory";
	const struct param *p = param_find(&pf->params, (struct span){name, strlen(name)});
	size_t file, off;

	if (p != NULL && text_equal(traced_span(p->value), pf->scan->config) &&
	    traced_where(&pf->trace, p->value, &file, &off))
		add_path(pf, file, off, p->value.len, pf->scan->config, pf->main_cf, NULL);
}

/* MAIL_CONFIG would lead commands to the copy, which postdrop refuses when a user runs it. */
static int environment_scan(struct pf *pf)
{
	const char *name = "export_environment";
	const struct param *p = param_find(&pf->params, (struct span){name, strlen(name)});
	struct pool *pool = &pf->scan->pool;
	struct traced value, word;
	struct finding *f;
	size_t file, off;

	if (p == NULL) {
		f = scan_add(pf->scan, FIND_SETTING, pf_file(pf, pf->main_cf),
			     pf_file(pf, pf->main_cf)->bytes.len, 0);
		f->before = pool_printf(pool, "%s%s = ", pf->main_open_end ? "\n" : "", name);
		f->after = pf->main_open_end ? "" : "\n";
		f->fixed = pool_printf(pool, "TZ MAIL_CONFIG=%s LANG", pf->scan->config);
	} else {
		if (expand(pf, p->value, &value) < 0)
			return -1;
		do
			if (!traced_word(&value, ", \t\r\n", true, &word))
				return 0;
		while (!text_equal(traced_span(word), "MAIL_CONFIG"));
		if (!traced_where(&pf->trace, word, &file, &off))
			return pf_bad(pf, p->value, "MAIL_CONFIG must be one word to be copied");
		f = scan_add(pf->scan, FIND_SETTING, pf_file(pf, file), off, word.len);
		f->fixed = pool_printf(pool, "MAIL_CONFIG=%s", pf->scan->config);
	}
	f->setting = SET_FIXED;
	f->what = name;
	return 0;
}

int copy_scan(struct pf *pf)
{
	if (pf->scan->copy == NULL)
		return 0;
	directory_scan(pf);
	return environment_scan(pf);
}
