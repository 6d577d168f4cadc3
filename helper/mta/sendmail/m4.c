/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * m4.c guarantees quotes, comments, dnl and the arguments of calls as m4(1) reads them with the
 * quotes that cf/m4 uses. It expands nothing: what stands inside of quotes is text.
 */
#include "mta/sendmail/sendmail.h"

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z');
}

static bool more(const struct m4_reader *r)
{
	return r->at < r->text.text.len;
}

static char here(const struct m4_reader *r)
{
	return r->text.text.at[r->at];
}

static void skip_line(struct m4_reader *r)
{
	while (more(r) && here(r) != '\n')
		r->at++;
	if (more(r))
		r->at++;
}

/* From an opening quote to behind the one that closes it. */
static void skip_quoted(struct m4_reader *r)
{
	int depth = 0;

	while (more(r)) {
		char c = here(r);

		r->at++;
		if (c == '`')
			depth++;
		else if (c == '\'' && --depth == 0)
			return;
	}
	r->open = true;
}

static struct span take_name(struct m4_reader *r)
{
	struct span name = {r->text.text.at + r->at, 0};

	while (more(r) && is_word(here(r))) {
		r->at++;
		name.len++;
	}
	return name;
}

/* One step over what is neither a comma nor a parenthesis. */
static void skip_one(struct m4_reader *r)
{
	if (here(r) == '`')
		skip_quoted(r);
	else if (here(r) == '#' && r->comments)
		skip_line(r);
	else if (!is_word(here(r)))
		r->at++;
	else if (text_equal(take_name(r), "dnl"))
		skip_line(r);
}

/* White space and dnl lines before an argument are no part of it. */
static void skip_to_argument(struct m4_reader *r)
{
	while (more(r)) {
		struct m4_reader ahead = *r;

		if (text_is_blank(here(r))) {
			r->at++;
		} else if (is_word(here(r)) && text_equal(take_name(&ahead), "dnl")) {
			skip_line(&ahead);
			*r = ahead;
		} else {
			return;
		}
	}
}

/* Behind '(': the arguments, and on to behind ')'. */
static void take_arguments(struct m4_reader *r, struct m4_call *ret)
{
	int depth = 0;
	size_t from;

	skip_to_argument(r);
	for (from = r->at; more(r);) {
		char c = here(r);

		if (depth == 0 && (c == ',' || c == ')')) {
			if (ret->n < M4_ARGUMENTS)
				ret->arguments[ret->n++] = placed_part(r->text, from, r->at - from);
			r->at++;
			if (c == ')')
				return;
			skip_to_argument(r);
			from = r->at;
			continue;
		}
		depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		skip_one(r);
	}
	r->open = true;
}

/* Dxvalue, Mname, P=…, Rleft<tab>right: all capitals and nothing else are a macro of m4. */
static bool is_cf_line(struct span line)
{
	bool capitals = true;

	for (size_t i = 0; i < line.len; i++)
		capitals =
			capitals && (line.at[i] == '_' || (line.at[i] >= 'A' && line.at[i] <= 'Z'));
	if (line.at[0] == 'M')
		return memmem(line.at, line.len, "P=", 2) != NULL;
	if (line.at[0] == 'R')
		return memchr(line.at, '\t', line.len) != NULL;
	return !capitals;
}

/* A line for the .cf that stands there as it is, with those that continue it. */
static bool take_line(struct m4_reader *r, struct m4_call *ret)
{
	struct m4_reader ahead = *r;
	struct span line, name;
	size_t next, end;

	if (strchr("DMR", here(r)) == NULL)
		return false;
	name = take_name(&ahead);
	if (more(&ahead) && here(&ahead) == '(')
		return false;
	(void)text_line(r->text.text, r->at, &line, &next);
	end = r->at + line.len;
	if (!is_cf_line(line))
		return false;
	while (next < r->text.text.len &&
	       (r->text.text.at[next] == ' ' || r->text.text.at[next] == '\t') &&
	       text_line(r->text.text, next, &line, &next))
		end = (size_t)(line.at - r->text.text.at) + line.len;
	*ret = (struct m4_call){.name = name, .whole = placed_part(r->text, r->at, end - r->at)};
	ret->is_line = true;
	r->at = next;
	return true;
}

bool m4_next(struct m4_reader *r, struct m4_call *ret)
{
	while (more(r)) {
		size_t from = r->at;
		bool at_start = from == 0 || r->text.text.at[from - 1] == '\n';

		if (at_start && take_line(r, ret))
			return true;
		if (!is_word(here(r)) || (here(r) >= '0' && here(r) <= '9')) {
			skip_one(r);
			continue;
		}
		*ret = (struct m4_call){.name = take_name(r), .at_line_start = at_start};
		if (text_equal(ret->name, "dnl")) {
			skip_line(r);
			continue;
		}
		if (more(r) && here(r) == '(') {
			r->at++;
			take_arguments(r, ret);
		}
		ret->whole = placed_part(r->text, from, r->at - from);
		return true;
	}
	return false;
}

/* The length of the quoted text that t begins with. */
static size_t quoted_length(struct placed t)
{
	struct m4_reader r = {.text = t};

	skip_quoted(&r);
	return r.at;
}

bool m4_unquote(struct placed t, struct placed *ret)
{
	while (t.text.len > 1 && t.text.at[0] == '`' && quoted_length(t) == t.text.len)
		t = placed_part(t, 1, t.text.len - 2);
	*ret = t;
	return placed_find(t, '`') == t.text.len && placed_find(t, '\'') == t.text.len;
}
