/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_order: the edits and the kept of a plan in the order of the files. Private to the plan's own
 * files.
 */
#ifndef MTA_STACK_PLAN_ORDER_H
#define MTA_STACK_PLAN_ORDER_H

#include "pure/plan.h"

/* -1: out of memory. */
int plan_order(struct plan *p, const struct scan *s);

#endif
