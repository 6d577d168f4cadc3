/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_smtp: conversations with pure/smtp.h, whole and byte by byte.
 */
#include "unit.h"

#include <string.h>

#include "pure/smtp.h"

static struct smtp s;

/* What we would send now, as a string; counts as sent. */
static const char *said(void)
{
	static char text[400];
	struct span out = smtp_output(&s);

	assert_true(out.len < sizeof(text));
	memcpy(text, out.at, out.len);
	text[out.len] = '\0';
	smtp_sent(&s, out.len);
	assert_int_equal(smtp_output(&s).len, 0);
	return text;
}

static void hear(const char *text)
{
	smtp_feed(&s, (struct span){text, strlen(text)});
}

static void expect(enum smtp_verdict verdict, const char *reply)
{
	assert_string_equal(smtp_verdict_name(s.verdict), smtp_verdict_name(verdict));
	assert_string_equal(s.reply, reply);
}

static void greeting_and_quit(void **state)
{
	(void)state;
	smtp_init(&s, NULL);
	assert_string_equal(said(), "");
	hear("220 mx.example ESMTP Postfix\r\n");
	expect(SMTP_READY, "220 mx.example ESMTP Postfix");
	assert_false(smtp_done(&s));
	assert_string_equal(said(), "QUIT\r\n");
	hear("221 2.0.0 Bye\r\n");
	assert_true(smtp_done(&s));
	expect(SMTP_READY, "220 mx.example ESMTP Postfix");
}

static void greeting_of_many_lines_byte_by_byte(void **state)
{
	static const char text[] = "220-mx.example\r\n220-please wait\r\n220 go\r\n";

	(void)state;
	smtp_init(&s, NULL);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_int_equal(s.verdict, SMTP_OPEN);
		assert_string_equal(said(), ""); /* not before it has finished */
		smtp_feed(&s, (struct span){text + i, 1});
	}
	expect(SMTP_READY, "220 go");
}

static void ehlo(void **state)
{
	(void)state;
	smtp_init(&s, "vip.example");
	hear("220\n"); /* no text, a bare newline */
	assert_int_equal(s.verdict, SMTP_OPEN);
	assert_string_equal(said(), "EHLO vip.example\r\n");
	hear("250-mx.example\r\n250-PIPELINING\r\n");
	assert_int_equal(s.verdict, SMTP_OPEN);
	hear("250 SIZE\r\n");
	expect(SMTP_READY, "250 SIZE");
	assert_string_equal(said(), "QUIT\r\n");
	smtp_closed(&s);
	expect(SMTP_READY, "250 SIZE");
	assert_true(smtp_done(&s));
}

static void helo_for_the_old(void **state)
{
	(void)state;
	smtp_init(&s, "[192.0.2.10]");
	hear("220 old\r\n");
	assert_string_equal(said(), "EHLO [192.0.2.10]\r\n");
	hear("500 what?\r\n");
	assert_string_equal(said(), "HELO [192.0.2.10]\r\n");
	hear("250 hello\r\n");
	expect(SMTP_READY, "250 hello");
	smtp_init(&s, "vip.example");
	hear("220 old\r\n");
	(void)said();
	hear("502 no\r\n");
	(void)said();
	hear("502 no\r\n");
	expect(SMTP_REFUSED, "502 no");
}

static void refusals(void **state)
{
	(void)state;
	smtp_init(&s, "vip.example");
	hear("554-No SMTP here\r\n554 go away, 192.0.2.10\r\n");
	expect(SMTP_REFUSED, "554 go away, 192.0.2.10");
	assert_string_equal(said(), "QUIT\r\n");
	smtp_init(&s, NULL);
	hear("450 later\r\n");
	expect(SMTP_LATER, "450 later");
	smtp_init(&s, NULL);
	hear("421 closing\r\n");
	expect(SMTP_LATER, "421 closing");
	assert_true(smtp_done(&s)); /* no QUIT to one that closes */
	smtp_init(&s, "vip.example");
	hear("220 hi\r\n");
	(void)said();
	hear("550 we do not know you\r\n");
	expect(SMTP_REFUSED, "550 we do not know you");
	smtp_init(&s, NULL);
	hear("250 is no greeting\r\n");
	expect(SMTP_BROKEN, "250 is no greeting");
}

