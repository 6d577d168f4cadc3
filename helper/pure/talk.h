/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk: one conversation that finds out whether a remote is there, whichever protocol it speaks.
 *
 * smtp.h and tpkt.h say how each goes; the order of calls is theirs.
 */
#ifndef MTA_STACK_TALK_H
#define MTA_STACK_TALK_H

#include "pure/smtp.h"
#include "pure/tpkt.h"

enum talk_verdict {
	TALK_OPEN,
	TALK_READY,   /* SMTP: it takes mail. RFC 1006: a transport stack answers */
	TALK_LATER,   /* SMTP alone */
	TALK_REFUSED, /* it is there and says no */
	TALK_BROKEN,  /* it is something else, or closed too early */
};

struct talk {
	bool is_tpkt;
	union {
		struct smtp smtp;
		struct tpkt tpkt;
	};
};

void talk_smtp(struct talk *t, const char *ehlo);
void talk_tpkt(struct talk *t, const struct tpkt_want *want);

void talk_feed(struct talk *t, struct span bytes);
void talk_closed(struct talk *t);
struct span talk_output(const struct talk *t);
void talk_sent(struct talk *t, size_t n);
bool talk_done(const struct talk *t);

enum talk_verdict talk_verdict(const struct talk *t);
const char *talk_reply(const struct talk *t);

#endif
