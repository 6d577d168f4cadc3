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

#define PEER_SELECTOR_MAX 32 /* octets: what every stack takes */
#define PEER_NAME_MAX	  32 /* characters of a host name on Exchange's Stack tab */

/* How we are known. */
struct peer_card {
	char v4[IPADDR_STRLEN], v6[IPADDR_STRLEN]; /* the VIP; "": none, but not both */
	const char *name;			   /* the VIP's; NULL: not known */
	const char *as;				   /* our name in the X.400 bind; NULL: not known */
	bool password;				   /* and we show a password there */
	bool hex;				   /* the selector cannot be typed as text */
	char selector[2 * PEER_SELECTOR_MAX + 1];  /* our transport selector, bare */
};

struct peer_kind {
	const char *name; /* of --for */
	/* -1, EX_CONFIGURED, if they cannot recognise us at all. */
	int (*write)(const struct peer_card *c, struct buf *out, struct diag *ret_diag);
	bool selector; /* it needs our transport selector */
};

/* Ends with a NULL name. */
extern const struct peer_kind peer_kinds[];

/* Fill in the selector: as text if all of it can be typed everywhere, which is letters, digits,
 * dots and hyphens; else in hexadecimal. -1, EX_CONFIGURED, if it is longer than others take. */
int peer_selector(struct span octets, struct peer_card *ret, struct diag *ret_diag);

#endif
