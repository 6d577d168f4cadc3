/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relay.c guarantees to find an address wherever a relay URL or an LMTP destination names one, by
 * the grammar of text_to_relayhost() in to.c and lmtp_connect_inet() in mail.lmtp.c. What is no
 * address is left alone, right or wrong.
 */
#include "mta/opensmtpd/opensmtpd.h"

#define URL_MAX 1023 /* bytes; smtpd refuses longer ones */

struct scheme {
	const char *prefix;
	bool policy; /* certificates are verified */
	bool smtp;   /* a greeting in clear text is to be expected */
};

static const struct scheme schemes[] = {
	{"smtp://", false, true},  {"smtp+tls://", true, true}, {"smtp+notls://", false, true},
	{"lmtp://", false, false}, {"smtps://", true, false},
};

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static const struct scheme *take_scheme(struct traced *url)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (text_starts_nocase(traced_span(*url), schemes[i].prefix)) {
			*url = skip(*url, strlen(schemes[i].prefix));
			return &schemes[i];
		}
	return memmem(url->text, url->len, "://", 3) != NULL ? NULL : &schemes[0];
}

static bool in_host(char c)
{
	return (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
	       c == '_' || c == '.' || c == '-';
}

/* [literal] with its brackets, or a name; the rest stays in *url. */
static struct traced take_host(struct traced *url)
{
	size_t len = 0;
	struct traced host;

	if (url->len > 0 && url->text[0] == '[')
		len = traced_find(*url, ']') < url->len ? traced_find(*url, ']') + 1 : 0;
	else
		while (len < url->len && in_host(url->text[len]))
			len++;
	host = traced_part(*url, 0, len);
	*url = skip(*url, len);
	return host;
}

/* "[192.0.2.7]" "[2001:db8::7]" "[IPv6:2001:db8::7]", without brackets only IPv4. */
static bool parse_literal(struct traced host, struct ipaddr *ret)
{
	if (host.len < 2 || host.text[0] != '[')
		return ipaddr_parse(host.text, host.len, ret);
	host = traced_part(host, 1, host.len - 2);
	if (text_starts_nocase(traced_span(host), "IPv6:"))
		host = skip(host, strlen("IPv6:"));
	return ipaddr_parse(host.text, host.len, ret);
}

/* ":25", or nothing: 0. False if it is something else. */
static bool parse_port(struct traced rest, int *ret)
{
	int port = 0;

	if (rest.len == 0)
		return true;
	if (rest.text[0] != ':' || rest.len < 2)
		return false;
	for (size_t i = 1; i < rest.len; i++) {
		if (rest.text[i] < '0' || rest.text[i] > '9' || port > 65535)
			return false;
		port = port * 10 + (rest.text[i] - '0');
	}
	*ret = port;
	return port > 0 && port < 65536;
}

/* Another use of the same macro may have led here before. */
static struct finding *found_before(struct scan *s, size_t file, size_t off)
{
	for (size_t i = 0; i < s->n_findings; i++) {
		struct finding *f = &s->findings[i];

		if (f->kind == FIND_REMOTE && f->file == file && f->off == off)
			return f;
	}
	return NULL;
}

static void add_remote(struct od *od, struct traced host, const struct ipaddr *addr,
		       const struct relay_place *place, bool pin)
{
	struct scan *s = od->scan;
	struct finding *f;
	size_t file, off;

	if (traced_where(&od->trace, host, &file, &off)) {
		f = place->fresh ? NULL : found_before(s, file, off);
		if (f == NULL)
			f = scan_add(s, FIND_REMOTE, od_file(od, file), off, host.len);
	} else {
		if (!traced_start(&od->trace, host, &file, &off))
			return;
		f = scan_add(s, FIND_KEPT, od_file(od, file), off, 0);
		f->reason = "it is put together from several places";
	}
	f->addr = *addr;
	f->what = place->what;
	f->pin |= pin;
}

static void add_call(struct od *od, struct traced host, const struct ipaddr *addr,
		     const struct scheme *scheme, int port)
{
	char text[IPADDR_STRLEN];
	struct call *c;
	size_t file, off;

	if (!traced_start(&od->trace, host, &file, &off))
		return;
	c = scan_call(od->scan, od_file(od, file), off);
	c->addr = *addr;
	c->host = pool_dups(&od->scan->pool, ipaddr_format(addr, text));
	c->port = port != 0 ? port : 25;
	c->mute = !scheme->smtp;
}

void od_relay_scan(struct od *od, struct traced url, const struct relay_place *place)
{
	const struct scheme *scheme = url.len <= URL_MAX ? take_scheme(&url) : NULL;
	struct ipaddr addr = {0};
	struct traced host;
	bool label;
	int port = 0;

	if (scheme == NULL)
		return;
	label = traced_find(url, '@') < url.len;
	if (label)
		url = skip(url, traced_find(url, '@') + 1);
	host = take_host(&url);
	if (host.len == 0 || !parse_port(url, &port))
		return;
	if (!parse_literal(host, &addr))
		return;
	add_call(od, host, &addr, scheme, port);
	/* a label stands for a password, which belongs to that host alone */
	add_remote(od, host, &addr, place, place->pin || scheme->policy || label);
}

static bool is_this_machine(struct span host, const struct ipaddr *addr)
{
	if (addr->family != 0)
		return ipaddr_is_loopback(addr) || ipaddr_is_any(addr);
	return text_equal_nocase(host, "localhost") || text_starts_nocase(host, "localhost.");
}

bool od_relay_lmtp(struct od *od, struct traced destination, bool find)
{
	static const struct relay_place place = {.what = "lmtp"};
	struct ipaddr addr = {0};
	struct traced host;

	if (destination.len == 0 || destination.text[0] == '/')
		return false;
	host = take_host(&destination);
	if (!parse_literal(host, &addr))
		addr.family = 0;
	if (is_this_machine(traced_span(host), &addr))
		return false;
	if (find && addr.family != 0)
		add_remote(od, host, &addr, &place, false);
	return true;
}
