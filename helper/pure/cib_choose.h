/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_choose: which VIPs serve a resource, and why these.
 *
 * Named ones; else the IP resources before ours in its group; else those that ours is colocated
 * with at INFINITY, through groups, sets, tags, clones and bundles: of each family those that the
 * fewest constraints lead to. One address per family; none or too many is an error that lists what
 * there is, each with its reason.
 *
 * Call it again while something is wanted (cib_model.h).
 */
#ifndef MTA_STACK_CIB_CHOOSE_H
#define MTA_STACK_CIB_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "pure/cib_eval.h"
#include "pure/cib_model.h"

struct cib_question {
	const char *resource; /* ours; NULL when only `vips` count. A final ":N" is passed over */
	const char *const *vips; /* ids or addresses */
	size_t n_vips;
	bool no_cluster; /* nothing can be read: only addresses can be answered */
	bool brief;	 /* not where the VIPs are started */
};

struct cib_vip {
	const struct cib_resource *resource; /* NULL for an address given as such */
	struct cib_address address;
	const char *why;
};

/* What a person should know, a line each. */
struct cib_hints {
	const char **items;
	size_t n, cap;
};

struct cib_choice {
	const struct cib_resource *own; /* NULL if there is no question about it */
	struct cib_vip *vips;
	size_t n, cap;
	bool settled4, settled6;   /* families that were found nearer than where we look now */
	struct cib_hints findings; /* what was passed over although there is a choice */
};

/* 0, or -1: EX_CONFIGURED with the reason, or lack of memory. Release the choice. */
int cib_choose(struct cib_model *m, const struct cib_question *q, struct cib_choice *ret_choice,
	       struct diag *ret_diag);
void cib_choice_release(struct cib_choice *c);

/* For cib_search.c. Look at one resource: a VIP joins the choice unless its family is settled; what
 * is none by nature becomes a hint, for the message when nothing is found; a broken one is the
 * error, or a finding once a family is settled. */
int cib_consider(struct cib_model *m, const struct cib_resource *r, const char *why,
		 struct cib_choice *c, struct cib_hints *hints, struct diag *ret_diag);

/* The same text twice is one hint. */
int cib_hint(struct cib_hints *hints, const char *text, struct diag *ret_diag);

/* By colocation; *c stays empty if there is none. */
int cib_search(struct cib_model *m, const struct cib_resource *own, struct cib_choice *c,
	       struct cib_hints *hints, struct diag *ret_diag);

#endif
