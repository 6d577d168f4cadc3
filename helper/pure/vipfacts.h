/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vipfacts: what mta-stack-cib prints, and its reading.
 *
 * The two programs speak in lines `key=value`, UTF-8, no quoting, control characters replaced by
 * '?'. Keys before the first `vip=` are about the cluster; each `vip=` starts a record; `own=` and
 * `finding=` are about the cluster wherever they stand:
 *
 *     format=1
 *     node=node1              this node's name in the CIB; absent off the cluster
 *     cluster=lab             corosync's cluster name; absent without corosync
 *     quorate=yes             yes | no; absent if nobody could say
 *     managed=yes             our own resource: no if is-managed or maintenance says so; absent
 *                             without --resource
 *     target-role=Started     our own resource, if set
 *     own=192.0.2.11 node1    an address of a node of this cluster, and whose; repeated
 *     finding=TEXT            something a person should know; repeated
 *     vip=mail-vip            resource id; for an address given literally: the address
 *     agent=ocf:heartbeat:IPaddr2
 *     address=192.0.2.10
 *     prefix=24               bits; absent if not set
 *     interface=eth0          the resource's nic parameter, if set
 *     active=node1            node on which it is started, by the status section; repeated
 *     managed=yes
 *     target-role=Started     only if set
 *     why=before mail-mta in group mail
 *
 * Unknown keys are passed over, so that either program may be newer.
 */
#ifndef MTA_STACK_VIPFACTS_H
#define MTA_STACK_VIPFACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "pure/ipaddr.h"
#include "pure/text.h"

struct vip {
	const char *resource, *agent, *interface, *why, *target_role; /* may be NULL but resource */
	struct ipaddr addr;
	const char **active; /* node names */
	size_t n_active, cap_active;
	int prefix; /* bits, or -1 */
	bool managed;
};

struct own_addr {
	struct ipaddr addr;
	const char *node;
};

struct vipfacts {
	const char *node, *cluster, *quorate, *target_role; /* may be NULL */
	bool has_mode; /* managed and target_role are of our own resource */
	bool managed;
	struct own_addr *own;
	size_t n_own, cap_own;
	const char **findings;
	size_t n_findings, cap_findings;
	struct vip *vips;
	size_t n_vips, cap_vips;
	struct pool pool;
};

void vipfacts_init(struct vipfacts *f);
void vipfacts_release(struct vipfacts *f);

/* Append what the bytes say. -1, EX_FAILED with the line, if they are not of this format; what was
 * appended up to there stays, to be released. */
int vipfacts_parse(struct vipfacts *f, struct span bytes, struct diag *ret_diag);

#endif
