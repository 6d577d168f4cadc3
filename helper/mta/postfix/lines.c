/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c guarantees the logical lines of readllines() in Postfix's util/readlline.c: a line that
 * starts with white space continues the one before, also across comments and empty lines; the line
 * breaks vanish; comments and empty lines are no text. It copies only what is continued.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

/* Empty, blank, or a comment? */
static bool is_void(struct span line)
{
	size_t i = 0;

	while (i < line.len && text_is_blank(line.at[i]))
		i++;
	return i == line.len || line.at[i] == '#';
}

static bool goes_on(const struct lines *it)
{
	return it->next < it->bytes.len &&
	       (it->bytes.at[it->next] == '#' || text_is_blank(it->bytes.at[it->next]));
}

/* The first line with text at or after it->next. */
static bool first_line(struct lines *it, struct span *ret)
{
	size_t next;

	while (text_line(it->bytes, it->next, ret, &next)) {
		it->next = next;
		if (!is_void(*ret)) {
			it->end = (size_t)(ret->at - it->bytes.at) + ret->len;
			return true;
		}
	}
	return false;
}

static bool next_continuation(struct lines *it, struct span *ret)
{
	while (goes_on(it)) {
		size_t next;

		(void)text_line(it->bytes, it->next, ret, &next);
		it->next = next;
		if (!is_void(*ret)) {
			it->end = (size_t)(ret->at - it->bytes.at) + ret->len;
			return true;
		}
	}
	return false;
}

bool lines_peek(const struct lines *it, struct span *ret, size_t *ret_next)
{
	struct span line;
	size_t next;

	if (!text_line(it->bytes, it->next, &line, &next) || line.len == 0 || line.at[0] == '#' ||
	    text_is_blank(line.at[0]))
		return false;
	if (next < it->bytes.len &&
	    (it->bytes.at[next] == '#' || text_is_blank(it->bytes.at[next])))
		return false;
	*ret = line;
	*ret_next = next;
	return true;
}

bool lines_next(struct pf *pf, struct lines *it, struct traced *ret)
{
	struct span line, more;
	struct builder b;

	/* A logical line that starts with white space is passed over, as Postfix does. */
	do {
		if (!first_line(it, &line))
			return false;
		if (text_is_blank(line.at[0]))
			while (next_continuation(it, &more))
				;
	} while (text_is_blank(line.at[0]));

	if (!next_continuation(it, &more)) {
		*ret = traced_of_span(&pf->trace, line, it->file, (size_t)(line.at - it->bytes.at));
		return true;
	}
	builder_start(&pf->trace, &b, true);
	builder_add_span(&pf->trace, &b, line, it->file, (size_t)(line.at - it->bytes.at));
	do {
		builder_add_span(&pf->trace, &b, more, it->file, (size_t)(more.at - it->bytes.at));
	} while (next_continuation(it, &more));
	*ret = builder_end(&pf->trace, &b);
	return true;
}

const char *split_nameval(struct traced t, struct traced *ret_name, struct traced *ret_value)
{
	size_t end = 0, eq;

	while (t.len > 0 && text_is_blank(t.text[0]))
		t = traced_part(t, 1, t.len - 1);
	if (t.len == 0 || t.text[0] == '=')
		return "missing attribute name";
	while (end < t.len && !text_is_blank(t.text[end]) && t.text[end] != '=')
		end++;
	for (eq = end; eq < t.len && text_is_blank(t.text[eq]); eq++)
		;
	if (eq == t.len || t.text[eq] != '=')
		return "missing '=' after attribute name";
	*ret_name = traced_part(t, 0, end);
	*ret_value = traced_trim(traced_part(t, eq + 1, t.len - eq - 1));
	return NULL;
}
