/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_address.c guarantees that an address it returns was written in the resource's own, evaluated
 * parameters, is a unicast address and can be on this node; anything else is a problem with its
 * reason. It does not look at the node.
 */
#include "pure/cib_eval.h"

#include <string.h>

#include "pure/cib_agents.h"

/* One resource under examination. */
struct look {
	struct cib_model *m;
	const struct cib_resource *r;
	struct cib_values values;
	bool unsure; /* Pacemaker was asked, or has to be */
};

static void unusable(struct cib_address *a, const char *problem)
{
	a->state = CIB_ADDRESS_UNUSABLE;
	a->problem = problem;
}

/* Pacemaker judges rules for the node where the resource is started, so its answer holds here only
 * if that is this node and no other. */
static bool is_started_here(struct look *l)
{
	const char *const *active = cib_active(l->m, l->r);

	return l->m->node != NULL && active[0] != NULL && active[1] == NULL &&
	       strcmp(active[0], l->m->node) == 0;
}

/* A parameter hangs on a rule that only Pacemaker can judge, and not for this node. */
static bool is_unknown(struct look *l, const char *name)
{
	const struct cib_value *v = cib_values_find(&l->values, name);

	return v != NULL && v->value == NULL && !is_started_here(l);
}

/* The parameter's value; where a rule cannot be judged, Pacemaker's own answer. */
static const char *value_of(struct look *l, const char *name)
{
	const struct cib_value *v = name ? cib_values_find(&l->values, name) : NULL;
	const struct cib_want *answer;

	if (v == NULL || v->value != NULL)
		return v ? v->value : NULL;
	l->unsure = true;
	if (!is_started_here(l))
		return NULL;
	answer = cib_wants_asked(l->m->wants, CIB_WANT_ANSWER, name, l->r->id);
	return answer ? answer->answer : NULL;
}

static int number(const char *s, size_t len, int max)
{
	int n = 0;

	if (len == 0 || len > 3)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (s[i] - '0');
	}
	return n <= max ? n : -1;
}

/* Bits, or a dotted netmask whose ones come first; -1 for neither. */
static int prefix_of(const char *s, int family)
{
	struct ipaddr mask;
	int bits = 0;

	if (s == NULL)
		return -1;
	if (!ipaddr_parse(s, strlen(s), &mask) || mask.family != 4 || family != 4)
		return number(s, strlen(s), family == 4 ? 32 : 128);
	while (bits < 32 && (mask.bytes[bits / 8] & (0x80 >> bits % 8)) != 0)
		bits++;
	for (int i = bits; i < 32; i++)
		if ((mask.bytes[i / 8] & (0x80 >> i % 8)) != 0)
			return -1;
	return bits;
}

static void take(struct look *l, struct cib_address *a, const char *param, const char *text,
		 bool with_prefix)
{
	const char *slash = with_prefix ? strchr(text, '/') : NULL;
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct pool *pool = &l->m->pool;

	a->param = pool_dups(pool, param);
	if (!ipaddr_parse(text, len, &a->addr)) {
		unusable(a,
			 pool_printf(pool, "has %s=%s, which is not an IP address", param, text));
	} else if (!ipaddr_is_unicast(&a->addr)) {
		unusable(a,
			 pool_printf(pool, "has %s=%s, which no node can call from", param, text));
	} else {
		a->state = CIB_ADDRESS_FOUND;
		if (slash != NULL)
			a->prefix = prefix_of(slash + 1, a->addr.family);
	}
}

