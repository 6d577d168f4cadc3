/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smtp.c guarantees a verdict for any sequence of bytes, in bounded memory, and that nothing from
 * the other side leaves it but as printable text. It does not look at what EHLO offers.
 */
#include "pure/smtp.h"

#include <stdio.h>
#include <string.h>

const char *smtp_verdict_name(enum smtp_verdict v)
{
	static const char *const names[] = {"open", "ready", "later", "refused", "broken"};

	return names[v];
}

static void show(struct smtp *s, struct span line)
{
	size_t n = line.len < sizeof(s->reply) - 1 ? line.len : sizeof(s->reply) - 1;

	for (size_t i = 0; i < n; i++)
		s->reply[i] = line.at[i] >= ' ' && line.at[i] < 0x7f ? line.at[i] : '?';
	s->reply[n] = '\0';
}

static void end(struct smtp *s)
{
	s->state = SMTP_END;
	s->out_off = s->out_len = 0;
}

/* It goes on no further. What it says after the verdict changes nothing about that. */
static void broken(struct smtp *s, const char *why)
{
	end(s);
	if (s->verdict != SMTP_OPEN)
		return;
	s->verdict = SMTP_BROKEN;
	show(s, (struct span){why, strlen(why)});
}

static void say(struct smtp *s, enum smtp_state next, const char *command)
{
	const char *name = next == SMTP_QUIT ? "" : s->name;

	s->out_off = 0;
	s->out_len = (size_t)snprintf(s->out, sizeof(s->out), "%s%s\r\n", command, name);
	s->state = next;
}

/* A domain or an address literal, as far as what must not be in a command line goes. */
static bool is_sayable(const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	return name[0] != '\0';
}

void smtp_init(struct smtp *s, const char *ehlo)
{
	memset(s, 0, sizeof(*s));
	if (ehlo == NULL)
		return;
	if (strlen(ehlo) >= sizeof(s->name) || !is_sayable(ehlo)) {
		broken(s, "our own name cannot be said in EHLO");
		return;
	}
	(void)snprintf(s->name, sizeof(s->name), "%s", ehlo);
}

/* A whole reply has come; line is its last line. */
static void take_reply(struct smtp *s, struct span line)
{
	int code = s->code;

	s->code = 0;
	if (s->state == SMTP_QUIT) {
		end(s);
		return;
	}
	if (s->state == SMTP_EHLO && (code == 500 || code == 502)) {
		say(s, SMTP_HELO, "HELO ");
		return;
	}
	if (s->state == SMTP_GREETING && code == 220 && s->name[0] != '\0') {
		say(s, SMTP_EHLO, "EHLO ");
		return;
	}
	show(s, line);
	if (code == (s->state == SMTP_GREETING ? 220 : 250))
		s->verdict = SMTP_READY;
	else if (code >= 400 && code < 500)
		s->verdict = SMTP_LATER;
	else if (code >= 500)
		s->verdict = SMTP_REFUSED;
	else
		s->verdict = SMTP_BROKEN; /* a code that has no meaning here */
	if (code == 421)		  /* it closes by itself */
		s->state = SMTP_END;
	else
		say(s, SMTP_QUIT, "QUIT");
}

/* The reply code that opens the line, 0 if there is none. */
static int code_of(struct span line)
{
	const char *p = line.at;

	if (line.len < 3 || p[0] < '2' || p[0] > '5' || p[1] < '0' || p[1] > '5' || p[2] < '0' ||
	    p[2] > '9')
		return 0;
	if (line.len > 3 && p[3] != ' ' && p[3] != '-')
		return 0;
	return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
}

static void take_line(struct smtp *s, struct span line)
{
	int code = code_of(line);
	bool more = line.len > 3 && line.at[3] == '-';

	if (smtp_output(s).len > 0 && s->state != SMTP_QUIT) {
		broken(s, "it speaks out of turn");
	} else if (code == 0) {
		char why[SMTP_REPLY_MAX];
		int n = line.len < 80 ? (int)line.len : 80;

		(void)snprintf(why, sizeof(why), "it does not speak SMTP: %.*s", n, line.at);
		broken(s, why);
	} else if (s->code != 0 && s->code != code) {
		broken(s, "one reply has several codes");
	} else {
		s->code = code;
		if (!more)
			take_reply(s, line);
	}
}

void smtp_feed(struct smtp *s, struct span bytes)
{
	for (size_t i = 0; i < bytes.len && s->state != SMTP_END; i++) {
		if (++s->total > SMTP_INPUT_MAX) {
			broken(s, "its replies have no end");
		} else if (bytes.at[i] == '\n') {
			size_t len = s->line_len;

			if (len > 0 && s->line[len - 1] == '\r')
				len--;
			s->line_len = 0;
			take_line(s, (struct span){s->line, len});
		} else if (s->line_len == sizeof(s->line)) {
			broken(s, "it sends a line without end");
		} else {
			s->line[s->line_len++] = bytes.at[i];
		}
	}
}

void smtp_closed(struct smtp *s)
{
	broken(s, s->total == 0 ? "it closed the connection without a word"
				: "it closed the connection too early");
}

struct span smtp_output(const struct smtp *s)
{
	return (struct span){s->out + s->out_off, s->out_len - s->out_off};
}

void smtp_sent(struct smtp *s, size_t n)
{
	size_t left = s->out_len - s->out_off;

	s->out_off += n < left ? n : left;
}

bool smtp_done(const struct smtp *s)
{
	return s->state == SMTP_END;
}
