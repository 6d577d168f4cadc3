/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c guarantees to name a port of smtpd(8) or postscreen(8) that is open to the network, 25
 * if there is a choice. Whether the VIP is among the addresses of inet_interfaces it does not know.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

static bool is_loopback_host(struct span host)
{
	struct ipaddr a;

	if (host.len > 1 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = (struct span){host.at + 1, host.len - 2};
	return ipaddr_parse(host.at, host.len, &a) ? ipaddr_is_loopback(&a)
						   : is_loopback_name(host);
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

/* [host:]port; the port, or 0 if it is not open to the network. */
static int network_port(const struct service *s, bool loopback_only)
{
	size_t at = s->name.len;
	struct span host, port;

	while (at > 0 && s->name.at[at - 1] != ':')
		at--;
	host = (struct span){s->name.at, at > 0 ? at - 1 : 0};
	port = (struct span){s->name.at + at, s->name.len - at};
	if (host.len > 0 ? is_loopback_host(host) : loopback_only)
		return 0;
	return port_number(port);
}

int listen_scan(struct pf *pf)
{
	bool loopback_only;
	int best = 0;

	if (is_loopback_only(pf, &loopback_only) < 0)
		return -1;
	for (size_t i = 0; i < pf->n_services; i++) {
		const struct service *s = &pf->services[i];
		int port = takes_mail(s) && text_equal(s->type, "inet")
				   ? network_port(s, loopback_only)
				   : 0;

		if (port != 0 && (best == 0 || port == 25))
			best = port;
	}
	pf->scan->process.port = best;
	return 0;
}
