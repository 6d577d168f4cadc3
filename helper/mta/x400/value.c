/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value.c guarantees that each finding covers the very bytes of the file from which its host was
 * read, escapes and all. It knows addresses, not tables.
 */
#include "mta/x400/x400.h"

#include <string.h>

void x400_value_init(struct x400_value *v, size_t at)
{
	v->len = 0;
	v->at = at;
	v->too_long = false;
}

void x400_value_add(struct x400_value *v, char c, size_t off)
{
	if (v->len == sizeof(v->text)) {
		v->too_long = true;
		return;
	}
	v->text[v->len] = c;
	v->off[v->len++] = off;
}

struct span x400_value_span(const struct x400_value *v)
{
	return (struct span){v->text, v->len};
}

void x400_value_plain(struct x400_value *v, struct span bytes, size_t from, size_t to)
{
	x400_value_init(v, from);
	for (size_t i = from; i < to; i++)
		x400_value_add(v, bytes.at[i], i);
}

static unsigned line_of(const struct x400_place *p, const struct x400_value *v)
{
	return text_line_number(p->file->bytes, v->at);
}

static struct finding *find(const struct x400_place *p, enum finding_kind kind,
			    const struct x400_value *v, struct span where)
{
	size_t first = (size_t)(where.at - v->text);
	size_t from = v->off[first], to = v->off[first + where.len - 1] + 1;
	struct finding *f = scan_add(p->scan, kind, p->file, from, to - from);

	f->what = p->what;
	return f;
}

static void warn_net(const struct x400_place *p, const struct x400_value *v, struct span net,
		     const char *why)
{
	scan_warn(p->scan, "%s line %u: %s: %.*s %s", p->file->path, line_of(p, v), p->what,
		  (int)net.len, net.at, why);
}

static void add_call(const struct x400_place *p, const struct x400_value *v,
		     const struct rfc1278 *a, const struct rfc1278_net *net)
{
	struct call *c = scan_call(p->scan, p->file, v->off[(size_t)(net->host.at - v->text)]);
	struct span host = net->host;
	uint8_t octets[RFC1278_SELECTOR_MAX];
	size_t n = 0;

	if (host.at[0] == '[')
		host = (struct span){host.at + 1, host.len - 2};
	c->host = pool_dup(&p->scan->pool, host.at, host.len);
	c->addr = net->addr;
	c->port = rfc1278_port(net);
	if (rfc1278_octets(&a->t, octets, &n))
		c->called = (struct span){pool_dup(&p->scan->pool, (const char *)octets, n), n};
	c->calling = p->calling;
	c->as = p->as;
	c->password = p->password;
}

static void remote(const struct x400_place *p, const struct x400_value *v, const struct rfc1278 *a,
		   const struct rfc1278_net *net)
{
	if (rfc1278_over_tcp(net)) {
		add_call(p, v, a, net);
		if (net->addr.family != 0)
			find(p, FIND_REMOTE, v, net->host)->addr = net->addr;
	} else if (net->addr.family != 0) {
		struct finding *f = find(p, FIND_KEPT, v, net->raw);

		f->addr = net->addr;
		f->reason = "only a host over TCP can stand by name, and this is no such address";
	} else {
		warn_net(p, v, net->raw, "does not go over TCP, as far as is known: left alone");
	}
}

static void local(const struct x400_place *p, const struct x400_value *v,
		  const struct rfc1278_net *net)
{
	struct finding *f;

	if (!rfc1278_over_tcp(net)) {
		warn_net(p, v, net->raw, "does not go over TCP, as far as is known: left alone");
		return;
	}
	f = find(p, FIND_SETTING, v, net->host);
	f->bracketed_v6 = net->kind == RFC1278_ITOT && net->addr.family == 6;
	f->setting = f->bracketed_v6 ? SET_BIND6 : SET_BIND4;
	f->current = pool_dup(&p->scan->pool, net->host.at, net->host.len);
}

static void caller(const struct x400_place *p, const struct x400_value *v,
		   const struct rfc1278_net *net)
{
	if (net->addr.family != 0) {
		struct finding *f = find(p, FIND_KEPT, v, net->raw);

		f->addr = net->addr;
		f->reason = "it identifies a caller, who is known by literal address alone";
	} else if (rfc1278_over_tcp(net)) {
		warn_net(p, v, net->raw,
			 "names a host: a caller is matched by literal address alone, so this "
			 "entry never matches");
	} else {
		warn_net(p, v, net->raw, "is not over TCP, as far as is known: not checked");
	}
}

static bool parse(const struct x400_value *v, struct rfc1278 *ret, const char **ret_reason)
{
	*ret_reason = "it is longer than any such address";
	return !v->too_long && rfc1278_parse(x400_value_span(v), ret, ret_reason);
}

void x400_address(const struct x400_place *p, enum x400_use use, const struct x400_value *v,
		  bool *ret_tcp)
{
	const char *reason;
	struct rfc1278 a;
	bool any = false;

	if (!parse(v, &a, &reason)) {
		scan_warn(p->scan, "%s line %u: %s is left alone: %s", p->file->path, line_of(p, v),
			  p->what, reason);
		a.n_nets = 0;
	}
	for (size_t i = 0; i < a.n_nets; i++) {
		any = any || rfc1278_over_tcp(&a.nets[i]);
		if (use == X400_REMOTE)
			remote(p, v, &a, &a.nets[i]);
		else if (use == X400_LOCAL)
			local(p, v, &a.nets[i]);
		else
			caller(p, v, &a.nets[i]);
	}
	if (ret_tcp != NULL)
		*ret_tcp = any;
}

static bool is_bare(struct span s)
{
	struct ipaddr a;

	return text_is_fqdn(s) || ipaddr_parse(s.at, s.len, &a);
}

void x400_local(const struct x400_place *p, const struct x400_value *v, bool *ret_bound)
{
	struct span s = x400_value_span(v);
	struct finding *f;
	struct ipaddr a;

	if (v->too_long || !is_bare(s)) {
		x400_address(p, X400_LOCAL, v, ret_bound);
		return;
	}
	f = find(p, FIND_SETTING, v, s);
	f->setting = ipaddr_parse(s.at, s.len, &a) && a.family == 6 ? SET_BIND6 : SET_BIND4;
	f->current = pool_dup(&p->scan->pool, s.at, s.len);
	*ret_bound = true;
}

bool x400_selector(struct scan *s, const struct x400_value *v, struct span *ret_selector)
{
	uint8_t octets[RFC1278_SELECTOR_MAX];
	const char *reason;
	struct rfc1278 a;
	bool any = false;
	size_t n = 0;

	if (!parse(v, &a, &reason))
		return false;
	for (size_t i = 0; i < a.n_nets; i++)
		any = any || rfc1278_over_tcp(&a.nets[i]);
	if (any && rfc1278_octets(&a.t, octets, &n))
		*ret_selector = (struct span){pool_dup(&s->pool, (const char *)octets, n), n};
	return any;
}
