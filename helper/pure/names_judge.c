/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names_judge.c is the rule of names.h and nothing else: when a name is as good as an address.
 * It guarantees that each verdict without a name has one reason, and that what DNS said cannot
 * smuggle control characters into it.
 */
#include "pure/names.h"

#include <string.h>

struct verdict {
	enum name_origin origin;
	const char *host, *reason;
};

struct judging {
	struct pool *pool;
	const struct evidence *e;
	const struct ipaddr *own;
	size_t n_own;
	const struct name *saved; /* NULL: none */
};

static bool is_own(const struct judging *j, const struct ipaddr *a)
{
	for (size_t i = 0; i < j->n_own; i++)
		if (ipaddr_equal(&j->own[i], a))
			return true;
	return false;
}

static struct verdict none(const char *reason)
{
	return (struct verdict){NAME_NONE, NULL, reason};
}

/* A name from DNS as it may be shown: at most 253 bytes, printable. */
static const char *printable(struct pool *pool, const char *host)
{
	char shown[254];
	size_t n = 0;

	for (; host[n] != '\0' && n < sizeof(shown) - 1; n++)
		shown[n] = host[n] > ' ' && host[n] < 0x7f ? host[n] : '?';
	return pool_dup(pool, shown, n);
}

static const char *lower_case(struct pool *pool, const char *host)
{
	char low[254];
	size_t n = 0;

	for (; host[n] != '\0' && n < sizeof(low) - 1; n++)
		low[n] = text_lower(host[n]);
	return pool_dup(pool, low, n);
}

/* Why the addresses of `host` speak against it, or NULL if they do not. */
static const char *wrong_address(const struct judging *j, const char *whose, const char *host)
{
	const struct evidence *e = j->e;
	char text[IPADDR_STRLEN];
	bool back = false;

	for (size_t i = 0; i < e->n_addrs; i++) {
		if (is_own(j, &e->addrs[i]))
			return pool_printf(j->pool, "%s %s leads to %s, an address of this cluster",
					   whose, host, ipaddr_format(&e->addrs[i], text));
		back = back || ipaddr_equal(&e->addrs[i], &e->addr);
	}
	for (size_t i = 0; i < e->n_addrs; i++)
		if (!ipaddr_equal(&e->addrs[i], &e->addr))
			return pool_printf(j->pool, "%s %s leads to %s%s", whose, host,
					   ipaddr_format(&e->addrs[i], text),
					   back ? " too" : " instead");
	if (e->forward == LOOKUP_NEGATIVE || (e->forward == LOOKUP_OK && !back))
		return pool_printf(j->pool, "%s %s has no address in DNS", whose, host);
	return NULL;
}

/* What DNS would say, the names file says itself: the name leads to another address too. With or
 * without DNS, two remotes or two passwords must not become one. */
static const char *pinned_twice(const struct judging *j, const struct names *n, const char *host)
{
	const struct name *item = names_find(n, &j->e->addr);
	char text[IPADDR_STRLEN];

	for (size_t i = 0; item != NULL && item->pin_shared && i < n->n; i++) {
		const struct name *other = &n->items[i];

		if (other->pinned && !ipaddr_equal(&other->addr, &j->e->addr) &&
		    text_equal_nocase((struct span){other->pin, strlen(other->pin)}, host))
			return pool_printf(j->pool, "its pinned name %s is pinned to %s too", host,
					   ipaddr_format(&other->addr, text));
	}
	return NULL;
}

static struct verdict judge_pinned(const struct judging *j, const struct names *n, const char *host)
{
	const char *wrong = wrong_address(j, "its pinned name", host);

	if (wrong == NULL)
		wrong = pinned_twice(j, n, host);

	return wrong != NULL ? none(wrong) : (struct verdict){NAME_PINNED, host, NULL};
}

/* No answer for now. `host`: what the PTR says, or NULL if that is not known either. */
static struct verdict judge_temporary(const struct judging *j, const char *host)
{
	const char *what = j->e->trouble != NULL ? j->e->trouble : "gave no answer in time";

	if (j->saved == NULL)
		return none(pool_printf(j->pool, "DNS %s", what));
	if (host != NULL && !text_equal_nocase((struct span){host, strlen(host)}, j->saved->host))
		return none(pool_printf(j->pool, "its name was %s, is %s, and DNS %s for that",
					j->saved->host, host, what));
	return (struct verdict){
		NAME_SAVED, pool_dups(j->pool, j->saved->host),
		pool_printf(j->pool, "DNS %s; the name was confirmed earlier", what)};
}

static struct verdict judge_found(const struct judging *j)
{
	const struct evidence *e = j->e;
	const char *wrong, *host;

	if (e->reverse == LOOKUP_NOT_DONE)
		return none(e->not_done != NULL ? pool_dups(j->pool, e->not_done)
						: "it was not looked up");
	if (e->reverse == LOOKUP_TEMPORARY)
		return judge_temporary(j, NULL);
	if (e->reverse == LOOKUP_NEGATIVE || e->n_hosts == 0)
		return none("it has no PTR record");
	if (e->n_hosts > 1)
		return none(pool_printf(j->pool, "it has %zu PTR records, not one", e->n_hosts));
	if (!text_is_fqdn((struct span){e->hosts[0], strlen(e->hosts[0])}))
		return none(pool_printf(j->pool, "its PTR record %s is no full host name",
					printable(j->pool, e->hosts[0])));
	host = lower_case(j->pool, e->hosts[0]);
	wrong = wrong_address(j, "its name", host);
	if (wrong != NULL)
		return none(wrong);
	if (e->forward == LOOKUP_OK)
		return (struct verdict){NAME_PROVEN, host, NULL};
	return e->forward == LOOKUP_TEMPORARY ? judge_temporary(j, host)
					      : none("its name was not looked up");
}

int names_judge(struct names *n, const struct evidence *e, enum names_policy policy,
		const struct ipaddr *own, size_t n_own, const struct names *saved,
		struct diag *ret_diag)
{
	const struct name *known = saved != NULL ? names_find(saved, &e->addr) : NULL;
	struct judging j = {&n->pool, e, own, n_own, known};
	struct name *item = names_entry(n, &e->addr);
	struct verdict v;

	if (item == NULL)
		return diag_oom(ret_diag);
	if (j.saved != NULL && j.saved->host == NULL)
		j.saved = NULL;
	if (ipaddr_is_loopback(&e->addr))
		v = none("it is a loopback address");
	else if (is_own(&j, &e->addr))
		v = none("it is an address of this cluster");
	else if (policy == NAMES_OFF)
		v = none("remote_names=off");
	else if (item->pinned)
		v = judge_pinned(&j, n, item->pin);
	else if (policy == NAMES_PINNED)
		v = none("no name is pinned for it (remote_names=pinned)");
	else
		v = judge_found(&j);
	if (!pool_ok(&n->pool))
		return diag_oom(ret_diag);
	item->origin = v.origin;
	item->host = v.host;
	item->reason = v.reason;
	return 0;
}
