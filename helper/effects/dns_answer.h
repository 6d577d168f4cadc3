/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_answer: from what c-ares hands over to a struct dns_answer. For dns.c.
 */
#ifndef MTA_STACK_DNS_ANSWER_H
#define MTA_STACK_DNS_ANSWER_H

#include <ares.h>

#include "effects/dns.h"

/* What a status of c-ares means for us: only NXDOMAIN and "no such record" are negative. */
enum lookup_state dns_state(int status);

/* For people, of a temporary one: what DNS did. NULL: it gave no answer in time. */
const char *dns_trouble(int status);

/* Add the records in a reply. A status of c-ares. */
int dns_parse_ptr(const unsigned char *bytes, int len, const struct ipaddr *addr,
		  struct dns_answer *a);
int dns_parse_addresses(const unsigned char *bytes, int len, int family, struct dns_answer *a);

/* Add what the hosts file has. The channel's only source is that file ("f"). */
void dns_hosts_ptr(ares_channel hosts, const struct ipaddr *addr, struct dns_answer *a);
void dns_hosts_addresses(ares_channel hosts, const char *host, int family, struct dns_answer *a);

#endif
