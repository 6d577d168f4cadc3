/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer: what the operator on the other side sets so that they recognise us, for each kind of mail
 * system that they may have. Text for people.
 */
#ifndef MTA_STACK_PEER_H
#define MTA_STACK_PEER_H

#include "data/buf.h"
#include "data/diag.h"
#include "pure/ipaddr.h"
#include "pure/text.h"

#define PEER_SELECTOR_MAX 32 /* octets; longer ones are cut */

/* How we are known. */
struct peer_card {
	char v4[IPADDR_STRLEN], v6[IPADDR_STRLEN]; /* the VIP; "": none, but not both */
	const char *name;			   /* NULL: not known */
	char selector[2 * PEER_SELECTOR_MAX +
		      4]; /* our transport selector, as RFC 1278 spells it */
};

struct peer_kind {
	const char *name; /* of --for */
	/* -1, EX_CONFIGURED, if they cannot recognise us at all. */
	int (*write)(const struct peer_card *c, struct buf *out, struct diag *ret_diag);
	bool selector; /* it needs our transport selector */
};

/* Ends with a NULL name. */
extern const struct peer_kind peer_kinds[];

/* Fill in the selector: as text if all of it can be typed, else in hexadecimal. */
void peer_selector(struct span octets, struct peer_card *ret);

#endif
