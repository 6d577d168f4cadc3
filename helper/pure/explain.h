/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain: the network address that an X.400 MTA wrote into its log in hexadecimal.
 *
 * Microsoft Exchange logs a caller that it cannot match as event 9301, once with the caller's
 * address (91F5C11B is 145.245.193.27) and once with the name that it got for it
 * (52656d6f74654d5441 is RemoteMTA). Four bytes that are printable can be either, so both readings
 * are given.
 */
#ifndef MTA_STACK_EXPLAIN_H
#define MTA_STACK_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "pure/ipaddr.h"
#include "pure/text.h"

#define EXPLAIN_MAX	     128 /* bytes of one address */
#define EXPLAIN_STACK_NAME   32	 /* characters that Exchange's Stack tab takes */
#define EXPLAIN_SHORTEST_RUN 8	 /* hexadecimal digits of an address inside of other text */

struct explained {
	char hex[2 * EXPLAIN_MAX + 1]; /* the digits, in upper case */
	struct ipaddr addr;	       /* family 0: cannot be an address */
	char name[EXPLAIN_MAX + 1];    /* "": cannot be text */
};

/* Digits in pairs; blanks, colons, dots and hyphens between pairs and "0x" in front are passed
 * over. False if they are not, or if they mean neither an address nor text. */
bool explain_hex(struct span text, struct explained *ret);

/* The next address in a pasted event, from *at on, which moves behind it: a word of nothing but an
 * even number of hexadecimal digits. False when there is none any more. */
bool explain_next(struct span text, size_t *at, struct explained *ret);

#endif
