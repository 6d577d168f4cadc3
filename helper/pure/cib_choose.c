/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_choose.c guarantees at most one VIP of each family, each with the reason why it and no other;
 * whatever is not certain is an error. It does not know whether a VIP is up.
 */
#include "pure/cib_choose.h"

#include <string.h>

#include "data/array.h"
#include "data/buf.h"

void cib_choice_release(struct cib_choice *c)
{
	free(c->vips);
	free(c->findings.items);
	*c = (struct cib_choice){0};
}

int cib_hint(struct cib_hints *hints, const char *text, struct diag *ret_diag)
{
	const char **at;

	for (size_t i = 0; i < hints->n; i++)
		if (strcmp(hints->items[i], text) == 0)
			return 0;
	at = array_grow(&hints->items, &hints->n, &hints->cap);
	if (at == NULL)
		return diag_oom(ret_diag);
	*at = text;
	return 0;
}

static int add(struct cib_choice *c, const struct cib_resource *r, const struct cib_address *a,
	       const char *why, struct diag *ret_diag)
{
	struct cib_vip *v;

	if (a->addr.family == 4 ? c->settled4 : c->settled6)
		return 0;
	for (size_t i = 0; r != NULL && i < c->n; i++)
		if (c->vips[i].resource == r)
			return 0;
	v = array_grow(&c->vips, &c->n, &c->cap);
	if (v == NULL)
		return diag_oom(ret_diag);
	*v = (struct cib_vip){.resource = r, .address = *a, .why = why};
	return 0;
}

static int broken(struct cib_model *m, const struct cib_resource *r, const struct cib_address *a,
		  struct diag *ret_diag)
{
	return diag_set(ret_diag, EX_CONFIGURED, "cannot use %s (%s) as VIP: it %s", r->id,
			cib_agent_name(m, r), a->problem);
}

int cib_consider(struct cib_model *m, const struct cib_resource *r, const char *why,
		 struct cib_choice *c, struct cib_hints *hints, struct diag *ret_diag)
{
	struct cib_address a;
	char text[IPADDR_STRLEN];

	if (cib_address(m, r, &a, ret_diag) < 0)
		return -1;
	switch (a.state) {
	case CIB_ADDRESS_FOUND:
		return add(c, r, &a, why, ret_diag);
	case CIB_ADDRESS_NONE:
		return 0;
	case CIB_ADDRESS_UNKNOWN:
		return cib_hint(hints,
				pool_printf(&m->pool, "%s (%s) has %s=%s: name it if that is one",
					    r->id, cib_agent_name(m, r), a.param,
					    ipaddr_format(&a.addr, text)),
				ret_diag);
	case CIB_ADDRESS_UNUSABLE:
		break;
	}
	if (!a.elsewhere && !c->settled4 && !c->settled6)
		return broken(m, r, &a, ret_diag);
	return cib_hint(a.elsewhere ? hints : &c->findings,
			pool_printf(&m->pool, "%s (%s) %s", r->id, cib_agent_name(m, r), a.problem),
			ret_diag);
}

static int in_group(struct cib_model *m, const struct cib_resource *own, struct cib_choice *c,
		    struct cib_hints *hints, struct diag *ret_diag)
{
	const struct cib_resource *group = own->parent;
	const char *why;
	bool binds;

	if (group == NULL || group->kind != CIB_GROUP)
		return 0;
	if (cib_group_binds(m, group, &binds, ret_diag) < 0)
		return -1;
	if (!binds)
		return cib_hint(hints,
				pool_printf(&m->pool, "group %s has collocated=false", group->id),
				ret_diag);
	why = pool_printf(&m->pool, "before %s in group %s", own->id, group->id);
	for (size_t i = 0; i < m->n_resources; i++) {
		const struct cib_resource *r = m->resources[i];
		struct cib_address a;

		if (r->parent != group || r == own)
			continue;
		if (r->order < own->order) {
			if (cib_consider(m, r, why, c, hints, ret_diag) < 0)
				return -1;
			continue;
		}
		if (cib_address(m, r, &a, ret_diag) < 0)
			return -1;
		if (a.state == CIB_ADDRESS_FOUND &&
		    cib_hint(hints,
			     pool_printf(&m->pool, "%s comes after it in group %s: move it before",
					 r->id, group->id),
			     ret_diag) < 0)
			return -1;
	}
	return 0;
}

/* Pacemaker shows 127 bytes of a reason: the cure must be among them. */
static int none(const struct cib_resource *own, const struct cib_hints *hints,
		struct diag *ret_diag)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < hints->n; i++)
		buf_addf(&b, "; %s", hints->items[i]);
	(void)diag_set(ret_diag, EX_CONFIGURED,
		       "cannot find a VIP for %s: no IP resource precedes it in a group or is "
		       "colocated with it; name one with vip%s",
		       own->id, buf_str(&b));
	buf_release(&b);
	return -1;
}

/* Two addresses of one family cannot both be the one that mail comes from. */
static int check_families(const struct cib_choice *c, struct diag *ret_diag)
{
	struct buf b = BUF_INIT;
	size_t n4 = 0, n6 = 0;
	char text[IPADDR_STRLEN];

	for (size_t i = 0; i < c->n; i++) {
		const struct cib_vip *v = &c->vips[i];

		if (v->address.addr.family == 4)
			n4++;
		else
			n6++;
		buf_addf(&b, "%s%s", i > 0 ? "; " : "", ipaddr_format(&v->address.addr, text));
		if (v->resource != NULL)
			buf_addf(&b, " of %s", v->resource->id);
		buf_addf(&b, ", %s", v->why);
	}
	if (n4 > 1 || n6 > 1)
		(void)diag_set(ret_diag, EX_CONFIGURED,
			       "cannot choose among several %s VIPs, name one with vip: %s",
			       n4 > 1 ? "IPv4" : "IPv6", buf_str(&b));
	buf_release(&b);
	return n4 > 1 || n6 > 1 ? -1 : 0;
}

