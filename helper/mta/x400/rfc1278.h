/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1278: presentation addresses as people write them (RFC 1278, and what ISODE, UCL PP and
 * today's X.400 systems made of it).
 *
 *     paddr ::= [[[psel "/"] ssel "/"] tsel "/"] net *(("_" | "|") net)
 *     sel   ::= '"' text '"' | "#" digits | "'" hex "'H" | (nothing)
 *     net   ::= "NS+" hex | afi "+" idi ["+" dsp] | idp "+" hex | macro "=" rest
 *             | "URI+0000+URL+itot://" host [":" port]
 *
 * Lossless: everything in the result points into the text that was given, nothing is spelled anew,
 * so that a caller can replace a host and leave every other byte. A form whose syntax is known but
 * whose meaning is not (an unknown macro, X.121, a bare NSAP) parses and says which it is.
 */
#ifndef MTA_STACK_RFC1278_H
#define MTA_STACK_RFC1278_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/ipaddr.h"
#include "pure/text.h"

#define RFC1278_NETS_MAX     8	/* X.520: an address has few; more is refused */
#define RFC1278_SELECTOR_MAX 64 /* octets; a transport selector has 32 at most */

enum rfc1278_spelling {
	RFC1278_ABSENT, /* no selector at this place */
	RFC1278_EMPTY,	/* there, and empty: "/Internet=…" */
	RFC1278_TEXT,	/* "591": these characters */
	RFC1278_NUMBER, /* #591: two octets, high one first */
	RFC1278_HEX,	/* '353931'H */
};

struct rfc1278_selector {
	enum rfc1278_spelling spelling;
	struct span raw; /* with its quotes */
};

enum rfc1278_kind {
	RFC1278_TCP,   /* TELEX+idi+RFC-1006+nn+host[+port[+tset]], or a macro for it */
	RFC1278_ITOT,  /* URI+0000+URL+itot://host[:port] */
	RFC1278_NSAP,  /* NS+hex */
	RFC1278_IDP,   /* digits+hex */
	RFC1278_OSI,   /* X121+…, TELEX+…+X.25(80)+… and the like: not over TCP */
	RFC1278_MACRO, /* a macro that is not known here */
};

struct rfc1278_net {
	enum rfc1278_kind kind;
	struct span raw;
	struct span host;   /* TCP, ITOT: address or name; an IPv6 address with its brackets */
	struct span port;   /* TCP, ITOT: digits; empty if not given */
	struct span tset;   /* TCP: digits; empty if not given. "1" is TCP too */
	struct ipaddr addr; /* the host if it is a literal address; else, if the network address
			       holds one inside (RFC 1277): that; family 0: none */
};

struct rfc1278 {
	struct rfc1278_selector p, s, t;
	struct rfc1278_net nets[RFC1278_NETS_MAX];
	size_t n_nets; /* at least 1 */
};

/* False, with a constant *ret_reason, if exactly this text is not a presentation address. */
bool rfc1278_parse(struct span text, struct rfc1278 *ret, const char **ret_reason);

/* The octets that a selector means. False if it has more than RFC1278_SELECTOR_MAX. Absent and
 * empty ones have none. */
bool rfc1278_octets(const struct rfc1278_selector *sel, uint8_t out[RFC1278_SELECTOR_MAX],
		    size_t *ret_n);

/* The same octets, however they are spelled; absent and empty are the same. */
bool rfc1278_same(const struct rfc1278_selector *a, const struct rfc1278_selector *b);

/* The port to call: 102 unless given. */
uint16_t rfc1278_port(const struct rfc1278_net *net);

/* It goes over TCP and its host may stand as address or as name. */
bool rfc1278_over_tcp(const struct rfc1278_net *net);

#endif
