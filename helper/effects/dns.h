/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns: single questions to the name service through c-ares, answered by a callback. For resolve.c.
 *
 * Order of calls: dns_new(); dns_ptr() and dns_addresses() as often as wanted, while dns_open() is
 * below DNS_AT_ONCE; dns_wait() until dns_open() is 0 or the deadline has passed; dns_cancel();
 * dns_free(). Each question is answered exactly once, maybe before the asking call returns.
 */
#ifndef MTA_STACK_DNS_H
#define MTA_STACK_DNS_H

#include <stddef.h>

#include "effects/clock.h"
#include "effects/resolve.h"
#include "pure/ipaddr.h"
#include "pure/names.h"

#define DNS_AT_ONCE                                                                                \
	200	       /* questions on their way; a server's receive buffer holds about as many    \
			*/
#define DNS_TRY_MS 400 /* the first try of each server; doubled when all have been tried */
#define DNS_TRIES  4   /* of each server */
#define DNS_NAMES  8   /* PTR records that are told; one alone is of use */
#define DNS_ADDRS  64  /* addresses of one family that are told; likewise */

struct dns;
struct dns_answer;

/* Called once with the answer, which is gone afterwards. */
struct dns_reply {
	void (*done)(void *arg, int family, enum lookup_state state, const struct dns_answer *a);
	void *arg;
};

struct dns_answer {
	char names[DNS_NAMES][RESOLVE_NAME_MAX]; /* dns_ptr(): each once; "": longer than allowed */
	size_t n_names;
	struct ipaddr addrs[DNS_ADDRS]; /* dns_addresses(): each once */
	size_t n_addrs;
	const char *trouble; /* of LOOKUP_TEMPORARY, as in evidence */
};

/* NULL when memory ran out. Without a usable resolv.conf every answer is LOOKUP_TEMPORARY. */
struct dns *dns_new(enum resolve_order order);
void dns_free(struct dns *d);

/* family is 0 in the answer. */
void dns_ptr(struct dns *d, const struct ipaddr *addr, struct dns_reply reply);

/* family: 4 (A) or 6 (AAAA). */
void dns_addresses(struct dns *d, const char *host, int family, struct dns_reply reply);

/* Questions that have no answer yet. */
size_t dns_open(const struct dns *d);

/* Wait once until something happens, at the longest until the deadline. */
void dns_wait(struct dns *d, const struct deadline *until);

/* All open questions are LOOKUP_TEMPORARY now. */
void dns_cancel(struct dns *d);

#endif
