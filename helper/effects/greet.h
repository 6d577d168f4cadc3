/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * greet: connect, and hear whether mail is taken there, by SMTP or by a transport stack of RFC
 * 1006.
 *
 *     struct greet want = {.addr = vip, .port = 25};
 *     struct greet_result r;
 *
 *     if (greet_wait(&want, &deadline, &r, &diag) == 0)      until it takes mail
 *     if (greet_once(&want, &deadline, &r, &diag) == 0)      one look: r.end says what was seen
 *
 * For many at once, a caller polls by itself: greeting_start(), then poll(2) g.fd for g.events and
 * greeting_step() until it says that it is over, then greeting_end().
 *
 * Connections are bound to `source` if there is one. Only the deadline limits the waiting; the
 * verdict is there before QUIT is answered, and that answer is waited for GREET_COURTESY_MS at
 * most.
 */
#ifndef MTA_STACK_GREET_H
#define MTA_STACK_GREET_H

#include <stdbool.h>
#include <stdint.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "pure/ipaddr.h"
#include "pure/talk.h"

#define GREET_COURTESY_MS 1000
#define GREET_ATTEMPT_MS  10000 /* greet_wait: one attempt, so that a lost SYN does not eat all */

struct greet {
	struct ipaddr addr;
	struct ipaddr source;		 /* family 0: the kernel's choice */
	const char *ehlo;		 /* our name; NULL: the greeting is enough */
	const struct tpkt_want *rfc1006; /* not NULL: that instead of SMTP */
	uint16_t port;
};

enum greet_end {
	GREET_READY,
	GREET_LATER,	  /* 4xx */
	GREET_REFUSED,	  /* 5xx; a DR or ER */
	GREET_BROKEN,	  /* connected, but that is something else, or it hung up */
	GREET_NO_SOURCE,  /* the source address cannot be used here; error is the errno */
	GREET_NO_CONNECT, /* refused, unreachable …; error is the errno */
	GREET_NO_ANSWER,  /* the deadline came first; connected says how far it went */
};

struct greet_result {
	enum greet_end end;
	int error;
	bool connected;
	int ms;			   /* until the verdict */
	char text[SMTP_REPLY_MAX]; /* one line for people: the reply, or what failed */
};

struct greeting {
	int fd;	      /* -1: over */
	short events; /* what to poll for */
	struct greet_result result;

	/* private */
	bool decided;
	struct timespec began;
	struct talk talk;
};

/* -1 only when there is no socket to be had. Everything else is a result, maybe at once (fd -1). */
int greeting_start(struct greeting *g, const struct greet *want, struct diag *ret_diag);

/* After poll(2) said that fd is ready. True: it is over. */
bool greeting_step(struct greeting *g);

/* Close, at any time. Without a verdict so far it is GREET_NO_ANSWER. */
void greeting_end(struct greeting *g);

/* 0 with the result, whatever it is. */
int greet_once(const struct greet *want, const struct deadline *d, struct greet_result *ret_result,
	       struct diag *ret_diag);

/* Try until GREET_READY: 0. At the deadline -1, EX_FAILED: "cannot reach 192.0.2.10 port 25 by
 * SMTP: Connection refused" with what the last attempt saw, which *ret_result has too. */
int greet_wait(const struct greet *want, const struct deadline *d, struct greet_result *ret_result,
	       struct diag *ret_diag);

#endif
