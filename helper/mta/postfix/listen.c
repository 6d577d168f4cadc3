/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c guarantees to name a port of smtpd(8) or postscreen(8) that is open to the network, 25
 * if there is a choice, and each address that Postfix is told to listen on. Whose addresses these
 * are it does not know.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

static bool parse_host(struct span host, struct ipaddr *ret)
{
	if (host.len > 1 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = (struct span){host.at + 1, host.len - 2};
	return ipaddr_parse(host.at, host.len, ret);
}

static bool is_loopback_host(struct span host)
{
	struct ipaddr a;

	return parse_host(host, &a) ? ipaddr_is_loopback(&a) : text_is_loopback_name(host);
}

static void add_local(struct pf *pf, size_t file, size_t off, struct ipaddr addr, const char *what,
		      const char *cure)
{
	struct finding *f;

	if (ipaddr_is_loopback(&addr) || ipaddr_is_any(&addr))
		return;
	f = scan_add(pf->scan, FIND_LOCAL, pf_file(pf, file), off, 0);
	f->addr = addr;
	f->what = what;
	f->reason = cure;
}

void locals_scan(struct pf *pf, struct traced list, const char *what, const char *cure)
{
	struct traced word;
	struct ipaddr addr;
	size_t file, off;

	while (traced_word(&list, ", \t\r\n", false, &word))
		if (parse_host(traced_span(word), &addr) &&
		    traced_start(&pf->trace, word, &file, &off))
			add_local(pf, file, off, addr, what, cure);
}

static int interfaces_scan(struct pf *pf, const struct service *s)
{
	static const char name[] = "inet_interfaces";
	struct traced list;

	if (s != NULL && param_find(&s->overrides, (struct span){name, strlen(name)}) == NULL)
		return 0;
	pf->context = s;
	if (pf_value(pf, name, &list) < 0)
		return -1;
	pf->context = NULL;
	locals_scan(pf, list, name,
		    s != NULL ? "elsewhere the service lacks it; remove the override"
			      : "elsewhere Postfix does not start with it, and the VIP is not "
				"served; set inet_interfaces = all, or list the VIP and loopback");
	return 0;
}

/* inet_interfaces lists this machine alone. */
static int is_loopback_only(struct pf *pf, bool *ret)
{
	struct traced list, word;
	bool any = false, all = true;

	if (pf_value(pf, "inet_interfaces", &list) < 0)
		return -1;
	while (traced_word(&list, ", \t\r\n", false, &word)) {
		any = true;
		all = all && (text_equal_nocase(traced_span(word), "loopback-only") ||
			      is_loopback_host(traced_span(word)));
	}
	*ret = any && all;
	return 0;
}

static int port_number(struct span port)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {{"smtp", 25}, {"submission", 587}, {"submissions", 465}, {"smtps", 465}};
	int number = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_equal_nocase(port, known[i].name))
			return known[i].number;
	for (size_t i = 0; i < port.len; i++) {
		if (port.at[i] < '0' || port.at[i] > '9' || number > 65535)
			return 0;
		number = number * 10 + (port.at[i] - '0');
	}
	return number <= 65535 ? number : 0;
}

static bool takes_mail(const struct service *s)
{
	return !s->replaced &&
	       (text_equal(s->command, "smtpd") || text_equal(s->command, "postscreen"));
}

/* [host:]port; how much of it is the host. */
static struct span host_of(const struct service *s)
{
	size_t at = s->name.len;

	while (at > 0 && s->name.at[at - 1] != ':')
		at--;
	return (struct span){s->name.at, at > 0 ? at - 1 : 0};
}

/* The port, or 0 if it is not open to the network. */
static int network_port(const struct service *s, bool loopback_only)
{
	struct span host = host_of(s);
	size_t at = host.len > 0 ? host.len + 1 : 0;
	struct span port = {s->name.at + at, s->name.len - at};

	if (host.len > 0 ? is_loopback_host(host) : loopback_only)
		return 0;
	return port_number(port);
}

/* smtpd(8) calls a filter before the queue by itself: [inet:][host:]port, unix:path. */
static int proxy_filter_scan(struct pf *pf, const struct service *s)
{
	static const char name[] = "smtpd_proxy_filter";
	struct traced value;
	struct span host;
	size_t colon;

	if (s != NULL && param_find(&s->overrides, (struct span){name, strlen(name)}) == NULL)
		return 0;
	pf->context = s;
	if (pf_value(pf, name, &value) < 0)
		return -1;
	pf->context = NULL;
	host = traced_span(value);
	if (text_starts_nocase(host, "unix:"))
		return 0;
	if (text_starts_nocase(host, "inet:"))
		host = (struct span){host.at + 5, host.len - 5};
	for (colon = host.len; colon > 0 && host.at[colon - 1] != ':'; colon--)
		;
	host.len = colon > 0 ? colon - 1 : 0;
	if (host.len > 0 && !is_loopback_host(host))
		scan_warn(pf->scan,
			  "%s: smtpd calls %.*s from the node's own address, and Postfix cannot "
			  "bind it: let that filter accept each node, or use content_filter",
			  name, (int)host.len, host.at);
	return 0;
}

/* A service that listens on one address. */
static void service_scan(struct pf *pf, const struct service *s)
{
	struct span host = host_of(s);
	struct ipaddr addr;

	if (!text_equal(s->type, "inet") || !parse_host(host, &addr))
		return;
	add_local(pf, pf->master_cf, s->at, addr,
		  pool_printf(&pf->scan->pool, "the service %.*s", (int)s->name.len, s->name.at),
		  "elsewhere Postfix does not start with it; give the service the VIP's address, "
		  "or none");
}

int listen_scan(struct pf *pf)
{
	bool loopback_only;
	int best = 0;

	if (is_loopback_only(pf, &loopback_only) < 0 || interfaces_scan(pf, NULL) < 0 ||
	    proxy_filter_scan(pf, NULL) < 0)
		return -1;
	for (size_t i = 0; i < pf->n_services; i++) {
		const struct service *s = &pf->services[i];
		int port = takes_mail(s) && text_equal(s->type, "inet")
				   ? network_port(s, loopback_only)
				   : 0;

		if (port != 0 && (best == 0 || port == 25))
			best = port;
		if (s->replaced)
			continue;
		service_scan(pf, s);
		if (interfaces_scan(pf, s) < 0 || proxy_filter_scan(pf, s) < 0)
			return -1;
	}
	pf->scan->process.port = best;
	return 0;
}
