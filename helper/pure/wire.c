/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.c guarantees that what stays on this machine and what others opened is never a leak. A
 * connection whose listening socket has been closed since looks as if it had been opened from here.
 */
#include "pure/wire.h"

#include <string.h>

/* Where an MTA looks things up, over TCP, from the process that delivers. */
static const uint16_t lookups[] = {
	53,   853,				    /* DNS, also over TLS */
	389,  636,  3268, 3269,			    /* LDAP */
	1433, 1521, 3306, 5432, 6379, 11211, 27017, /* SQL; Redis, memcached, MongoDB */
};

struct ipaddr wire_address6(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	struct ipaddr a = {.family = 6};

	if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		a.family = 4;
		memcpy(a.bytes, bytes + sizeof(mapped), 4);
	} else {
		memcpy(a.bytes, bytes, 16);
	}
	return a;
}

/* A socket that listens on :: takes IPv4 too, unless it was told not to; then it is not the only
 * one on that port. */
static bool takes(const struct wire_socket *listener, const struct wire_socket *s)
{
	if (!listener->listening || listener->local_port != s->local_port)
		return false;
	if (ipaddr_is_any(&listener->local))
		return listener->local.family == 6 || s->local.family == 4;
	return ipaddr_equal(&listener->local, &s->local);
}

bool wire_opened_here(const struct wire_view *v, const struct wire_socket *s)
{
	if (s->listening)
		return false;
	for (size_t i = 0; i < v->n; i++)
		if (takes(&v->sockets[i], s))
			return false;
	return true;
}

bool wire_listens(const struct wire_view *v, const struct ipaddr *addr, uint16_t port)
{
	const struct wire_socket there = {.local = *addr, .local_port = port};

	return !wire_opened_here(v, &there);
}

static bool is_own(const struct wire_view *v, const struct ipaddr *a)
{
	for (size_t i = 0; i < v->n_own; i++)
		if (ipaddr_equal(&v->own[i], a))
			return true;
	return ipaddr_is_loopback(a) || ipaddr_is_any(a);
}

static bool is_lookup(uint16_t port)
{
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++)
		if (lookups[i] == port)
			return true;
	return false;
}

bool wire_leaks(const struct wire_view *v, const struct wire_socket *s)
{
	if (s->listening || is_own(v, &s->remote) || is_lookup(s->remote_port))
		return false;
	for (size_t i = 0; i < 2; i++)
		if (v->vips[i].family != 0 && ipaddr_equal(&v->vips[i], &s->local))
			return false;
	return wire_opened_here(v, s);
}
