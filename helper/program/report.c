/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c guarantees that the verdict stands in words too, not in the colour alone.
 */
#include "program/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/array.h"
#include "pure/text.h"

void report_release(struct report *r)
{
	free(r->lines);
	pool_release(&r->pool);
	*r = (struct report)REPORT_INIT;
}

void report_add(struct report *r, const char *what, enum seen seen, const char *fmt, ...)
{
	struct report_line *line = array_grow(&r->lines, &r->n, &r->cap);
	char text[2048];
	va_list args;

	if (line == NULL) {
		r->pool.failed = true;
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	text_make_printable(text);
	*line = (struct report_line){what, seen, pool_dups(&r->pool, text)};
}

enum seen report_worst(const struct report *r, const struct report_line **ret_line)
{
	enum seen worst = SEEN_PLAIN;

	*ret_line = NULL;
	for (size_t i = 0; i < r->n; i++) {
		if (r->lines[i].seen <= worst)
			continue;
		worst = r->lines[i].seen;
		*ret_line = &r->lines[i];
	}
	return worst;
}

const char *seen_name(enum seen s)
{
	static const char *const names[] = {"-", "ok", "look", "bad"};

	return names[s];
}

void report_print(const struct report *r, const char *title)
{
	static const char *const colours[] = {"", "\033[32m", "\033[33m", "\033[1;31m"};
	bool colour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
	const char *off = colour ? "\033[0m" : "";
	const char *last = "";

	(void)printf("%s%s%s\n", colour ? "\033[1m" : "", title, off);
	for (size_t i = 0; i < r->n; i++) {
		const struct report_line *line = &r->lines[i];
		bool more = strcmp(line->what, last) == 0;

		(void)printf("  %s%-4s%s  %-8s %s\n", colour ? colours[line->seen] : "",
			     seen_name(line->seen), off, more ? "" : line->what, line->text);
		last = line->what;
	}
}

json_t *report_json(const struct report *r)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < r->n; i++)
		(void)json_array_append_new(
			lines, json_pack("{s:s, s:s, s:s}", "what", r->lines[i].what, "verdict",
					 seen_name(r->lines[i].seen), "text", r->lines[i].text));
	return lines;
}
