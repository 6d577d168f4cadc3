/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_answer.c guarantees that what is more than struct dns_answer holds is left out, never
 * written past its end: more than one name, or address, proves nothing anyway.
 */
#include "effects/dns_answer.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum lookup_state dns_state(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return LOOKUP_OK;
	case ARES_ENOTFOUND: /* NXDOMAIN */
	case ARES_ENODATA:
	case ARES_EBADNAME: /* cannot even be asked */
		return LOOKUP_NEGATIVE;
	default:
		return LOOKUP_TEMPORARY;
	}
}

/* Which of the others it was depends on c-ares' version. */
const char *dns_trouble(int status)
{
	switch (status) {
	case ARES_EBADRESP:
		return "gave an answer that is no good";
	case ARES_ECONNREFUSED:
	case ARES_ESERVFAIL:
	case ARES_EREFUSED:
	case ARES_ENOTIMP:
	case ARES_EFORMERR:
		return "gave no answer: the name server failed, refused or is not there";
	default:
		return NULL;
	}
}

static void add_name(struct dns_answer *a, const char *name)
{
	size_t len = strlen(name);

	if (len >= RESOLVE_NAME_MAX) {
		name = "";
		len = 0;
	}
	for (size_t i = 0; i < a->n_names; i++)
		if (text_equal_nocase((struct span){name, len}, a->names[i]))
			return;
	if (a->n_names < DNS_NAMES)
		memcpy(a->names[a->n_names++], name, len + 1);
}

static void add_addr(struct dns_answer *a, int family, const void *bytes)
{
	struct ipaddr ip = {.family = (uint8_t)family};

	memcpy(ip.bytes, bytes, family == 4 ? 4 : 16);
	for (size_t i = 0; i < a->n_addrs; i++)
		if (ipaddr_equal(&a->addrs[i], &ip))
			return;
	if (a->n_addrs < DNS_ADDRS)
		a->addrs[a->n_addrs++] = ip;
}

static int address_family(int family)
{
	return family == 4 ? AF_INET : AF_INET6;
}

static int address_length(int family)
{
	return family == 4 ? 4 : 16;
}

int dns_parse_ptr(const unsigned char *bytes, int len, const struct ipaddr *addr,
		  struct dns_answer *a)
{
	struct hostent *h = NULL;
	int status = ares_parse_ptr_reply(bytes, len, addr->bytes, address_length(addr->family),
					  address_family(addr->family), &h);

	if (status != ARES_SUCCESS)
		return status;
	if (h->h_name != NULL)
		add_name(a, h->h_name);
	for (char **p = h->h_aliases; p != NULL && *p != NULL; p++)
		add_name(a, *p);
	ares_free_hostent(h);
	return a->n_names > 0 ? ARES_SUCCESS : ARES_ENODATA;
}

int dns_parse_addresses(const unsigned char *bytes, int len, int family, struct dns_answer *a)
{
	struct ares_addrttl v4[DNS_ADDRS];
	struct ares_addr6ttl v6[DNS_ADDRS];
	int n = DNS_ADDRS;
	int status = family == 4 ? ares_parse_a_reply(bytes, len, NULL, v4, &n)
				 : ares_parse_aaaa_reply(bytes, len, NULL, v6, &n);

	if (status != ARES_SUCCESS)
		return status;
	for (int i = 0; i < n; i++)
		add_addr(a, family,
			 family == 4 ? (const void *)&v4[i].ipaddr : (const void *)&v6[i].ip6addr);
	return a->n_addrs > 0 ? ARES_SUCCESS : ARES_ENODATA;
}

static void on_host(void *arg, int status, int timeouts, struct hostent *h)
{
	(void)timeouts;
	/* the line's other names are aliases, not further records */
	if (status == ARES_SUCCESS && h != NULL && h->h_name != NULL)
		add_name(arg, h->h_name);
}

void dns_hosts_ptr(ares_channel hosts, const struct ipaddr *addr, struct dns_answer *a)
{
	/* with a file for its source it is answered before it returns */
	ares_gethostbyaddr(hosts, addr->bytes, address_length(addr->family),
			   address_family(addr->family), on_host, a);
}

void dns_hosts_addresses(ares_channel hosts, const char *host, int family, struct dns_answer *a)
{
	struct hostent *h = NULL;

	if (ares_gethostbyname_file(hosts, host, address_family(family), &h) != ARES_SUCCESS)
		return;
	for (char **p = h->h_addr_list; p != NULL && *p != NULL; p++)
		add_addr(a, family, *p);
	ares_free_hostent(h);
}
