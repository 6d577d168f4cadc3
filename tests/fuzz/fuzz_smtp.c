/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_smtp: the other side of an SMTP conversation (pure/smtp.h).
 *
 * First byte of the input: bit 0: we say EHLO; bit 1: we are slow to send; the rest: how many bytes
 * come at once. The other bytes are what the peer says, then it closes.
 */
#include "fuzz.h"

#include "pure/smtp.h"

struct talk {
	struct smtp smtp;
	enum smtp_verdict verdict; /* as it was first known */
	char reply[SMTP_REPLY_MAX];
	bool slow;
	size_t commands;
};

static bool is_command(struct span out)
{
	static const char *const commands[] = {"EHLO vip.example\r\n", "HELO vip.example\r\n",
					       "QUIT\r\n"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (text_equal(out, commands[i]))
			return true;
	return false;
}

/* What holds after each step. */
static void look(struct talk *t)
{
	struct span out = smtp_output(&t->smtp);

	PROMISE(fuzz_is_line(t->smtp.reply));
	if (t->verdict == SMTP_OPEN) {
		t->verdict = t->smtp.verdict;
		memcpy(t->reply, t->smtp.reply, sizeof(t->reply));
	}
	PROMISE(t->smtp.verdict == t->verdict);
	PROMISE(strcmp(t->smtp.reply, t->reply) == 0);
	PROMISE(!smtp_done(&t->smtp) || (t->verdict != SMTP_OPEN && out.len == 0));
	if (out.len == 0 || t->slow)
		return;
	PROMISE(is_command(out));
	PROMISE(++t->commands <= 3);
	smtp_sent(&t->smtp, out.len);
	PROMISE(smtp_output(&t->smtp).len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct talk *t;
	size_t step;

	if (len == 0)
		return 0;
	t = calloc(1, sizeof(*t));
	PROMISE(t != NULL);
	smtp_init(&t->smtp, (bytes[0] & 1) != 0 ? "vip.example" : NULL);
	t->slow = (bytes[0] & 2) != 0;
	step = (size_t)(bytes[0] >> 2) + 1;
	look(t);
	for (size_t at = 1; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		char *piece = malloc(n); /* of its exact size: reading past it is found */

		PROMISE(piece != NULL);
		memcpy(piece, bytes + at, n);
		smtp_feed(&t->smtp, (struct span){piece, n});
		free(piece);
		look(t);
	}
	smtp_closed(&t->smtp);
	look(t);
	PROMISE(smtp_done(&t->smtp) && t->verdict != SMTP_OPEN);
	PROMISE(t->reply[0] != '\0');
	free(t);
	return 0;
}
