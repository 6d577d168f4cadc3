/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.c guarantees the items of string_nextinlist() in Exim's string.c, and of string_dequote() in
 * its parse.c, each byte with its place in the file. Nothing is expanded.
 */
#include "mta/exim/exim.h"

static bool is_punctuation(char c)
{
	return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
	       (c >= '{' && c <= '~');
}

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static void skip_blanks(struct list *l)
{
	while (l->rest.len > 0 && text_is_blank(l->rest.text[0]) && l->rest.text[0] != l->sep)
		l->rest = skip(l->rest, 1);
}

static void choose_separator(struct list *l)
{
	l->sep = l->usual;
	skip_blanks(l);
	if (l->rest.len > 1 && l->rest.text[0] == '<' && is_punctuation(l->rest.text[1])) {
		l->sep = l->rest.text[1];
		l->rest = skip(l->rest, 2);
	}
}

/* The length of the item, its doubled separators included. */
static size_t item_length(const struct list *l, bool *ret_doubled)
{
	struct traced t = l->rest;
	size_t n = 0;

	*ret_doubled = false;
	while (n < t.len) {
		if (t.text[n] == l->sep) {
			if (n + 1 >= t.len || t.text[n + 1] != l->sep)
				break;
			*ret_doubled = true;
			n++;
		}
		n++;
	}
	return n;
}

static struct traced undouble(struct ex *ex, struct traced t, char sep)
{
	struct builder b;
	size_t from = 0;

	builder_start(&ex->trace, &b, true);
	for (size_t i = 0; i < t.len; i++) {
		if (t.text[i] != sep)
			continue;
		builder_add(&ex->trace, &b, traced_part(t, from, i + 1 - from));
		from = ++i + 1;
	}
	if (from < t.len)
		builder_add(&ex->trace, &b, skip(t, from));
	return builder_end(&ex->trace, &b);
}

bool ex_list_next(struct ex *ex, struct list *l, struct traced *ret_item)
{
	bool doubled;
	size_t n;

	if (l->sep == 0)
		choose_separator(l);
	skip_blanks(l);
	if (l->rest.len == 0)
		return false;
	n = item_length(l, &doubled);
	*ret_item = traced_part(l->rest, 0, n);
	l->rest = skip(l->rest, n < l->rest.len ? n + 1 : n);
	if (doubled)
		*ret_item = undouble(ex, *ret_item, l->sep);
	*ret_item = traced_trim(*ret_item);
	return true;
}

static char escaped(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	default:
		return c;
	}
}

/* What stands between two quotes: string_interpret_escape(), but that numbers, which no host name
 * needs, stay as they are. */
static struct traced unescape(struct ex *ex, struct traced t)
{
	struct builder b;
	size_t from = 0;

	if (traced_find(t, '\\') == t.len)
		return t;
	builder_start(&ex->trace, &b, true);
	for (size_t i = 0; i + 1 < t.len; i++) {
		char c;

		if (t.text[i] != '\\')
			continue;
		builder_add(&ex->trace, &b, traced_part(t, from, i - from));
		from = ++i;
		c = escaped(t.text[i]);
		if (c != t.text[i]) {
			builder_add(&ex->trace, &b, traced_plain((struct span){&c, 1}));
			from++;
		}
	}
	builder_add(&ex->trace, &b, skip(t, from));
	return builder_end(&ex->trace, &b);
}

struct traced ex_dequote(struct ex *ex, struct traced *rest)
{
	struct traced t = *rest;
	size_t n = 0;

	if (t.len > 0 && t.text[0] == '"') {
		t = skip(t, 1);
		while (n < t.len && t.text[n] != '"')
			n += t.text[n] == '\\' && n + 1 < t.len ? 2 : 1;
		*rest = skip(t, n < t.len ? n + 1 : n);
		return unescape(ex, traced_part(t, 0, n));
	}
	while (n < t.len && !text_is_blank(t.text[n]))
		n++;
	*rest = skip(t, n);
	return traced_part(t, 0, n);
}
