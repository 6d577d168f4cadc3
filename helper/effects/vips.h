/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vips: ask mta-stack-cib which VIPs serve a resource.
 *
 * It is a program of its own so that it can be killed: a stopped cluster daemon hangs every client
 * of the CIB library, whatever time-out the client asked for.
 */
#ifndef MTA_STACK_VIPS_H
#define MTA_STACK_VIPS_H

#include "data/diag.h"
#include "effects/clock.h"
#include "pure/vipfacts.h"

struct vip_query {
	const char *resource;	 /* ours, or NULL */
	const char *const *vips; /* ids or addresses; empty: found in the CIB */
	size_t n_vips;
	const char *cib_file, *node; /* NULL: live, this node */
	bool where;		     /* ask also on which nodes they are started */
};

/* Fill initialised facts. -1 with the reader's own exit code and line, or EX_FAILED when it did not
 * end by the deadline. */
int vips_read(const struct vip_query *q, const struct deadline *d, struct vipfacts *ret_facts,
	      struct diag *ret_diag);

#endif
