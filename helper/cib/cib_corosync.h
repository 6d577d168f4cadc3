/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_corosync: what only Corosync knows: the cluster's name, the nodes' addresses, quorum.
 *
 * A stopped corosync hangs its clients. So a child asks it, from the first moment on, while the CIB
 * is read; who waits for the answer waits for a bounded time, and a corosync that hangs costs
 * nothing but its facts. A machine without corosync (a remote node, no cluster) has none of them,
 * and that is no error.
 *
 *     cib_corosync_start(&c);            before any library has threads or connections
 *     …
 *     cib_corosync_finish(&c, &lines);   always, also after an error
 */
#ifndef MTA_STACK_CIB_COROSYNC_H
#define MTA_STACK_CIB_COROSYNC_H

#include <sys/types.h>

#include "data/buf.h"

struct cib_corosync {
	pid_t pid; /* 0: none */
	int fd;
	long until; /* ms, CLOCK_MONOTONIC */
};

/* Failing to start is the same as no corosync. */
void cib_corosync_start(struct cib_corosync *c);

/* Append "cluster=", "quorate=", "own=" lines as pure/vipfacts.h has them, or one "finding=". */
void cib_corosync_finish(struct cib_corosync *c, struct buf *lines);

#endif
