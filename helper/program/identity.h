/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity: what the other side finds when it asks DNS who calls: the PTR record of each address of
 * the VIP, where that leads, and whether it is what the MTA calls itself.
 *
 *     struct identities who = IDENTITIES_INIT;
 *     identities_check(&who, &survey.want, &d, &diag)
 *     for (i < who.n)  who.items[i].good, who.items[i].text
 *     identities_release(&who);
 */
#ifndef MTA_STACK_IDENTITY_H
#define MTA_STACK_IDENTITY_H

#include <stdbool.h>

#include "data/diag.h"
#include "data/pool.h"
#include "effects/clock.h"
#include "pure/plan.h"

struct identity_of_vip {
	struct ipaddr addr;
	const char *ptr;  /* its only PTR, or NULL */
	bool good;	  /* nothing to be set right */
	const char *text; /* one line for people */
};

struct identities {
	struct identity_of_vip items[2];
	size_t n;
	struct pool pool;
};

#define IDENTITIES_INIT                                                                            \
	{                                                                                          \
		.n = 0, .pool = POOL_INIT                                                          \
	}

void identities_release(struct identities *i);

/* want->name may be NULL: then the PTR is only followed forth. -1 only when memory ran out. */
int identities_check(struct identities *ret_who, const struct stack *want, const struct deadline *d,
		     struct diag *ret_diag);

#endif
