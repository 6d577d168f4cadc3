/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vip: the addresses of the VIP, for targets that plan.
 */
#ifndef MTA_STACK_FUZZ_VIP_H
#define MTA_STACK_FUZZ_VIP_H

#include "fuzz.h"

#include "pure/ipaddr.h"
#include "pure/plan.h"

/* Those that it has are its own. */
static void fuzz_vip(struct stack *want, bool ipv4, bool ipv6)
{
	static struct ipaddr own[2];

	want->own = own;
	want->n_own = 0;
	if (ipv4) {
		PROMISE(ipaddr_parse("192.0.2.10", 10, &want->vip4));
		own[want->n_own++] = want->vip4;
	}
	if (ipv6) {
		PROMISE(ipaddr_parse("2001:db8::10", 12, &want->vip6));
		own[want->n_own++] = want->vip6;
	}
}

#endif
