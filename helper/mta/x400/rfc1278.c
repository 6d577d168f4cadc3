/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1278.c guarantees that all spans of a result lie inside the text given, in its order, and that
 * a text is taken whole or not at all. It knows no table and changes nothing. Selectors are
 * in rfc1278_selector.c, the digits of an NSAP in rfc1277.c.
 */
#include "mta/x400/rfc1277.h"
#include "mta/x400/rfc1278_spell.h"

#define PORT_DEFAULT 102 /* RFC 1006 */

static bool is_host(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && s.at[i] != '-' && s.at[i] != '.')
			return false;
	return s.len > 0;
}

static bool is_port(struct span s)
{
	unsigned long n = 0;

	return number_of(s, 65535, &n) && n > 0;
}

/* host ["+" port ["+" tset]] */
static bool tcp(struct span s, struct rfc1278_net *net, const char **reason)
{
	bool more;

	net->kind = RFC1278_TCP;
	net->host = cut(&s, '+', &more);
	if (memchr(net->host.at, ':', net->host.len) != NULL) {
		*reason = "RFC 1278 has no form for an IPv6 address";
		return false;
	}
	*reason = "a host, and after + a port, is expected";
	if (!is_host(net->host))
		return false;
	if (more) {
		net->port = cut(&s, '+', &more);
		if (!is_port(net->port))
			return false;
	}
	if (more) {
		net->tset = s;
		if (!all_digits(net->tset))
			return false;
	}
	(void)ipaddr_parse(net->host.at, net->host.len, &net->addr);
	return true;
}

static bool itot(struct span s, struct rfc1278_net *net, const char **reason)
{
	size_t end = 0;

	net->kind = RFC1278_ITOT;
	*reason = "after itot:// a host, and after : a port, is expected";
	if (s.len > 0 && s.at[0] == '[') {
		const char *close = memchr(s.at, ']', s.len);

		if (close == NULL ||
		    !ipaddr_parse(s.at + 1, (size_t)(close - s.at) - 1, &net->addr))
			return false;
		end = (size_t)(close - s.at) + 1;
	} else {
		while (end < s.len && s.at[end] != ':')
			end++;
		if (!is_host(part(s, 0, end)))
			return false;
		(void)ipaddr_parse(s.at, end, &net->addr);
	}
	net->host = part(s, 0, end);
	if (end == s.len)
		return true;
	net->port = rest(s, end + 1);
	return s.at[end] == ':' && is_port(net->port);
}

static bool is_afi(struct span s)
{
	static const char *const afis[] = {"X121", "DCC", "TELEX", "PSTN", "ISDN", "ICD", "LOCAL"};

	for (size_t i = 0; i < sizeof(afis) / sizeof(afis[0]); i++)
		if (text_equal_nocase(s, afis[i]))
			return true;
	return false;
}

static bool is_other(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && memchr("+-.()", s.at[i], 5) == NULL)
			return false;
	return true;
}

/* afi "+" idi ["+" dsp] */
static bool osi(struct span afi, struct span s, struct rfc1278_net *net, const char **reason)
{
	bool more;
	struct span idi = cut(&s, '+', &more);

	net->kind = RFC1278_OSI;
	*reason = "after the kind of network, + and digits are expected";
	if (!all_digits(idi))
		return false;
	if (!more)
		return true;
	if (text_starts_nocase(s, "RFC-1006+")) {
		struct span prefix;

		s = rest(s, strlen("RFC-1006+"));
		prefix = cut(&s, '+', &more);
		*reason = "after RFC-1006, + and two digits are expected";
		return prefix.len == 2 && all_digits(prefix) && more && tcp(s, net, reason);
	}
	*reason = "it has a character that stands in no network address";
	if (!is_other(s))
		return false;
	if (text_equal_nocase(afi, "TELEX") && s.len > 0 && text_lower(s.at[0]) == 'd')
		(void)rfc1277_telex(idi, rest(s, 1), &net->addr);
	return true;
}

static bool macro(struct span name, struct span s, struct rfc1278_net *net, const char **reason)
{
	static const char *const known[] = {"Internet", "TCP", "localTCP"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_equal_nocase(name, known[i]))
			return tcp(s, net, reason);
	net->kind = RFC1278_MACRO;
	*reason = "it has a character that stands in no network address";
	return is_host(name) && is_other(s);
}

static bool network(struct span s, struct rfc1278_net *net, const char **reason)
{
	static const char url[] = "URI+0000+URL+itot://";
	struct span after = s, head;
	bool plus;

	net->raw = s;
	if (text_starts_nocase(s, url))
		return itot(rest(s, strlen(url)), net, reason);
	if (memchr(s.at, '=', s.len) != NULL) {
		head = cut(&after, '=', NULL);
		return macro(head, after, net, reason);
	}
	head = cut(&after, '+', &plus);
	*reason = "it is no network address";
	if (!plus)
		return false;
	if (is_afi(head))
		return osi(head, after, net, reason);
	*reason = "hexadecimal digits are expected after +";
	if (text_equal_nocase(head, "NS")) {
		net->kind = RFC1278_NSAP;
		(void)rfc1277_digits((struct span){"", 0}, after, &net->addr);
		return all_hex(after, true);
	}
	net->kind = RFC1278_IDP;
	if (!all_digits(head)) {
		*reason = "it is no known kind of network";
		return false;
	}
	(void)rfc1277_digits(head, after, &net->addr);
	return all_hex(after, true);
}

bool rfc1278_parse(struct span text, struct rfc1278 *ret, const char **ret_reason)
{
	struct rfc1278 r = {.n_nets = 0};
	const char *reason = "it is empty";
	struct span s = text;

	if (s.len == 0 || !rfc1278_selectors(&s, &r, &reason)) {
		*ret_reason = reason;
		return false;
	}
	for (size_t from = 0, to = 0;; from = ++to) {
		while (to < s.len && s.at[to] != '_' && s.at[to] != '|')
			to++;
		reason = "it has more network addresses than are allowed";
		if (r.n_nets == RFC1278_NETS_MAX ||
		    (reason = "a network address is missing", to == from) ||
		    !network(part(s, from, to), &r.nets[r.n_nets], &reason)) {
			*ret_reason = reason;
			return false;
		}
		r.n_nets++;
		if (to == s.len)
			break;
	}
	*ret = r;
	return true;
}

uint16_t rfc1278_port(const struct rfc1278_net *net)
{
	unsigned long n = 0;

	return net->port.len > 0 && number_of(net->port, 65535, &n) ? (uint16_t)n : PORT_DEFAULT;
}

bool rfc1278_over_tcp(const struct rfc1278_net *net)
{
	return net->kind == RFC1278_ITOT ||
	       (net->kind == RFC1278_TCP && (net->tset.len == 0 || text_equal(net->tset, "1")));
}
