/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secrets.c guarantees that passwords that stand in main.cf or master.cf themselves are known as
 * such: in tables that stand there (inline, static, randmap), whatever wraps them and whether the
 * definition counts or not, and in parameters whose name says password. Of a comment it knows only
 * the parameter that it switches off, as far as one line goes.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

#define SEPARATORS ", \t\r\n"

static bool ends_with(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && memcmp(s.at + s.len - n, end, n) == 0;
}

static bool contains(struct span s, const char *word)
{
	return s.len > 0 && memmem(s.at, s.len, word, strlen(word)) != NULL;
}

static bool is_password_maps(struct span name)
{
	return text_equal(name, "smtp_sasl_password_maps") ||
	       text_equal(name, "lmtp_sasl_password_maps");
}

/* smtp_tls_… names no such thing; ldap_bind_pw, mysql_password and an admin's own do. */
static bool is_password(struct span name)
{
	return contains(name, "passw") || contains(name, "secret") || ends_with(name, "_pw");
}

static void hide(struct pf *pf, struct traced t)
{
	for (size_t i = 0; i < t.n; i++) {
		struct piece p = pf->trace.pieces[t.first + i];
		size_t from = p.at > t.base ? p.at : t.base;
		size_t to = p.at + p.len < t.base + t.len ? p.at + p.len : t.base + t.len;

		if (from < to)
			scan_secret(pf->scan, pf_file(pf, p.file), p.off + (from - p.at),
				    to - from);
	}
}

/* What a table gives. Passed on, it is the next table's key, unless it has the form of a result,
 * user:password. */
static void hide_given(struct pf *pf, struct traced value, bool passed_on)
{
	if (!passed_on || traced_find(value, ':') < value.len)
		hide(pf, value);
}

/* key = value, { key = many words } */
static void hide_inline(struct pf *pf, struct traced name, bool passed_on)
{
	struct traced rest, pair, key, value;

	if (!traced_braced(name, &rest)) {
		hide(pf, name);
		return;
	}
	while (traced_word(&rest, SEPARATORS, true, &pair)) {
		if (pair.text[0] == '{')
			(void)traced_braced(pair, &pair);
		if (split_nameval(pair, &key, &value) == NULL)
			hide_given(pf, value, passed_on);
		else
			hide(pf, pair);
	}
}

static void hide_in_maps(struct pf *pf, struct traced list, bool pipe, bool passed_on);

/* type:name; passed_on: its results are keys of the next table of a pipe. */
static void hide_in_map(struct pf *pf, struct traced spec, bool passed_on)
{
	size_t colon = traced_find(spec, ':');
	struct span type = {spec.text, colon};
	struct traced name, list;

	if (colon == spec.len)
		return;
	name = traced_part(spec, colon + 1, spec.len - colon - 1);
	if (text_equal(type, "proxy") || text_equal(type, "debug"))
		hide_in_map(pf, name, passed_on);
	else if (text_equal(type, "inline"))
		hide_inline(pf, name, passed_on);
	else if ((text_equal(type, "unionmap") || text_equal(type, "pipemap")) &&
		 traced_braced(name, &list))
		hide_in_maps(pf, list, text_equal(type, "pipemap"), passed_on);
	else if (text_equal(type, "static") || (name.len > 0 && name.text[0] == '{'))
		hide_given(pf, name, passed_on);
}

/* Passwords leave a pipe at its last table. */
static void hide_in_maps(struct pf *pf, struct traced list, bool pipe, bool passed_on)
{
	struct traced spec, next;
	bool more = traced_word(&list, SEPARATORS, true, &spec);

	while (more) {
		more = traced_word(&list, SEPARATORS, true, &next);
		hide_in_map(pf, spec, passed_on || (pipe && more));
		spec = next;
	}
}

/* type:name with nothing around it: an admin's own parameter may name a table. */
static bool names_a_table(struct traced value)
{
	size_t colon = traced_find(value, ':');

	return colon + 1 < value.len &&
	       (value.text[colon + 1] == '/' || value.text[colon + 1] == '$' ||
		value.text[colon + 1] == '{');
}

static void param_scan(struct pf *pf, const struct param *p)
{
	struct diag unused;
	struct diag *diag = pf->diag;
	struct traced value;

	if (!is_password(p->name))
		return;
	/* one that does not count may be malformed */
	pf->diag = &unused;
	if (expand(pf, p->value, &value) < 0)
		value = p->value;
	pf->diag = diag;
	if (is_password_maps(p->name) || names_a_table(value))
		hide_in_maps(pf, value, false, false);
	else
		hide(pf, value);
}

/* # name = value */
static void comment_scan(struct pf *pf, struct file *f, struct span line)
{
	struct span name = line;
	const char *eq = memchr(line.at, '=', line.len);
	size_t from;

	if (eq == NULL)
		return;
	from = (size_t)(eq + 1 - line.at);
	name.len = from - 1;
	if (!is_password(name) ||
	    (contains(name, "_maps") && !contains(line, "{") && !contains(line, "static:")))
		return;
	scan_secret(pf->scan, f, (size_t)(eq + 1 - f->bytes.at), line.len - from);
}

static void comments_scan(struct pf *pf, size_t file)
{
	struct file *f = pf_file(pf, file);
	struct span line;

	for (size_t at = 0; text_line(f->bytes, at, &line, &at);) {
		line = text_trim(line);
		if (line.len > 0 && line.at[0] == '#')
			comment_scan(pf, f, line);
	}
}

void secrets_scan(struct pf *pf)
{
	for (size_t i = 0; i < pf->params.n; i++)
		param_scan(pf, &pf->params.items[i]);
	for (size_t i = 0; i < pf->n_services; i++) {
		pf->context = &pf->services[i];
		for (size_t k = 0; k < pf->services[i].overrides.n; k++)
			param_scan(pf, &pf->services[i].overrides.items[k]);
		pf->context = NULL;
	}
	comments_scan(pf, pf->main_cf);
	comments_scan(pf, pf->master_cf);
}