static void not_smtp(void **state)
{
	static const char *const texts[] = {"SSH-2.0-OpenSSH_9.2\r\n",
					    "22\r\n",
					    "\r\n",
					    "220x\r\n",
					    "120 a\r\n",
					    "269 a\r\n",
					    "620 a\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		smtp_init(&s, NULL);
		hear(texts[i]);
		assert_int_equal(s.verdict, SMTP_BROKEN);
		assert_true(smtp_done(&s));
		assert_string_equal(said(), "");
	}
	smtp_init(&s, NULL);
	hear("SSH-2.0\033[2J\r\n");
	expect(SMTP_BROKEN, "it does not speak SMTP: SSH-2.0?[2J");
	smtp_init(&s, NULL);
	hear("220-a\r\n250 b\r\n");
	expect(SMTP_BROKEN, "one reply has several codes");
}

static void out_of_turn(void **state)
{
	(void)state;
	smtp_init(&s, "vip.example");
	hear("220 hi\r\n250 hello already\r\n");
	expect(SMTP_BROKEN, "it speaks out of turn");
	/* after the verdict nothing can spoil it */
	smtp_init(&s, NULL);
	hear("220 hi\r\njunk\r\n220-\r\n");
	expect(SMTP_READY, "220 hi");
	assert_true(smtp_done(&s));
	/* an answer to a QUIT that was not sent yet ends it too */
	smtp_init(&s, NULL);
	hear("220 hi\r\n221 bye\r\n");
	expect(SMTP_READY, "220 hi");
	assert_true(smtp_done(&s));
	assert_string_equal(said(), "");
}

static void closed_early(void **state)
{
	(void)state;
	smtp_init(&s, NULL);
	smtp_closed(&s);
	expect(SMTP_BROKEN, "it closed the connection without a word");
	smtp_init(&s, NULL);
	hear("220-mx.example\r\n220 half a li");
	smtp_closed(&s);
	expect(SMTP_BROKEN, "it closed the connection too early");
}

static void input_is_bounded(void **state)
{
	size_t fed = 0;

	(void)state;
	smtp_init(&s, NULL);
	for (int i = 0; i < SMTP_LINE_MAX; i++)
		hear("2");
	assert_int_equal(s.verdict, SMTP_OPEN);
	hear("2");
	expect(SMTP_BROKEN, "it sends a line without end");
	smtp_init(&s, NULL);
	while (s.verdict == SMTP_OPEN) {
		hear("220-x\r\n");
		fed += 7;
		assert_true(fed < SMTP_INPUT_MAX + 8);
	}
	expect(SMTP_BROKEN, "its replies have no end");
}

static void long_and_odd_replies(void **state)
{
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "220 ", 4);
	text[100] = '\0';
	text[101] = '\x80';
	text[sizeof(text) - 1] = '\n';
	smtp_init(&s, NULL);
	smtp_feed(&s, (struct span){text, sizeof(text)});
	assert_int_equal(s.verdict, SMTP_READY);
	assert_int_equal(strlen(s.reply), SMTP_REPLY_MAX - 1);
	assert_int_equal(s.reply[100], '?');
	assert_int_equal(s.reply[101], '?');
}

static void our_own_name(void **state)
{
	char longest[256 + 1];

	(void)state;
	smtp_init(&s, "a\r\nMAIL FROM:<>");
	expect(SMTP_BROKEN, "our own name cannot be said in EHLO");
	assert_true(smtp_done(&s));
	smtp_init(&s, "");
	assert_int_equal(s.verdict, SMTP_BROKEN);
	memset(longest, 'a', sizeof(longest));
	longest[256] = '\0';
	smtp_init(&s, longest);
	assert_int_equal(s.verdict, SMTP_BROKEN);
	longest[255] = '\0';
	smtp_init(&s, longest);
	hear("220 hi\r\n");
	assert_int_equal(strlen(said()), 5 + 255 + 2);
}

static void sending_in_pieces(void **state)
{
	(void)state;
	smtp_init(&s, NULL);
	hear("220 hi\r\n");
	smtp_sent(&s, 2);
	assert_int_equal(smtp_output(&s).len, 4);
	assert_memory_equal(smtp_output(&s).at, "IT\r\n", 4);
	smtp_sent(&s, 99);
	assert_int_equal(smtp_output(&s).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting_and_quit),
		cmocka_unit_test(greeting_of_many_lines_byte_by_byte),
		cmocka_unit_test(ehlo),
		cmocka_unit_test(helo_for_the_old),
		cmocka_unit_test(refusals),
		cmocka_unit_test(not_smtp),
		cmocka_unit_test(out_of_turn),
		cmocka_unit_test(closed_early),
		cmocka_unit_test(input_is_bounded),
		cmocka_unit_test(long_and_odd_replies),
		cmocka_unit_test(our_own_name),
		cmocka_unit_test(sending_in_pieces),
	};

	return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
