/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_world: a scan without a scanner, the names and the stack that a plan is made from, and the
 * plan.
 *
 * plan_world_make(), then add_file(), remote() and pin() in any order, then make() and rendered().
 * Everything fails the test when it does not work.
 */
#ifndef MTA_STACK_PLAN_WORLD_H
#define MTA_STACK_PLAN_WORLD_H

#include "pure/plan.h"

struct world {
	struct scan scan;
	struct names names;
	struct plan plan;
	struct stack want;
	struct diag diag;
};

/* cmocka set-up and tear-down: *state is the world. */
int plan_world_make(void **state);
int plan_world_free(void **state);

struct ipaddr addr(const char *s);

/* A file as if it had been read; the text is not copied. */
struct file *add_file(struct world *w, const char *path, const char *text);

/* A line of the names file, which must be a good one: the address has that name from here on. */
void pin(struct world *w, const char *line);

/* The address `literal`, found in the file that was added last, whose text is `file_text`. */
struct finding *remote(struct world *w, const char *file_text, const char *literal,
		       enum finding_kind kind);

void make(struct world *w);

/* The first file as planned; the string belongs to `out`. */
const char *rendered(struct world *w, struct buf *out);

#endif
