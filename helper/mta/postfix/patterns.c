/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patterns.c guarantees to look at the results of regexp:, pcre: and cidr: tables only: what is
 * matched is never touched. Rules that Postfix passes over are passed over.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static struct traced skip_blanks(struct traced t)
{
	while (t.len > 0 && text_is_blank(t.text[0]))
		t = skip(t, 1);
	return t;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(struct traced t, const char *word)
{
	size_t n = strlen(word);

	return text_starts_nocase(traced_span(t), word) && (t.len == n || !is_alnum(t.text[n]));
}

/* [!]/pattern/flags; *t is left behind it. With regexp a second one may follow: /a/!/b/ */
static bool skip_pattern(struct traced *t, bool second)
{
	struct traced p = *t;
	char delimiter;

	while (p.len > 0 && (p.text[0] == '!' || text_is_blank(p.text[0])))
		p = skip(p, 1);
	if (p.len == 0)
		return false;
	delimiter = p.text[0];
	for (p = skip(p, 1); p.len > 0 && p.text[0] != delimiter; p = skip(p, 1))
		if (p.text[0] == '\\' && p.len > 1)
			p = skip(p, 1);
	if (p.len == 0)
		return false;
	p = skip(p, 1);
	while (p.len > 0 && !text_is_blank(p.text[0]) && !(second && p.text[0] == '!'))
		p = skip(p, 1);
	*t = p;
	return true;
}

static bool regexp_result(struct traced line, bool second, struct traced *ret)
{
	if (is_alnum(line.text[0])) /* if, endif, or nothing that Postfix knows */
		return false;
	if (!skip_pattern(&line, second))
		return false;
	if (second && line.len > 0 && line.text[0] == '!' && !skip_pattern(&line, second))
		return false;
	*ret = skip_blanks(line);
	return ret->len > 0;
}

static bool cidr_result(struct traced line, struct traced *ret)
{
	if (is_word(line, "if") || is_word(line, "endif"))
		return false;
	while (line.len > 0 && (line.text[0] == '!' || text_is_blank(line.text[0])))
		line = skip(line, 1);
	while (line.len > 0 && !text_is_blank(line.text[0]))
		line = skip(line, 1);
	*ret = skip_blanks(line);
	return ret->len > 0;
}

void patterns_scan(struct pf *pf, size_t file, const char *type, const struct map *m)
{
	struct lines it = {.file = file, .bytes = pf_file(pf, file)->bytes};
	bool cidr = strcmp(type, "cidr") == 0, regexp = strcmp(type, "regexp") == 0;
	struct traced line, result;

	if (table_has_keys(m->kind)) {
		if (lines_next(pf, &it, &line))
			map_lost(pf, m, pf_file(pf, file)->path, "its keys are patterns");
		return;
	}
	while (lines_next(pf, &it, &line)) {
		line = traced_trim(line);
		if (cidr ? cidr_result(line, &result) : regexp_result(line, regexp, &result))
			result_scan(pf, result, m);
	}
}
