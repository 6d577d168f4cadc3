/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smtp: a conversation just long enough to know whether the other side takes mail (RFC 5321,
 * sections 3.1, 4.2 and 4.3.2). Bytes in, bytes out; no I/O.
 *
 *     smtp_init(&s, NULL);
 *     until smtp_done(&s):
 *             send smtp_output(&s); smtp_sent(&s, what went out)
 *             smtp_feed(&s, what came), or smtp_closed(&s) at the end of input
 *     s.verdict and s.reply say it
 *
 * It waits for the greeting, which may have many lines, says EHLO if it was given a name (HELO, if
 * the other side does not know EHLO), and then QUIT. The verdict is there before the answer to QUIT
 * is; waiting for that is courtesy. Nothing is said before the other side has finished, and a line
 * that comes out of turn is an error, so that no early talker is taken for an answer.
 *
 * Memory is in the struct: a reply line may have SMTP_LINE_MAX bytes, all replies together
 * SMTP_INPUT_MAX; more is SMTP_BROKEN.
 */
#ifndef MTA_STACK_SMTP_H
#define MTA_STACK_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "pure/text.h"

#define SMTP_LINE_MAX  2048 /* bytes; RFC 5321 has 512, some servers greet at greater length */
#define SMTP_INPUT_MAX 65536
#define SMTP_REPLY_MAX 256

enum smtp_verdict {
	SMTP_OPEN,    /* not known yet */
	SMTP_READY,   /* 2xx: it takes mail */
	SMTP_LATER,   /* 4xx: not now */
	SMTP_REFUSED, /* 5xx: not from us */
	SMTP_BROKEN,  /* no SMTP, or closed too early; reply says what was wrong */
};

enum smtp_state {
	SMTP_GREETING,
	SMTP_EHLO,
	SMTP_HELO,
	SMTP_QUIT,
	SMTP_END,
};

struct smtp {
	enum smtp_verdict verdict;
	char reply[SMTP_REPLY_MAX]; /* last line of the reply that decided; printable, one line */

	/* private */
	enum smtp_state state;
	char name[256]; /* "": no EHLO */
	char line[SMTP_LINE_MAX];
	size_t line_len, total;
	int code; /* of the lines of this reply so far; 0: none yet */
	char out[300];
	size_t out_off, out_len;
};

/* ehlo: our name, or NULL. One that is no host name or address literal is SMTP_BROKEN at once. */
void smtp_init(struct smtp *s, const char *ehlo);

void smtp_feed(struct smtp *s, struct span bytes);
void smtp_closed(struct smtp *s);

/* What is to be sent now, maybe empty; then say how much of it was. */
struct span smtp_output(const struct smtp *s);
void smtp_sent(struct smtp *s, size_t n);

/* Nothing more to send or to wait for. */
bool smtp_done(const struct smtp *s);

/* "ready", "later", "refused", "broken", "open" */
const char *smtp_verdict_name(enum smtp_verdict v);

#endif
