/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodeattr: this node's attributes in the cluster, for crm_mon -A, written only when they change.
 *
 *     struct nodeattrs a = NODEATTRS_INIT;
 *
 *     nodeattrs_open(&a, "/run/resource-agents", "mta-stack-mail-mta.attributes", &diag)
 *     nodeattrs_set(&a, "mail-mta-vip", "192.0.2.10");   NULL: there shall be none
 *     nodeattrs_write(&a, &deadline, &diag);
 *     nodeattrs_release(&a);
 *
 * What was written last is remembered in a small file that a boot removes, as it removes the
 * attributes: asking the cluster would cost more than all the rest of a monitor. Each change costs
 * one run of attrd_updater(8). There is no C interface for this that is meant to be used.
 */
#ifndef MTA_STACK_NODEATTR_H
#define MTA_STACK_NODEATTR_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "effects/clock.h"

struct nodeattr {
	const char *name;
	const char *was;  /* in the cluster, as far as is known; NULL: none */
	const char *wish; /* NULL: none */
};

struct nodeattrs {
	struct nodeattr *items;
	size_t n, cap;
	int dir;
	const char *memory;
	const char *program; /* NULL: attrd_updater */
	struct pool pool;
};

#define NODEATTRS_INIT                                                                             \
	{                                                                                          \
		NULL, 0, 0, -1, NULL, NULL, POOL_INIT                                              \
	}

#define NODEATTR_MAX 240 /* bytes of a value; longer ones are cut */

void nodeattrs_release(struct nodeattrs *a);

/* Read the memory; none, or a damaged one, is empty. -1 when the directory is not there. */
int nodeattrs_open(struct nodeattrs *a, const char *dir, const char *memory, struct diag *ret_diag);

/* The wish so far, or what was written earlier; NULL: none. */
const char *nodeattrs_get(const struct nodeattrs *a, const char *name);

/* Control characters in the value become '?'; an empty value is none. */
void nodeattrs_set(struct nodeattrs *a, const char *name, const char *value);

/* None of them shall be there. */
void nodeattrs_clear(struct nodeattrs *a);

/* The memory may be wrong, say after the cluster's restart: write all. */
void nodeattrs_doubt(struct nodeattrs *a);

/* Write what differs, and remember it. -1: not all could be written by the deadline, the rest is
 * tried the next time. Nothing is started if nothing differs. */
int nodeattrs_write(struct nodeattrs *a, const struct deadline *d, struct diag *ret_diag);

#endif