/* As the agents read it: ocf_is_true of ocf-shellfuncs. */
static bool is_true(const char *s)
{
	static const char *const words[] = {"yes",  "true", "1",  "YES", "TRUE",
					    "True", "ja",   "on", "ON"};

	for (size_t i = 0; s != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* The address is right, but the agent may put it elsewhere, or another one here. */
static void check_place(struct look *l, struct cib_address *a)
{
	static const char *const params[] = {"network_namespace", "unique_clone_address"};
	struct pool *pool = &l->m->pool;
	const char *netns = value_of(l, params[0]);

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		if (is_unknown(l, params[i])) {
			unusable(a, pool_printf(pool,
						"has a rule that cannot be judged here for its "
						"parameter %s: give the address",
						params[i]));
			return;
		}
	if (netns != NULL && netns[0] != '\0')
		unusable(a, pool_printf(pool, "is in the network namespace %s, not on the node",
					netns));
	else if (is_true(value_of(l, params[1])))
		unusable(a, "has unique_clone_address, so each instance adds its number to the "
			    "address: give the one");
	a->elsewhere = a->state == CIB_ADDRESS_UNUSABLE;
}

static void known_agent(struct look *l, const struct cib_agent *agent, struct cib_address *a)
{
	const char *text, *nic;
	struct pool *pool = &l->m->pool;
	int bits;

	if (agent->holds != CIB_HOLDS_ADDRESS) {
		unusable(a, agent->holds == CIB_HOLDS_PUBLIC
				    ? "holds a public address that is never on a node: name the "
				      "resource with the private one, or give that address"
				    : "holds no address of a node: give the address");
		a->elsewhere = true;
		return;
	}
	text = value_of(l, agent->param);
	if (text == NULL) {
		unusable(a, l->unsure ? pool_printf(pool,
						    "has a rule that cannot be judged here for its "
						    "parameter %s: give the address",
						    agent->param)
				      : pool_printf(pool, "has no parameter %s on this node",
						    agent->param));
		return;
	}
	take(l, a, agent->param, text, agent->with_prefix);
	if (a->state != CIB_ADDRESS_FOUND)
		return;
	bits = prefix_of(value_of(l, agent->prefix), a->addr.family);
	if (bits >= 0)
		a->prefix = bits;
	nic = value_of(l, agent->interface);
	a->interface = nic ? pool_dups(pool, nic) : NULL;
	check_place(l, a);
}

/* An agent we know nothing of may hold an address all the same. */
static void unknown_agent(struct look *l, struct cib_address *a)
{
	for (size_t i = 0; i < l->values.n; i++) {
		const char *name = l->values.items[i].name;
		const char *text = value_of(l, name);
		struct ipaddr addr;

		if (text == NULL || !ipaddr_parse(text, strlen(text), &addr) ||
		    !ipaddr_is_unicast(&addr))
			continue;
		if (a->state == CIB_ADDRESS_UNKNOWN && !ipaddr_equal(&addr, &a->addr)) {
			unusable(a, "has several parameters that are addresses: give the one");
			a->elsewhere = true;
			return;
		}
		a->state = CIB_ADDRESS_UNKNOWN;
		a->addr = addr;
		a->param = pool_dups(&l->m->pool, name);
	}
}

static void bundle(struct look *l, struct cib_address *a)
{
	const struct cib_resource *r = l->r;

	if (r->ip_range_start == NULL)
		return;
	if (r->replicas != 1) {
		unusable(a, "has more than one replica, so more than one address: give the one");
		a->elsewhere = true;
		return;
	}
	take(l, a, "ip-range-start", r->ip_range_start, false);
	a->prefix = prefix_of(r->host_netmask, a->addr.family);
	a->interface = r->host_interface;
}

int cib_address(struct cib_model *m, const struct cib_resource *r, struct cib_address *ret_address,
		struct diag *ret_diag)
{
	struct look l = {.m = m, .r = r};
	struct cib_address a = {.prefix = -1};
	const struct cib_agent *agent;

	if (r->kind == CIB_BUNDLE) {
		bundle(&l, &a);
	} else if (r->kind == CIB_PRIMITIVE) {
		if (cib_params(m, r, &l.values, ret_diag) < 0)
			return -1;
		agent = cib_agent_find(r->standard, r->provider, r->type);
		if (agent != NULL)
			known_agent(&l, agent, &a);
		else
			unknown_agent(&l, &a);
		cib_values_release(&l.values);
	}
	if (!pool_ok(&m->pool))
		return diag_oom(ret_diag);
	*ret_address = a;
	return 0;
}

const char *cib_agent_name(struct cib_model *m, const struct cib_resource *r)
{
	if (r->kind != CIB_PRIMITIVE)
		return cib_kind_name(r->kind);
	if (r->standard == NULL || r->type == NULL)
		return "unknown";
	if (r->provider == NULL)
		return pool_printf(&m->pool, "%s:%s", r->standard, r->type);
	return pool_printf(&m->pool, "%s:%s:%s", r->standard, r->provider, r->type);
}
