/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: what was looked at, one line each with a verdict; for a screen that a tired person can
 * read, and as JSON.
 *
 *     struct report r = REPORT_INIT;
 *     report_add(&r, "vip", SEEN_GOOD, "%s", …);
 *     report_print(&r, "mail-mta: …") or report_json(&r)
 *     report_release(&r);
 */
#ifndef MTA_STACK_REPORT_H
#define MTA_STACK_REPORT_H

#include <jansson.h>
#include <stddef.h>

#include "data/pool.h"

enum seen {
	SEEN_PLAIN, /* neither good nor bad: it is so */
	SEEN_GOOD,
	SEEN_ODD, /* somebody should look */
	SEEN_BAD,
};

struct report_line {
	const char *what; /* a constant */
	enum seen seen;
	const char *text;
};

struct report {
	struct report_line *lines;
	size_t n, cap;
	struct pool pool;
};

#define REPORT_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0, POOL_INIT                                                              \
	}

void report_release(struct report *r);

void report_add(struct report *r, const char *what, enum seen seen, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The worst line's verdict; the first line that has it, or NULL. */
enum seen report_worst(const struct report *r, const struct report_line **ret_line);

/* To standard output; lines of the same subject are indented under the first. Colour on a terminal,
 * unless NO_COLOR is set. */
void report_print(const struct report *r, const char *title);

/* [{"what","verdict","text"}]; a new reference. */
json_t *report_json(const struct report *r);

const char *seen_name(enum seen s);

#endif
