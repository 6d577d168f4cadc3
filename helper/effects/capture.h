/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture: the reading end of a pipe that keeps the first `max` bytes and drops the rest, so that
 * whoever writes is never held up. For spawn.c; the descriptor must be non-blocking.
 */
#ifndef MTA_STACK_CAPTURE_H
#define MTA_STACK_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"

struct capture {
	int fd; /* -1: at its end, closed */
	struct buf *into;
	size_t max;
	bool *cut; /* set when bytes were dropped */
};

/* Read at most `most` bytes once. False when there is no more for now, or ever. */
bool capture_some(struct capture *c, size_t most);

/* Read what is in the pipe at this moment, not what somebody adds meanwhile. */
void capture_rest(struct capture *c);

void capture_close(struct capture *c);

#endif
