/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve: ask the name service about many addresses at once, under one deadline.
 *
 *     struct evidences seen = EVIDENCES_INIT;
 *
 *     resolve_all(questions, n, RESOLVE_DNS, &deadline, &seen, &diag);
 *     for each of seen.items: names_judge(…)
 *     evidences_release(&seen);
 *
 * It only gathers what pure/names.h judges: PTR, then A and AAAA of a single answer; with a pinned
 * name A and AAAA of that. It asks the servers of /etc/resolv.conf in turn, with short first tries,
 * so that a dead one costs little; no search list, no aliases from the environment. A server that
 * fails, refuses or does not answer is never a negative answer: that is LOOKUP_TEMPORARY.
 *
 * At the deadline all that is open is LOOKUP_TEMPORARY. A dead name service is no error.
 */
#ifndef MTA_STACK_RESOLVE_H
#define MTA_STACK_RESOLVE_H

#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "effects/clock.h"
#include "pure/ipaddr.h"
#include "pure/names.h"

struct resolve_question {
	struct ipaddr addr;
	const char *pinned; /* the name in the names file; NULL: ask for the PTR */
};

struct evidences {
	struct evidence *items; /* in the order of the questions */
	size_t n;
	struct pool pool;
};

#define EVIDENCES_INIT                                                                             \
	{                                                                                          \
		NULL, 0, POOL_INIT                                                                 \
	}

void evidences_release(struct evidences *e);

/* Fills *ret_seen (initialised; released here first). -1 only when memory ran out. */
int resolve_all(const struct resolve_question *questions, size_t n, enum resolve_order order,
		const struct deadline *d, struct evidences *ret_seen, struct diag *ret_diag);

#define RESOLVE_NAME_MAX 254 /* bytes of a host name, with the final NUL */

/* What the other side sees when it asks who addr is: the only PTR of addr, an FQDN that leads to
 * addr, maybe among others. In lower case. -1, EX_FAILED, with what is wrong:
 * "cannot confirm a name for 192.0.2.10: it has no PTR record". */
int resolve_name_of(const struct ipaddr *addr, enum resolve_order order, const struct deadline *d,
		    char ret_name[RESOLVE_NAME_MAX], struct diag *ret_diag);

#endif
