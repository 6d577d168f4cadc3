/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_keys: what becomes of a lookup key when the remote that it is about gets a name.
 *
 * A key follows its remote: it is rewritten if every place of that address is, it is left alone if
 * none is, and the entry is repeated under the new key if some are and some are not, or if nobody
 * can tell. Private to the
 * plan's own files.
 */
#ifndef MTA_STACK_PLAN_KEYS_H
#define MTA_STACK_PLAN_KEYS_H

#include "pure/plan.h"
#include "pure/scan.h"

/* Loopback, the VIP, or one of the cluster's own: never a remote. */
bool plan_is_own(const struct stack *want, const struct ipaddr *a);

/* Is a remote of this group renamed? */
bool plan_renames(const struct scan *s, const struct stack *want, const struct names *names,
		  size_t group);

struct key_use {
	struct ipaddr addr;
	bool renamed; /* some place of this address can be rewritten */
	bool stays;   /* some place cannot */
};

struct key_uses {
	struct key_use *items; /* sorted by address, each once */
	size_t n;
};

/* The addresses of all keys of the scan, and what happens to them elsewhere. */
int key_uses_find(const struct scan *s, struct key_uses *ret, struct diag *ret_diag);
void key_uses_release(struct key_uses *u);

const struct key_use *key_use_of(const struct key_uses *u, const struct ipaddr *addr);

/* Does the file have an entry under the new key already? Then that is the admin's and counts. */
bool key_is_there(const struct scan *s, const struct finding *f, const char *key,
		  struct pool *pool);

/* The entry of a FIND_KEY once more, with `key` in place of the address: what to insert at the end
 * of the old one. */
const char *key_repeat(const struct scan *s, const struct finding *f, const char *key,
		       struct pool *pool);

#endif
