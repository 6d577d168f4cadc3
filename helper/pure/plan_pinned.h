/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_pinned: findings that tie the MTA to one node. For plan.c.
 */
#ifndef MTA_STACK_PLAN_PINNED_H
#define MTA_STACK_PLAN_PINNED_H

#include "pure/plan.h"

/* Note f in p->pinned if it says a node's own address: a local one, or a bind that an edit replaces
 * only for as long as the stack is applied. */
void plan_pinned(struct plan *p, const struct scan *s, const struct stack *want,
		 const struct finding *f);

#endif
