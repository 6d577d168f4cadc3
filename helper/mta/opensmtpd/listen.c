/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c guarantees to name a port on which mail is taken in clear text from the network, 25 if
 * there is a choice. Whether the VIP is among the addresses it does not know.
 */
#include "mta/opensmtpd/opensmtpd.h"

#include <stdlib.h>

static bool is_here_only(struct span on)
{
	struct ipaddr a;

	if (ipaddr_parse(on.at, on.len, &a))
		return ipaddr_is_loopback(&a);
	return text_equal(on, "lo") || text_equal(on, "lo0") || text_equal_nocase(on, "localhost");
}

static int port_of(struct od *od, const struct token *t)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {{"smtp", 25}, {"submission", 587}, {"submissions", 465}, {"smtps", 465}};
	long number;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_equal(traced_span(t->text), known[i].name))
			return known[i].number;
	number = strtol(pool_dup(&od->pool, t->text.text, t->text.len), NULL, 10);
	return number > 0 && number < 65536 ? (int)number : 0;
}

/* listen on ADDRESS … [port PORT] [smtps] [tls] … */
void od_listen_scan(struct od *od, struct range statement)
{
	struct process *p = &od->scan->process;
	size_t at = statement.first + 2;
	bool smtps = false, tls = false;
	int port = 0;

	if (at >= statement.end || od_token_is(od_token(od, at), "socket") ||
	    is_here_only(traced_span(od_token(od, at)->text)))
		return;
	for (at++; at < statement.end; at++) {
		const struct token *t = od_token(od, at);

		smtps |= od_token_is(t, "smtps");
		tls |= od_token_is(t, "tls") || od_token_is(t, "tls-require");
		if (od_token_is(t, "port") && at + 1 < statement.end)
			port = port_of(od, od_token(od, at + 1));
	}
	if (smtps && !tls)
		return;
	if (port == 0)
		port = 25;
	if (p->port == 0 || port == 25)
		p->port = port;
}
