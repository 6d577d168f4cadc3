/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpkt: a transport connection over TCP, just far enough to know whether a stack answers (RFC 1006;
 * ISO 8073 / X.224 class 0). Bytes in, bytes out; no I/O.
 *
 *     tpkt_init(&t, &want);
 *     until tpkt_done(&t):
 *             send tpkt_output(&t); tpkt_sent(&t, what went out)
 *             tpkt_feed(&t, what came), or tpkt_closed(&t) at the end of input
 *     t.verdict and t.reply say it
 *
 * It asks for a connection (CR) and looks at the first answer. Nothing is said after that: in class
 * 0 closing the TCP connection is the end, and layers above have been seen to crash on half a
 * hello. A confirmation (CC) means that a transport stack with this selector answers; it does not
 * mean that the peer accepts us: an MTA judges its caller later, by its address.
 */
#ifndef MTA_STACK_TPKT_H
#define MTA_STACK_TPKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/text.h"

#define TPKT_PORT	  102
#define TPKT_SELECTOR_MAX 32  /* octets; X.224 has no limit, every stack has this one or a lower */
#define TPKT_INPUT_MAX	  512 /* an answer to a CR is shorter */
#define TPKT_REPLY_MAX	  256

enum tpkt_verdict {
	TPKT_OPEN,    /* not known yet */
	TPKT_ANSWERS, /* CC for our request, in class 0 */
	TPKT_REFUSED, /* DR or ER: a stack is there and says no */
	TPKT_BROKEN,  /* no usable stack; reply says what was wrong */
};

struct tpkt_want {
	struct span called, calling; /* transport selectors; empty: none is sent */
	uint16_t reference;	     /* ours, not 0 */
};

struct tpkt {
	enum tpkt_verdict verdict;
	char reply[TPKT_REPLY_MAX]; /* printable, one line */

	/* private */
	uint16_t reference;
	uint8_t in[TPKT_INPUT_MAX];
	size_t in_len;
	uint8_t out[128];
	size_t out_off, out_len;
};

/* A selector longer than TPKT_SELECTOR_MAX is TPKT_BROKEN at once. */
void tpkt_init(struct tpkt *t, const struct tpkt_want *want);

void tpkt_feed(struct tpkt *t, struct span bytes);
void tpkt_closed(struct tpkt *t);

/* What is to be sent now, maybe empty; then say how much of it was. */
struct span tpkt_output(const struct tpkt *t);
void tpkt_sent(struct tpkt *t, size_t n);

/* The verdict is there: nothing more to send or to wait for. */
bool tpkt_done(const struct tpkt *t);

/* "answers", "refused", "broken", "open" */
const char *tpkt_verdict_name(enum tpkt_verdict v);

#endif
