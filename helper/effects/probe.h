/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe: greet many remotes at once (effects/greet.h).
 *
 * A bounded number of connections is open at any time, each for a bounded time; all end by the
 * deadline. Whatever a remote does, it gets a result.
 */
#ifndef MTA_STACK_PROBE_H
#define MTA_STACK_PROBE_H

#include <stddef.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "effects/greet.h"

#define PROBE_AT_ONCE	 64
#define PROBE_ATTEMPT_MS 10000

struct probe {
	struct greet want;
	struct greet_result result;
};

struct probe_watch { /* told after each result; NULL: nobody watches */
	void (*done)(void *arg, size_t done, size_t all);
	void *arg;
};

/* -1 only when there is no socket or no memory at all. */
int probe_all(struct probe *items, size_t n, const struct probe_watch *watch,
	      const struct deadline *d, struct diag *ret_diag);

#endif
