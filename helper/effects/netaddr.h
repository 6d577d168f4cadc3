/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netaddr: which addresses this node has, by the kernel's own list (rtnetlink(7), RTM_GETADDR).
 *
 *     struct netaddrs here = NETADDRS_INIT;
 *
 *     if (netaddr_list(&here, &diag) == 0 && (a = netaddr_find(&here, &vip)) != NULL &&
 *         netaddr_usable(a))
 *             … the VIP is here, on a->interface
 *     netaddrs_release(&here);
 *
 * bind(2) is never asked: with net.ipv4.ip_nonlocal_bind=1 it succeeds for any address. A host
 * route of type local is no address either.
 */
#ifndef MTA_STACK_NETADDR_H
#define MTA_STACK_NETADDR_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "pure/ipaddr.h"

struct netaddr {
	struct ipaddr addr;
	int prefix; /* bits */
	char interface[IF_NAMESIZE];
	bool tentative;	 /* IPv6: duplicate address detection has not ended yet */
	bool dad_failed; /* IPv6: somebody else has it; the kernel does not use it */
	bool deprecated; /* no longer chosen by itself as a source; still usable when bound */
};

struct netaddrs {
	struct netaddr *items; /* in the kernel's order */
	size_t n, cap;
};

#define NETADDRS_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void netaddrs_release(struct netaddrs *l);

/* All addresses of all interfaces in this network namespace, loopback included. Replaces what
 * *ret_list (initialised) held. Does not wait. */
int netaddr_list(struct netaddrs *ret_list, struct diag *ret_diag);

/* NULL if it is not here. If several interfaces have it, a usable one is preferred. */
const struct netaddr *netaddr_find(const struct netaddrs *l, const struct ipaddr *addr);

/* A connection can be bound to it: neither tentative nor failed. */
bool netaddr_usable(const struct netaddr *a);

#endif
