/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_addresses.c guarantees each address once, however many places name it.
 */
#include <stdlib.h>

#include "data/array.h"
#include "pure/plan.h"
#include "pure/plan_keys.h"

bool plan_is_own(const struct stack *want, const struct ipaddr *a)
{
	if (ipaddr_is_loopback(a) || ipaddr_is_any(a) || ipaddr_equal(a, &want->vip4) ||
	    ipaddr_equal(a, &want->vip6))
		return true;
	for (size_t i = 0; i < want->n_own; i++)
		if (ipaddr_equal(a, &want->own[i]))
			return true;
	return false;
}

bool plan_renames(const struct scan *s, const struct stack *want, const struct names *names,
		  size_t group)
{
	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];
		const struct name *n;

		if (f->kind != FIND_REMOTE || f->group != group || plan_is_own(want, &f->addr))
			continue;
		n = names_find(names, &f->addr);
		if (n != NULL && n->host != NULL)
			return true;
	}
	return false;
}

static int compare_remote(const void *a, const void *b)
{
	return ipaddr_compare(&((const struct remote_addr *)a)->addr,
			      &((const struct remote_addr *)b)->addr);
}

/* A million places may name a thousand addresses: those met lately are not noted again. */
#define LATELY 4096
#define TRIED  4

struct lately {
	struct remote_addr seen[LATELY];
};

static bool met_lately(struct lately *l, const struct remote_addr *r)
{
	const size_t first = ipaddr_hash(&r->addr);
	struct remote_addr *slot = NULL;

	for (size_t i = 0; i < TRIED; i++) {
		slot = &l->seen[(first + i) % LATELY];
		if (slot->has_key == r->has_key && ipaddr_equal(&slot->addr, &r->addr))
			return true;
		if (slot->addr.family == 0)
			break;
	}
	*slot = *r;
	return false;
}

static int note_addresses(const struct scan *s, const struct stack *want, struct lately *l,
			  struct remote_addr **all, size_t *n)
{
	size_t cap = 0;

	for (size_t i = 0; i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];
		struct remote_addr r = {f->addr, f->kind == FIND_KEY || f->pin}, *slot;

		if ((f->kind != FIND_REMOTE && f->kind != FIND_KEY) || met_lately(l, &r) ||
		    plan_is_own(want, &f->addr))
			continue;
		slot = array_grow(all, n, &cap);
		if (slot == NULL)
			return -1;
		*slot = r;
	}
	return 0;
}

int plan_addresses(const struct scan *s, const struct stack *want, struct remote_addr **ret_addrs,
		   size_t *ret_n, struct diag *ret_diag)
{
	struct lately *l = calloc(1, sizeof(*l));
	struct remote_addr *all = NULL;
	size_t n = 0, out = 0;

	if (l == NULL || note_addresses(s, want, l, &all, &n) < 0) {
		free(l);
		free(all);
		return diag_oom(ret_diag);
	}
	free(l);
	if (n > 0)
		qsort(all, n, sizeof(*all), compare_remote);
	for (size_t i = 0; i < n; i++) {
		if (out > 0 && ipaddr_equal(&all[out - 1].addr, &all[i].addr))
			all[out - 1].has_key |= all[i].has_key;
		else
			all[out++] = all[i];
	}
	*ret_addrs = all;
	*ret_n = out;
	return 0;
}
