/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.c guarantees a line for each address of the VIP, whatever the resolver does. It asks the
 * resolver of this node; the other side may see another view of DNS.
 */
#include "program/identity.h"

#include <string.h>
#include <strings.h>

#include "effects/resolve.h"

#define DNS_MS 5000L

void identities_release(struct identities *i)
{
	pool_release(&i->pool);
	*i = (struct identities)IDENTITIES_INIT;
}

static bool leads_to(const struct evidence *e, const struct ipaddr *addr)
{
	for (size_t i = 0; i < e->n_addrs; i++)
		if (ipaddr_equal(&e->addrs[i], addr))
			return true;
	return false;
}

/* back: of the address. forth: of the name, NULL if there is none. */
static const char *fault(struct pool *p, const struct identity_of_vip *v, const char *name,
			 const struct evidence *back, const struct evidence *forth)
{
	char addr[IPADDR_STRLEN];

	ipaddr_format(&v->addr, addr);
	if (back->reverse == LOOKUP_TEMPORARY)
		return pool_printf(p, "DNS does not say who %s is: no answer in time", addr);
	if (back->n_hosts == 0)
		return pool_printf(p,
				   "%s has no PTR record: many servers refuse such a caller; give "
				   "it one%s%s",
				   addr, name != NULL ? " that says " : "",
				   name != NULL ? name : "");
	if (back->n_hosts > 1)
		return pool_printf(p, "%s has %zu PTR records: leave one", addr, back->n_hosts);
	if (back->forward == LOOKUP_TEMPORARY)
		return pool_printf(p, "%s is %s; whether that leads back DNS did not say in time",
				   addr, v->ptr);
	if (!leads_to(back, &v->addr))
		return pool_printf(p, "%s is %s, but that does not lead back to it", addr, v->ptr);
	if (name != NULL && strcasecmp(name, v->ptr) != 0)
		return pool_printf(p,
				   "%s is %s, but the mail server calls itself %s: make them agree",
				   addr, v->ptr, name);
	if (forth != NULL && forth->forward != LOOKUP_TEMPORARY && !leads_to(forth, &v->addr))
		return pool_printf(p, "%s does not lead to %s", name, addr);
	return NULL;
}

static void judge(struct identities *who, size_t i, const char *name, const struct evidence *back,
		  const struct evidence *forth)
{
	struct identity_of_vip *v = &who->items[i];
	char addr[IPADDR_STRLEN];

	if (back->n_hosts == 1)
		v->ptr = pool_dups(&who->pool, back->hosts[0]);
	v->text = fault(&who->pool, v, name, back, forth);
	v->good = v->text == NULL;
	if (v->good)
		v->text = pool_printf(&who->pool, "%s is %s, and that leads back",
				      ipaddr_format(&v->addr, addr), v->ptr);
}

int identities_check(struct identities *ret_who, const struct stack *want, const struct deadline *d,
		     struct diag *ret_diag)
{
	struct deadline mine = deadline_within(d, DNS_MS);
	struct evidences seen = EVIDENCES_INIT;
	struct resolve_question questions[4];
	size_t n = 0;
	int status;

	if (want->vip4.family != 0)
		ret_who->items[ret_who->n++].addr = want->vip4;
	if (want->vip6.family != 0)
		ret_who->items[ret_who->n++].addr = want->vip6;
	for (size_t i = 0; i < ret_who->n; i++)
		questions[n++] = (struct resolve_question){ret_who->items[i].addr, NULL};
	for (size_t i = 0; i < ret_who->n && want->name != NULL; i++)
		questions[n++] = (struct resolve_question){ret_who->items[i].addr, want->name};
	status = resolve_all(questions, n, RESOLVE_DNS, &mine, &seen, ret_diag);
	for (size_t i = 0; status == 0 && i < ret_who->n; i++)
		judge(ret_who, i, want->name, &seen.items[i],
		      want->name != NULL ? &seen.items[ret_who->n + i] : NULL);
	evidences_release(&seen);
	if (status == 0 && !pool_ok(&ret_who->pool))
		status = diag_oom(ret_diag);
	return status;
}
