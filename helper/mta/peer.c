/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.c guarantees that what it writes can be sent as it is. It checks nothing on the other side.
 */
#include "mta/peer.h"

#include <stdio.h>
#include <string.h>

static bool is_typed(char c)
{
	return (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
	       c == '.' || c == '-';
}

int peer_selector(struct span octets, struct peer_card *ret, struct diag *ret_diag)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t at = 0;

	if (octets.len > PEER_SELECTOR_MAX)
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot say what the other side must set: our transport selector has "
			"%zu octets, and no more than %d are taken",
			octets.len, PEER_SELECTOR_MAX);
	ret->hex = false;
	for (size_t i = 0; i < octets.len; i++)
		ret->hex = ret->hex || !is_typed(octets.at[i]);
	for (size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.at[i];

		if (ret->hex)
			ret->selector[at++] = digits[c >> 4];
		ret->selector[at++] = ret->hex ? digits[c & 15] : (char)c;
	}
	ret->selector[at] = '\0';
	return 0;
}

/* As RFC 1278 spells it. */
static void add_selector(const struct peer_card *c, struct buf *out)
{
	buf_addf(out, c->hex ? "'%s'H" : "\"%s\"", c->selector);
}

static int for_pp(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	const char *as = c->as ? c->as : "OUR-MTA-NAME";
	char quote = c->hex ? '"' : '\'';

	if (c->v4[0] == '\0')
		return diag_set(
			ret_diag, EX_CONFIGURED,
			"cannot write an entry for UCL PP: RFC 1278 has no form for the IPv6 "
			"address %s, and the VIP has no IPv4 address",
			c->v6);
	buf_addf(out,
		 "# inbound table: the key must be our literal address, never a name\n"
		 "TELEX+00728722+RFC-1006+03+%s:rmta=\"%s\",rname=\"%s\"%s\n"
		 "# outbound table: a name will do here\n"
		 "%s:rmta=\"%s\",rpsap=%c",
		 c->v4, as, as, c->password ? ",rpass=\"OUR-PASSWORD\"" : "", as, as, quote);
	add_selector(c, out);
	buf_addf(out, "/Internet=%s%c\n", c->name ? c->name : c->v4, quote);
	buf_addf(out, "# rmta and rname are the MTA name that we give in the bind (our lmta)%s\n",
		 c->as ? "" : ": put it in");
	if (c->password)
		buf_adds(out, "# rpass is the password that we give there (our lpass), not shown "
			      "here\n");
	buf_adds(out, "# then dbmbuild, if the table has flags=dbm\n");
	return 0;
}

static int for_isode(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	const char *addr = c->v4[0] != '\0' ? c->v4 : c->v6;
	bool v6 = addr == c->v6;

	(void)ret_diag;
	buf_adds(out, "presentationAddress=");
	add_selector(c, out);
	buf_addf(out, "/URI+0000+URL+itot\\://%s%s%s\\:102\n", v6 ? "[" : "", addr, v6 ? "]" : "");
	buf_addf(out, "# we call from %s%s%s: where callers are listed by address, list %s\n",
		 c->v4, c->v4[0] && c->v6[0] ? " and " : "", c->v6,
		 c->v4[0] && c->v6[0] ? "both" : "it");
	return 0;
}

static int for_exchange(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	bool fits = c->name != NULL && strlen(c->name) <= PEER_NAME_MAX;

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
		 "  T selector:        %s (%s32 characters at most; S 16, P 4)\n"
		 "      incoming selectors left blank are the same as outgoing\n",
		 c->selector, c->hex ? "hexadecimal; " : "");
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

/* Both addresses, each between these, with something between the two. */
static void add_addresses(const struct peer_card *c, const char *before, const char *between,
			  const char *after, struct buf *out)
{
	if (c->v4[0] != '\0')
		buf_addf(out, "%s%s%s", before, c->v4, after);
	if (c->v4[0] != '\0' && c->v6[0] != '\0')
		buf_adds(out, between);
	if (c->v6[0] != '\0')
		buf_addf(out, "%s%s%s", before, c->v6, after);
}

static void ehlo(const struct peer_card *c, struct buf *out)
{
	if (c->name != NULL)
		buf_addf(out, "# we say EHLO %s\n", c->name);
}

static int for_exim(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	(void)ret_diag;
	buf_adds(out, "# main section\nhostlist cluster_peer = <; ");
	add_addresses(c, "", " ; ", "", out);
	buf_adds(out, "\n# acl_smtp_rcpt, before a deny that would catch us\n"
		      "accept hosts = +cluster_peer\n"
		      "       domains = +local_domains : +relay_to_domains\n");
	ehlo(c, out);
	if (c->name != NULL)
		buf_addf(out,
			 "# mail for us: a router, before dnslookup\n"
			 "to_cluster:\n"
			 "  driver = manualroute\n"
			 "  domains = our.domain.example\n"
			 "  transport = remote_smtp\n"
			 "  route_list = * %s bydns\n",
			 c->name);
	return 0;
}

static int for_opensmtpd(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	(void)ret_diag;
	buf_adds(out, "# smtpd.conf; the first match decides: before a reject that would catch us\n"
		      "table cluster_peer { ");
	add_addresses(c, "\"", ", ", "\"", out);
	buf_adds(out, " }\n"
		      "match from src <cluster_peer> for domain your.domain.example action "
		      "\"YOUR-ACTION\"\n");
	ehlo(c, out);
	if (c->name != NULL)
		buf_addf(out,
			 "# mail for us\n"
			 "action \"to_cluster\" relay host \"smtp://%s\"\n"
			 "match from any for domain our.domain.example action \"to_cluster\"\n",
			 c->name);
	return 0;
}

/* Sendmail spells IPv6 out, as its own rules do unless it was built otherwise. */
static void add_spelled_out(const char *v6, struct buf *out)
{
	struct ipaddr a;

	if (!ipaddr_parse(v6, strlen(v6), &a))
		return;
	for (size_t i = 0; i < 8; i++)
		buf_addf(out, "%s%x", i == 0 ? "" : ":",
			 (unsigned)(a.bytes[2 * i] << 8 | a.bytes[2 * i + 1]));
}

static int for_sendmail(const struct peer_card *c, struct buf *out, struct diag *ret_diag)
{
	(void)ret_diag;
	buf_adds(out, "# /etc/mail/access; then makemap hash /etc/mail/access </etc/mail/access\n");
	if (c->v4[0] != '\0')
		buf_addf(out, "Connect:%s\tOK\n", c->v4);
	if (c->v6[0] != '\0') {
		buf_adds(out, "Connect:IPv6:");
		add_spelled_out(c->v6, out);
		buf_adds(out, "\tOK\n");
	}
	ehlo(c, out);
	if (c->name != NULL)
		buf_addf(out,
			 "# mail for us: /etc/mail/mailertable, then makemap as above\n"
			 "our.domain.example\tesmtp:[%s]\n",
			 c->name);
	return 0;
}

const struct peer_kind peer_kinds[] = {
	{"pp", for_pp, true},
	{"isode", for_isode, true},
	{"exchange", for_exchange, true},
	{"postfix", for_postfix, false},
	{"exim", for_exim, false},
	{"opensmtpd", for_opensmtpd, false},
	{"sendmail", for_sendmail, false},
	{NULL, NULL, false},
};
