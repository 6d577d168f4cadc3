/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire: from which address connections leave, judged from a list of all TCP sockets.
 *
 *     struct wire_view v = {.sockets = s, .n = n, .vips = {vip4, vip6}, .own = here, .n_own = k};
 *
 *     for (size_t i = 0; i < n; i++)
 *             if (wire_leaks(&v, &s[i]))  … leaves from a node's address, if it is a delivery
 *
 * Who has a socket open is not known here.
 */
#ifndef MTA_STACK_WIRE_H
#define MTA_STACK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/ipaddr.h"

struct wire_socket {
	struct ipaddr local, remote; /* an IPv4-mapped address is IPv4 here */
	uint16_t local_port, remote_port;
	bool listening;
	uint32_t inode; /* 0: no process has it any more */
};

struct wire_view {
	const struct wire_socket *sockets;
	size_t n;
	struct ipaddr vips[2];	  /* family 0: none */
	const struct ipaddr *own; /* all addresses of this node */
	size_t n_own;
};

/* Bytes of an IPv6 address into an address; ::ffff:a.b.c.d becomes a.b.c.d. */
struct ipaddr wire_address6(const uint8_t bytes[16]);

/* It was opened from here: nobody listens where it ends on our side. */
bool wire_opened_here(const struct wire_view *v, const struct wire_socket *s);

/* Somebody listens there. */
bool wire_listens(const struct wire_view *v, const struct ipaddr *addr, uint16_t port);

/* It was opened from here to another machine, not for a look-up (DNS, LDAP, SQL, memcached), and
 * leaves from an address that is no VIP. */
bool wire_leaks(const struct wire_view *v, const struct wire_socket *s);

#endif
