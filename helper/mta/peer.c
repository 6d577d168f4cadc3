/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.c guarantees that what it writes can be sent as it is. It checks nothing on the other side.
 */
#include "mta/peer.h"

#include <stdio.h>
#include <string.h>

#define STACK_NAME_MAX 32 /* characters that the Stack tab takes */

void peer_selector(struct span octets, struct peer_card *ret)
{
	bool text = true;
	size_t at = 0, max = octets.len < 32 ? octets.len : 32;

	for (size_t i = 0; i < max; i++)
		text = text && octets.at[i] > 0x20 && octets.at[i] < 0x7f && octets.at[i] != '"';
	if (text) {
		(void)snprintf(ret->selector, sizeof(ret->selector), "\"%.*s\"", (int)max,
			       octets.at);
		return;
	}
	ret->selector[at++] = '\'';
	for (size_t i = 0; i < max; i++)
		at += (size_t)snprintf(ret->selector + at, sizeof(ret->selector) - at, "%02X",
				       (unsigned char)octets.at[i]);
	(void)snprintf(ret->selector + at, sizeof(ret->selector) - at, "'H");
}

static int for_pp(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	const char *name = c->name ? c->name : "OUR-MTA-NAME";

	if (c->v4[0] == '\0')
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot write an entry for UCL PP: RFC 1278 has no form for the IPv6 "
			"address %s, and the VIP has no IPv4 address",
			c->v6);
	buf_addf(out,
		 "# inbound table: the key must be our literal address, never a name\n"
		 "TELEX+00728722+RFC-1006+03+%s:rmta=\"%s\",rname=\"%s\"\n"
		 "# outbound table: a name will do here\n"
		 "%s:rmta=\"%s\",rpsap='%s/Internet=%s'\n"
		 "# rmta and rname are the MTA name that we give in the bind (our lmta)\n"
		 "# then dbmbuild, if the table has flags=dbm\n",
		 c->v4, name, name, name, name, c->selector, c->name ? c->name : c->v4);
	return 0;
}

static int for_isode(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	const char *addr = c->v4[0] != '\0' ? c->v4 : c->v6;
	bool v6 = addr == c->v6;

	(void)ret_diag;
	buf_addf(out, "presentationAddress=%s/URI+0000+URL+itot\\://%s%s%s\\:102\n", c->selector,
		 v6 ? "[" : "", addr, v6 ? "]" : "");
	buf_addf(out, "# we call from %s%s%s: where callers are listed by address, list %s\n",
		 c->v4, c->v4[0] && c->v6[0] ? " and " : "", c->v6,
		 c->v4[0] && c->v6[0] ? "both" : "it");
	return 0;
}

static int for_exchange(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	bool fits = c->name != NULL && strlen(c->name) <= STACK_NAME_MAX;

	if (c->v4[0] == '\0')
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot write Stack-tab fields: that connector knows IPv4 alone, and "
			"the VIP has no IPv4 address");
	buf_addf(out, "X.400 connector, tab Stack:\n");
	if (fits)
		buf_addf(out,
			 "  Remote host name:  %s\n"
			 "      exactly so, upper and lower case count; the PTR record of %s must "
			 "be this name\n"
			 "  or IP address:     %s\n",
			 c->name, c->v4, c->v4);
	else
		buf_addf(out,
			 "  IP address:        %s\n"
			 "      not a host name: %s\n",
			 c->v4,
			 c->name ? "ours has more than the 32 characters that fit"
				 : "ours is not known");
	buf_addf(out,
		 "  T selector:        %s (32 characters at most; S 16, P 4)\n"
		 "      incoming selectors left blank are the same as outgoing\n",
		 c->selector);
	return 0;
}

static int for_postfix(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	(void)ret_diag;
	buf_addf(out, "# /etc/postfix/client_access.cidr\n");
	if (c->v4[0] != '\0')
		buf_addf(out, "%s/32 OK\n", c->v4);
	if (c->v6[0] != '\0')
		buf_addf(out, "%s/128 OK\n", c->v6);
	buf_addf(out, "# main.cf; not behind a reject that comes before it\n"
		      "smtpd_client_restrictions = check_client_access "
		      "cidr:/etc/postfix/client_access.cidr\n");
	if (c->name != NULL)
		buf_addf(out,
			 "# we say EHLO %s; mail for us: transport table\n"
			 "our.domain.example smtp:[%s]\n",
			 c->name, c->name);
	return 0;
}

const struct peer_kind peer_kinds[] = {
	{"pp", for_pp, true},
	{"isode", for_isode, true},
	{"exchange", for_exchange, true},
	{"postfix", for_postfix, false},
	{NULL, NULL, false},
};