static int discover(struct cib_model *m, struct cib_choice *c, struct diag *ret_diag)
{
	struct cib_hints hints = {0};
	int rc = in_group(m, c->own, c, &hints, ret_diag);

	if (rc == 0 && c->n == 0)
		rc = cib_search(m, c->own, c, &hints, ret_diag);
	if (rc == 0 && c->n == 0)
		rc = none(c->own, &hints, ret_diag);
	free(hints.items);
	return rc;
}

/* "mail-mta:0" is an instance of mail-mta; no id of the CIB has a colon. */
static const char *without_instance(struct cib_model *m, const char *id)
{
	const char *colon = strrchr(id, ':');

	if (colon == NULL || colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return id;
	return pool_dup(&m->pool, id, (size_t)(colon - id));
}

static int refuse(const struct cib_resource *own, struct diag *ret_diag)
{
	if (own->kind != CIB_PRIMITIVE)
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot serve %s: it is a %s, not a single resource", own->id,
				cib_kind_name(own->kind));
	for (const struct cib_resource *r = own->parent; r != NULL; r = r->parent)
		if (r->kind == CIB_CLONE || r->kind == CIB_BUNDLE)
			return diag_set(ret_diag, EX_CONFIGURED,
					"cannot serve %s: it is in the %s %s, and a stack follows "
					"one VIP on one node: take it out",
					own->id, cib_kind_name(r->kind), r->id);
	return 0;
}

static int find_own(struct cib_model *m, const struct cib_question *q, bool required,
		    struct cib_choice *c, struct diag *ret_diag)
{
	const char *id;

	if (q->resource == NULL || q->no_cluster)
		return 0;
	id = without_instance(m, q->resource);
	if (cib_wants_asked(m->wants, CIB_WANT_NAME, "", id) == NULL)
		return 0;
	c->own = cib_model_find(m, id);
	if (c->own == NULL)
		return required ? diag_set(ret_diag, EX_CONFIGURED,
					   "cannot find a VIP for %s: the CIB has no such resource",
					   id)
				: 0;
	return refuse(c->own, ret_diag);
}

/* A clone of one IP resource may stand for it. */
static const struct cib_resource *only_child(const struct cib_model *m,
					     const struct cib_resource *r)
{
	const struct cib_resource *child = NULL;

	for (size_t i = 0; i < m->n_resources; i++)
		if (m->resources[i]->parent == r) {
			if (child != NULL)
				return NULL;
			child = m->resources[i];
		}
	return child;
}

static int add_named(struct cib_model *m, const char *given, struct cib_choice *c,
		     struct diag *ret_diag)
{
	const char *id = without_instance(m, given);
	const struct cib_resource *r;
	struct cib_address a;

	if (cib_wants_asked(m->wants, CIB_WANT_NAME, "", id) == NULL)
		return 0;
	r = cib_model_find(m, id);
	while (r != NULL && (r->kind == CIB_CLONE || r->kind == CIB_GROUP) && only_child(m, r))
		r = only_child(m, r);
	if (r == NULL)
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot use %s as VIP: the CIB has no such resource, and it is no "
				"IP address",
				given);
	if (cib_address(m, r, &a, ret_diag) < 0)
		return -1;
	if (a.state == CIB_ADDRESS_UNUSABLE)
		return broken(m, r, &a, ret_diag);
	if (a.state == CIB_ADDRESS_NONE)
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot use %s (%s) as VIP: it has no parameter that is an address",
				r->id, cib_agent_name(m, r));
	return add(c, r, &a, pool_printf(&m->pool, "named by vip"), ret_diag);
}

/* An IPv6 address has colons like an instance; addresses are looked for first. */
static int add_given(struct cib_model *m, const struct cib_question *q, size_t i,
		     struct cib_choice *c, struct diag *ret_diag)
{
	struct cib_address a = {.state = CIB_ADDRESS_FOUND, .prefix = -1};
	const char *given = q->vips[i];

	if (ipaddr_parse(given, strlen(given), &a.addr)) {
		if (!ipaddr_is_unicast(&a.addr))
			return diag_set(ret_diag, EX_CONFIGURED,
					"cannot use %s as VIP: no node can call from it", given);
		return add(c, NULL, &a, "given as an address", ret_diag);
	}
	if (q->no_cluster)
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot use %s as VIP: it is no IP address, and there is no cluster",
			given);
	return add_named(m, given, c, ret_diag);
}

static bool only_addresses(const struct cib_question *q)
{
	struct ipaddr a;

	for (size_t i = 0; i < q->n_vips; i++)
		if (!ipaddr_parse(q->vips[i], strlen(q->vips[i]), &a))
			return false;
	return q->n_vips > 0;
}

int cib_choose(struct cib_model *m, const struct cib_question *q, struct cib_choice *ret_choice,
	       struct diag *ret_diag)
{
	struct cib_choice c = {0};
	int rc = find_own(m, q, !only_addresses(q), &c, ret_diag);

	for (size_t i = 0; i < q->n_vips && rc == 0; i++)
		rc = add_given(m, q, i, &c, ret_diag);
	if (rc == 0 && q->n_vips == 0 && c.own != NULL)
		rc = discover(m, &c, ret_diag);
	if (rc == 0)
		rc = check_families(&c, ret_diag);
	if (rc == 0 && !pool_ok(&m->pool))
		rc = diag_oom(ret_diag);
	if (rc < 0)
		cib_choice_release(&c);
	else
		*ret_choice = c;
	return rc;
}
