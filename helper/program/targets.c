/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * targets.c guarantees that no place is asked twice, that none of this cluster's own is, and that
 * none is asked from any address but the VIP's.
 */
#include "program/targets.h"

#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/resolve.h"

#define PORT_SMTP 25

void targets_release(struct targets *t)
{
	free(t->items);
	pool_release(&t->pool);
	*t = (struct targets)TARGETS_INIT;
}

static bool same_span(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static bool is_own(const struct survey *s, const struct ipaddr *a)
{
	for (size_t i = 0; i < s->want.n_own; i++)
		if (ipaddr_equal(&s->want.own[i], a))
			return true;
	return ipaddr_is_loopback(a) || ipaddr_is_any(a);
}

static int add(struct targets *t, const struct target *new, struct diag *ret_diag)
{
	struct target *slot;

	for (size_t i = 0; i < t->n; i++) {
		const struct target *old = &t->items[i];

		if (old->port == new->port && strcmp(old->remote, new->remote) == 0 &&
		    same_span(old->called, new->called) && same_span(old->calling, new->calling))
			return 0;
	}
	slot = array_grow(&t->items, &t->n, &t->cap);
	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = *new;
	return 0;
}

/* The port behind an address as most configurations write it: 192.0.2.7:2525, [192.0.2.7]:587. */
static uint16_t port_behind(struct span bytes, size_t at)
{
	unsigned port = 0;

	while (at < bytes.len && bytes.at[at] == ']')
		at++;
	if (at >= bytes.len || bytes.at[at] != ':')
		return PORT_SMTP;
	for (at++; at < bytes.len && bytes.at[at] >= '0' && bytes.at[at] <= '9' && port < 65536;)
		port = port * 10 + (unsigned)(bytes.at[at++] - '0');
	return port > 0 && port < 65536 ? (uint16_t)port : PORT_SMTP;
}

static int from_findings(struct targets *t, const struct survey *s, struct diag *ret_diag)
{
	char text[IPADDR_STRLEN];

	for (size_t i = 0; i < s->scan.n_findings; i++) {
		const struct finding *f = &s->scan.findings[i];
		struct target new = {.addr = f->addr};

		if (f->kind != FIND_REMOTE || is_own(s, &f->addr))
			continue;
		new.remote = pool_dups(&t->pool, ipaddr_format(&f->addr, text));
		new.port = port_behind(s->scan.files[f->file].bytes, f->off + f->len);
		if (add(t, &new, ret_diag) < 0)
			return -1;
	}
	return 0;
}

static int from_calls(struct targets *t, const struct survey *s, struct diag *ret_diag)
{
	for (size_t i = 0; i < s->scan.n_calls; i++) {
		const struct call *c = &s->scan.calls[i];
		const struct target new = {.remote = c->host,
					   .addr = c->addr,
					   .port = (uint16_t)c->port,
					   .called = c->called,
					   .calling = c->calling};

		if (c->mute || (c->addr.family != 0 && is_own(s, &c->addr)))
			continue;
		if (add(t, &new, ret_diag) < 0)
			return -1;
	}
	return 0;
}

/* An address of a family that the VIP has, if there is one. */
static const struct ipaddr *best(const struct survey *s, const struct evidence *e)
{
	for (size_t i = 0; i < e->n_addrs; i++)
		if (e->addrs[i].family == 4 ? s->want.vip4.family != 0 : s->want.vip6.family != 0)
			return &e->addrs[i];
	return e->n_addrs > 0 ? &e->addrs[0] : NULL;
}

static void take_address(struct target *t, const struct survey *s, const struct evidence *e)
{
	const struct ipaddr *a = best(s, e);

	if (a != NULL)
		t->addr = *a;
	else if (e->forward == LOOKUP_NEGATIVE)
		t->why = "there is no such host";
	else
		t->why = "its address could not be looked up in time";
}

static int look_up(struct targets *t, const struct survey *s, const struct options *o,
		   const struct deadline *d, struct diag *ret_diag)
{
	struct deadline mine = deadline_within(d, (long)deadline_left_ms(d) / 2);
	struct evidences seen = EVIDENCES_INIT;
	struct resolve_question *questions = calloc(t->n + 1, sizeof(*questions));
	size_t n = 0, k = 0;
	int status;

	if (questions == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < t->n; i++) {
		struct target *x = &t->items[i];

		if (x->addr.family != 0)
			continue;
		if (o->offline)
			x->why = "it was not looked up (--offline)";
		else if (!text_is_fqdn((struct span){x->remote, strlen(x->remote)}))
			x->why = "it is no fully qualified name";
		else
			questions[n++].pinned = x->remote;
	}
	status = resolve_all(questions, n, s->scan.lookup, &mine, &seen, ret_diag);
	for (size_t i = 0; status == 0 && i < t->n; i++)
		if (t->items[i].addr.family == 0 && t->items[i].why == NULL)
			take_address(&t->items[i], s, &seen.items[k++]);
	evidences_release(&seen);
	free(questions);
	return status;
}

/* From where to call it, or why not. */
static void choose_source(struct targets *t, struct target *x, const struct survey *s)
{
	const struct ipaddr *vip = x->addr.family == 4 ? &s->want.vip4 : &s->want.vip6;
	const struct netaddr *here;
	char text[IPADDR_STRLEN];

	if (x->why != NULL)
		return;
	if (vip->family == 0) {
		x->why = pool_printf(&t->pool, "the VIP has no IPv%d address", x->addr.family);
		x->local_fault = true;
		return;
	}
	x->source = *vip;
	here = netaddr_find(&s->local, vip);
	if (here != NULL && netaddr_usable(here))
		return;
	x->why = pool_printf(&t->pool, "the VIP %s is not usable on this node",
			     ipaddr_format(vip, text));
	x->local_fault = true;
}

int targets_find(struct targets *t, const struct survey *s, const struct options *o,
		 const struct deadline *d, struct diag *ret_diag)
{
	int status =
		s->scan.n_calls > 0 ? from_calls(t, s, ret_diag) : from_findings(t, s, ret_diag);

	if (status == 0)
		status = look_up(t, s, o, d, ret_diag);
	for (size_t i = 0; status == 0 && i < t->n; i++)
		choose_source(t, &t->items[i], s);
	if (status == 0 && !pool_ok(&t->pool))
		status = diag_oom(ret_diag);
	return status;
}
