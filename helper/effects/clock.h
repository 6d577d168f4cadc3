/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock: one deadline for a whole command.
 *
 * Everything that may wait takes a `const struct deadline *` and gives up when it has passed;
 * nothing has a time-out of its own. The clock is CLOCK_MONOTONIC: setting the date changes
 * nothing.
 */
#ifndef MTA_STACK_CLOCK_H
#define MTA_STACK_CLOCK_H

#include <stdbool.h>
#include <time.h>

struct deadline {
	struct timespec end;
};

struct deadline deadline_in_ms(long ms);

/* The earlier of d and ms from now: for one step that must leave time for the next. */
struct deadline deadline_within(const struct deadline *d, long ms);

/* Milliseconds left, rounded up, 0 when it has passed; fits poll(2). */
int deadline_left_ms(const struct deadline *d);

bool deadline_passed(const struct deadline *d);

/* Sleep for ms or until d, whichever is first; for polling a condition that has no descriptor. */
void deadline_nap(const struct deadline *d, long ms);

#endif
