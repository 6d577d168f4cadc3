/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1277: an IPv4 address inside an OSI network address (RFC 1277).
 *
 * Such an address has AFI 54 (telex, decimal), the IDI 00728722, two digits that say which network,
 * and then twelve digits: four numbers of three digits each. A site may have an IDI of its own, so
 * the IDI is not looked at; the digits must make four octets.
 */
#ifndef MTA_STACK_RFC1277_H
#define MTA_STACK_RFC1277_H

#include <stdbool.h>

#include "pure/ipaddr.h"
#include "pure/text.h"

/* From TELEX+idi+d…: what follows the "d". */
bool rfc1277_telex(struct span idi, struct span dsp, struct ipaddr *ret_addr);

/* From the digits of a whole address, in one or two pieces, dots passed over. */
bool rfc1277_digits(struct span first, struct span second, struct ipaddr *ret_addr);

#endif
