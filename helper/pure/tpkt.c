/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpkt.c guarantees one request and one verdict, from the first packet of the other side alone,
 * however its bytes are cut into pieces, and that no length in it is believed before it is checked.
 */
#include "pure/tpkt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	HEADER = 4, /* version 3, reserved, length with the header */
	TYPE_AT = HEADER + 1,
	DST_AT = HEADER + 2,
	FIXED = HEADER + 7, /* the longest fixed part: CR, CC, DR */

	TPDU_ER = 0x70,
	TPDU_DR = 0x80,
	TPDU_CC = 0xd0,
	TPDU_CR = 0xe0,
	TPDU_DT = 0xf0,

	PARAM_SIZE = 0xc0,
	PARAM_CALLING = 0xc1,
	PARAM_CALLED = 0xc2,
	PARAM_INFO = 0xe0, /* DR: additional information */

	SIZE_2048 = 0x0b,
};

static void decide(struct tpkt *t, enum tpkt_verdict v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void decide(struct tpkt *t, enum tpkt_verdict v, const char *fmt, ...)
{
	va_list ap;

	if (t->verdict != TPKT_OPEN)
		return;
	t->verdict = v;
	va_start(ap, fmt);
	(void)vsnprintf(t->reply, sizeof(t->reply), fmt, ap);
	va_end(ap);
	text_make_printable(t->reply);
	t->out_len = t->out_off = 0;
}

static void put(struct tpkt *t, uint8_t byte)
{
	t->out[t->out_len++] = byte;
}

static void put_selector(struct tpkt *t, uint8_t code, struct span octets)
{
	if (octets.len == 0)
		return;
	put(t, code);
	put(t, (uint8_t)octets.len);
	memcpy(t->out + t->out_len, octets.at, octets.len);
	t->out_len += octets.len;
}

void tpkt_init(struct tpkt *t, const struct tpkt_want *want)
{
	memset(t, 0, sizeof(*t));
	t->reference = want->reference;
	if (want->called.len > TPKT_SELECTOR_MAX || want->calling.len > TPKT_SELECTOR_MAX) {
		decide(t, TPKT_BROKEN, "a transport selector has more than %d octets",
		       TPKT_SELECTOR_MAX);
		return;
	}
	put(t, 3);
	put(t, 0);
	put(t, 0);
	put(t, 0); /* length */
	put(t, 0); /* length indicator */
	put(t, TPDU_CR);
	put(t, 0);
	put(t, 0);
	put(t, (uint8_t)(want->reference >> 8));
	put(t, (uint8_t)want->reference);
	put(t, 0); /* class 0, no options */
	put(t, PARAM_SIZE);
	put(t, 1);
	put(t, SIZE_2048);
	put_selector(t, PARAM_CALLING, want->calling);
	put_selector(t, PARAM_CALLED, want->called);
	t->out[3] = (uint8_t)t->out_len;
	t->out[HEADER] = (uint8_t)(t->out_len - HEADER - 1);
}

/* --- answers ---------------------------------------------------------------------------------- */

static const char *dr_reason(unsigned reason)
{
	switch (reason) {
	case 0:
		return "no reason given";
	case 1:
		return "congestion at the transport service access point";
	case 2:
		return "no session entity behind that selector";
	case 3:
		return "address unknown";
	case 128:
		return "normal disconnect";
	case 129:
		return "congestion when connecting";
	case 130:
		return "negotiation failed";
	case 131:
		return "duplicate reference";
	case 132:
		return "mismatched references";
	case 133:
		return "protocol error";
	case 135:
		return "reference overflow";
	case 136:
		return "connection refused on this network connection";
	case 138:
		return "wrong length";
	default:
		return "unknown reason";
	}
}

static const char *er_cause(unsigned cause)
{
	switch (cause) {
	case 0:
		return "no reason given";
	case 1:
		return "bad parameter code";
	case 2:
		return "bad packet type";
	case 3:
		return "bad parameter value";
	default:
		return "unknown cause";
	}
}

/* Text of the other side for people: up to its first NUL or line break. */
static void text_of(const uint8_t *bytes, size_t len, char out[TPKT_REPLY_MAX])
{
	size_t n = 0;

	while (n < len && n < 160 && bytes[n] != '\0' && bytes[n] != '\r' && bytes[n] != '\n') {
		out[n] = bytes[n] < 0x20 || bytes[n] > 0x7e ? '?' : (char)bytes[n];
		n++;
	}
	out[n] = '\0';
}

/* What a DR says in words: the user data, else the parameter for it. `fixed` is where the
 * parameters begin, `end` where they end. */
static void dr_text(const struct tpkt *t, size_t fixed, size_t end, size_t len,
		    char out[TPKT_REPLY_MAX])
{
	text_of(t->in + end, len - end, out);
	for (size_t at = fixed; out[0] == '\0' && at + 2 <= end;) {
		size_t n = t->in[at + 1];

		if (at + 2 + n > end)
			return;
		if (t->in[at] == PARAM_INFO)
			text_of(t->in + at + 2, n, out);
		at += 2 + n;
	}
}

static void answer(struct tpkt *t, size_t len)
{
	unsigned type = t->in[TYPE_AT] & 0xf0U;
	unsigned reference = (unsigned)t->in[DST_AT] << 8 | t->in[DST_AT + 1];
	size_t end = HEADER + 1 + (size_t)t->in[HEADER]; /* of the TPDU's header */
	size_t fixed = type == TPDU_ER ? FIXED - 2 : FIXED;
	char text[TPKT_REPLY_MAX];
	unsigned last;

	if (end > len || end < fixed) {
		decide(t, TPKT_BROKEN, "a packet with impossible lengths came");
		return;
	}
	if (reference != t->reference) {
		decide(t, TPKT_BROKEN,
		       "the answer is for reference %04x, not for ours: no transport stack",
		       reference);
		return;
	}
	last = t->in[fixed - 1];
	if (type == TPDU_CC && last >> 4 != 0) {
		decide(t, TPKT_BROKEN, "it confirmed class %u, though class 0 was asked for",
		       last >> 4);
	} else if (type == TPDU_CC) {
		decide(t, TPKT_ANSWERS, "the stack answers");
	} else if (type == TPDU_DR) {
		dr_text(t, fixed, end, len, text);
		decide(t, TPKT_REFUSED, "refused: %s (%u)%s%s", dr_reason(last), last,
		       text[0] ? ": " : "", text);
	} else {
		decide(t, TPKT_REFUSED, "refused with an error: %s (%u)", er_cause(last), last);
	}
}

/* Look at what is there; most answers show what they are before they are whole. */
static void look(struct tpkt *t)
{
	char text[TPKT_REPLY_MAX];
	size_t len;
	unsigned type;

	if (t->in_len >= 1 && t->in[0] != 3) {
		text_of(t->in, t->in_len, text);
		decide(t, TPKT_BROKEN, "it does not speak RFC 1006: %s", text);
		return;
	}
	if (t->in_len < HEADER)
		return;
	len = (size_t)t->in[2] << 8 | t->in[3];
	if (len < HEADER + 2) {
		decide(t, TPKT_BROKEN, "a packet with impossible lengths came");
		return;
	}
	if (t->in_len <= TYPE_AT)
		return;
	type = t->in[TYPE_AT] & 0xf0U;
	if (type == TPDU_DT)
		decide(t, TPKT_BROKEN, "it answered a request to connect with data");
	else if (type != TPDU_CC && type != TPDU_DR && type != TPDU_ER)
		decide(t, TPKT_BROKEN,
		       "it answered a request to connect with a packet of type %02x",
		       t->in[TYPE_AT]);
	else if (len > sizeof(t->in))
		decide(t, TPKT_BROKEN, "an answer of %zu bytes is too long", len);
	else if (t->in_len >= len)
		answer(t, len);
}

void tpkt_feed(struct tpkt *t, struct span bytes)
{
	size_t room = sizeof(t->in) - t->in_len;
	size_t n = bytes.len < room ? bytes.len : room;

	if (t->verdict != TPKT_OPEN || n == 0)
		return;
	memcpy(t->in + t->in_len, bytes.at, n);
	t->in_len += n;
	look(t);
}

void tpkt_closed(struct tpkt *t)
{
	decide(t, TPKT_BROKEN, "it closed the connection without %s answer",
	       t->in_len > 0 ? "a whole" : "an");
}

struct span tpkt_output(const struct tpkt *t)
{
	return (struct span){(const char *)t->out + t->out_off, t->out_len - t->out_off};
}

void tpkt_sent(struct tpkt *t, size_t n)
{
	size_t left = t->out_len - t->out_off;

	t->out_off += n < left ? n : left;
}

bool tpkt_done(const struct tpkt *t)
{
	return t->verdict != TPKT_OPEN;
}

const char *tpkt_verdict_name(enum tpkt_verdict v)
{
	static const char *const names[] = {
		[TPKT_OPEN] = "open",
		[TPKT_ANSWERS] = "answers",
		[TPKT_REFUSED] = "refused",
		[TPKT_BROKEN] = "broken",
	};

	return names[v];
}
