/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipaddr: one IPv4 or IPv6 address as a value.
 *
 * Text forms are those of inet_pton(3) and inet_ntop(3): dotted quad, and RFC 4291 / RFC 5952. No
 * brackets, no "IPv6:" tag, no zone, no prefix length: those belong to the grammars that use them.
 * An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is kept as IPv6; ipaddr_equal() tells it apart.
 */
#ifndef MTA_STACK_IPADDR_H
#define MTA_STACK_IPADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ipaddr {
	uint8_t family; /* 4, 6, or 0: none */
	uint8_t bytes[16];
};

#define IPADDR_STRLEN 46 /* bytes, with the final NUL */

/* Addresses that are never local and never answer; a client bound to them stays where it is and
 * its mail is deferred. RFC 7600 (IPv4 dummy address), RFC 6666 (IPv6 discard prefix). */
#define IPADDR_NOWHERE4 "192.0.0.8"
#define IPADDR_NOWHERE6 "100::1"

/* True, and *ret_addr filled, if exactly these len bytes spell an address. */
bool ipaddr_parse(const char *text, size_t len, struct ipaddr *ret_addr);

/* The canonical spelling; "" for family 0. Returns out. */
const char *ipaddr_format(const struct ipaddr *a, char out[IPADDR_STRLEN]);

int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b);

static inline bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->family == b->family && (a->family == 4 ? memcmp(a->bytes, b->bytes, 4) == 0
							 : memcmp(a->bytes, b->bytes, 16) == 0);
}

/* For tables of a power of two of slots; no more than a good guess. */
static inline uint32_t ipaddr_hash(const struct ipaddr *a)
{
	uint64_t low, high;

	memcpy(&low, a->bytes, 8);
	memcpy(&high, a->bytes + 8, 8);
	return (uint32_t)((low ^ high * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu >> 32);
}

/* 127/8, ::1 and the IPv4-mapped form of 127/8. */
bool ipaddr_is_loopback(const struct ipaddr *a);

/* 0.0.0.0 and :: */
bool ipaddr_is_any(const struct ipaddr *a);

/* One that a node can have and call others from: none of the above, no multicast, no broadcast, and
 * no IPv4-mapped form. */
bool ipaddr_is_unicast(const struct ipaddr *a);

#endif
