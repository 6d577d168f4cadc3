/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts.c guarantees to find an address wherever a host may stand in a list of them, by the grammar
 * of hostsignature() in sendmail/deliver.c and of the rule set MailerToTriple in cf/m4/proto.m4.
 * What is no address is left alone, right or wrong. A bare address has no MX record, so that its
 * name stands in brackets, which keep Sendmail from asking for one.
 */
#include "mta/sendmail/sendmail.h"

/* One host, in brackets or not. */
static bool parse_host(struct placed host, struct placed *ret_inner, struct ipaddr *ret_addr)
{
	struct span t;

	*ret_inner = host;
	ret_addr->family = 0;
	if (host.text.len == 0)
		return false;
	if (host.text.at[0] == '[') {
		if (host.text.at[host.text.len - 1] != ']')
			return false;
		*ret_inner = placed_part(host, 1, host.text.len - 2);
	}
	t = ret_inner->text;
	if (host.text.at[0] == '[' && text_starts_nocase(t, "IPv6:"))
		t = (struct span){t.at + 5, t.len - 5};
	if (!ipaddr_parse(t.at, t.len, ret_addr) ||
	    (ret_addr->family == 6 && host.text.at[0] != '['))
		ret_addr->family = 0;
	return t.len > 0;
}

static bool is_elsewhere(struct placed inner, const struct ipaddr *addr)
{
	return addr->family != 0 ? !ipaddr_is_loopback(addr) && !ipaddr_is_any(addr)
				 : !text_is_loopback_name(inner.text);
}

static void host_scan(struct sm *sm, struct pair *pair, struct placed host, const char *what)
{
	struct placed inner;
	struct ipaddr addr;
	struct finding *f;

	host = placed_trim(host);
	if (!parse_host(host, &inner, &addr))
		return;
	if (!is_elsewhere(inner, &addr)) {
		sm->loopback |= pair == &sm->main;
		return;
	}
	pair->elsewhere = true;
	if (addr.family == 0)
		return;
	f = scan_add(sm->scan, FIND_REMOTE, sm_file(sm, inner.file), inner.off, inner.text.len);
	f->addr = addr;
	f->what = what;
	if (inner.text.len == host.text.len) {
		f->before = "[";
		f->after = "]";
	}
}

/* The end of the first host of the list: brackets may hold colons. */
static size_t host_end(struct span list)
{
	size_t at = 0;

	if (list.len > 0 && list.at[0] == '[')
		while (at < list.len && list.at[at] != ']')
			at++;
	while (at < list.len && list.at[at] != ':' && list.at[at] != ',')
		at++;
	return at;
}

void sm_hosts(struct sm *sm, struct pair *pair, struct placed list, const char *what)
{
	while (list.text.len > 0) {
		size_t end;

		while (list.text.len > 0 && text_is_blank(list.text.at[0]))
			list = placed_skip(list, 1);
		end = host_end(list.text);
		host_scan(sm, pair, placed_part(list, 0, end), what);
		list = placed_skip(list, end < list.text.len ? end + 1 : end);
	}
}

/* One token, as prescan() in sendmail/parseaddr.c makes them with the usual OperatorChars. */
static bool is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (text_is_blank(s.at[i]) || strchr(".:%@!^/[]+()<>,;\\\"$", s.at[i]) != NULL)
			return false;
	return s.len > 0;
}

const struct mailer *sm_mailer(const struct pair *pair, struct span name)
{
	for (size_t i = 0; i < pair->n_mailers; i++)
		if (pair->mailers[i].name.len == name.len &&
		    strncasecmp(pair->mailers[i].name.at, name.at, name.len) == 0)
			return &pair->mailers[i];
	return NULL;
}

void sm_triple(struct sm *sm, struct pair *pair, struct placed value, const char *what)
{
	size_t colon = placed_find(value, ':'), user;
	struct span name = text_trim((struct span){value.text.at, colon});
	const struct mailer *m;

	if (colon == value.text.len || !is_token(name)) {
		sm_hosts(sm, pair, value, what);
		return;
	}
	value = placed_skip(value, colon + 1);
	if (text_equal_nocase(name, "error") || text_equal_nocase(name, "local"))
		return;
	m = sm_mailer(pair, name);
	user = placed_find(value, '@');
	if (user < value.text.len)
		value = placed_skip(value, user + 1);
	if (m == NULL)
		sm_keep(sm, placed_trim(value), what, "there is no mailer of that name");
	else if (m->network)
		sm_hosts(sm, pair, value, what);
}

static void keep(struct sm *sm, struct placed where, struct ipaddr addr, const char *what,
		 const char *reason)
{
	struct finding *f = scan_add(sm->scan, FIND_KEPT, sm_file(sm, where.file), where.off, 0);

	f->addr = addr;
	f->what = what;
	f->reason = reason;
}

void sm_keep(struct sm *sm, struct placed text, const char *what, const char *reason)
{
	struct placed inner;
	struct ipaddr addr;

	if (parse_host(text, &inner, &addr) && addr.family != 0) {
		keep(sm, inner, addr, what, reason);
		return;
	}
	for (size_t at = 0; at < text.text.len; at++) {
		struct placed host = placed_skip(text, at);
		size_t end = placed_find(host, ']');

		if (host.text.at[0] != '[' || end == host.text.len)
			continue;
		host = placed_part(host, 0, end + 1);
		if (parse_host(host, &inner, &addr) && addr.family != 0)
			keep(sm, inner, addr, what, reason);
	}
}
