/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk.c guarantees nothing of its own: it passes on.
 */
#include "pure/talk.h"

void talk_smtp(struct talk *t, const char *ehlo)
{
	t->is_tpkt = false;
	smtp_init(&t->smtp, ehlo);
}

void talk_tpkt(struct talk *t, const struct tpkt_want *want)
{
	t->is_tpkt = true;
	tpkt_init(&t->tpkt, want);
}

void talk_feed(struct talk *t, struct span bytes)
{
	if (t->is_tpkt)
		tpkt_feed(&t->tpkt, bytes);
	else
		smtp_feed(&t->smtp, bytes);
}

void talk_closed(struct talk *t)
{
	if (t->is_tpkt)
		tpkt_closed(&t->tpkt);
	else
		smtp_closed(&t->smtp);
}

struct span talk_output(const struct talk *t)
{
	return t->is_tpkt ? tpkt_output(&t->tpkt) : smtp_output(&t->smtp);
}

void talk_sent(struct talk *t, size_t n)
{
	if (t->is_tpkt)
		tpkt_sent(&t->tpkt, n);
	else
		smtp_sent(&t->smtp, n);
}

bool talk_done(const struct talk *t)
{
	return t->is_tpkt ? tpkt_done(&t->tpkt) : smtp_done(&t->smtp);
}

enum talk_verdict talk_verdict(const struct talk *t)
{
	static const enum talk_verdict of_smtp[] = {
		[SMTP_OPEN] = TALK_OPEN,     [SMTP_READY] = TALK_READY,
		[SMTP_LATER] = TALK_LATER,   [SMTP_REFUSED] = TALK_REFUSED,
		[SMTP_BROKEN] = TALK_BROKEN,
	};
	static const enum talk_verdict of_tpkt[] = {
		[TPKT_OPEN] = TALK_OPEN,
		[TPKT_ANSWERS] = TALK_READY,
		[TPKT_REFUSED] = TALK_REFUSED,
		[TPKT_BROKEN] = TALK_BROKEN,
	};

	return t->is_tpkt ? of_tpkt[t->tpkt.verdict] : of_smtp[t->smtp.verdict];
}

const char *talk_reply(const struct talk *t)
{
	return t->is_tpkt ? t->tpkt.reply : t->smtp.reply;
}
