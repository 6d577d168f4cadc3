/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_corosync: what only Corosync knows: which node this is, the cluster's name, the nodes'
 * addresses, quorum.
 *
 * A stopped corosync hangs its clients. So a child asks it, from the first moment on, while the CIB
 * is read; who waits for the answer waits for a bounded time, and a corosync that hangs costs
 * nothing but its facts. A machine without corosync (a remote node, no cluster) has none of them,
 * and that is no error; nor is it a finding, since there it is so for good and cannot be mended.
 *
 *     cib_corosync_start(&c, 2000);      before any library has threads or connections
 *     cib_corosync_self(&c, &id, &name)  if need be; waits
 *     cib_corosync_finish(&c, &lines);   always, also after an error
 */
#ifndef MTA_STACK_CIB_COROSYNC_H
#define MTA_STACK_CIB_COROSYNC_H

#include <stdbool.h>
#include <sys/types.h>

#include "data/buf.h"

struct cib_corosync {
	pid_t pid; /* 0: none */
	int fd;
	long until; /* ms, CLOCK_MONOTONIC */
	struct buf said;
	const char *id, *name; /* this node's, in said; NULL: not known */
	size_t rest;	       /* where in said the lines for others begin */
	bool asked_self;
};

/* It is waited for until limit_ms from now at most. Failing to start is the same as no corosync. */
void cib_corosync_start(struct cib_corosync *c, long limit_ms);

/* This node's id, and its name if corosync.conf has one, else "". False without an answer. The two
 * are valid until the end. */
bool cib_corosync_self(struct cib_corosync *c, const char **ret_id, const char **ret_name);

/* Append "cluster=", "quorate=", "own=" and "finding=" lines as pure/vipfacts.h has them. */
void cib_corosync_finish(struct cib_corosync *c, struct buf *lines);

#endif
