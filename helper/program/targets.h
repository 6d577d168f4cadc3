/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * targets: the remotes that probe asks, from a scan: each place once, with its address.
 *
 *     struct targets t = TARGETS_INIT;
 *     targets_find(&t, &survey, o, &d, diag)
 *     targets_release(&t);
 *
 * Where the backend lists calls, these are they. Otherwise they are the remotes that are listed by
 * address, at the port that stands behind them. Names are looked up as the MTA does it.
 */
#ifndef MTA_STACK_TARGETS_H
#define MTA_STACK_TARGETS_H

#include "program/survey.h"

struct target {
	const char *remote; /* as in the configuration */
	struct ipaddr addr; /* family 0: unknown, `why` says why */
	uint16_t port;
	struct span called, calling;
	const char *why;  /* not to be asked: one line for people; NULL: ask */
	bool local_fault; /* because of us, not of the remote */
	struct ipaddr source;
};

struct targets {
	struct target *items;
	size_t n, cap;
	struct pool pool;
};

#define TARGETS_INIT                                                                               \
	{                                                                                          \
		NULL, 0, 0, POOL_INIT                                                              \
	}

int targets_find(struct targets *t, const struct survey *s, const struct options *o,
		 const struct deadline *d, struct diag *ret_diag);
void targets_release(struct targets *t);

#endif
