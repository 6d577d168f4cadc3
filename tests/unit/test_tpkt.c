/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_tpkt: pure/tpkt.h on packets that were seen on the wire, and on others.
 */
#include "unit.h"

#include <string.h>

#include "pure/tpkt.h"

static const struct tpkt_want both = {{"591", 3}, {"591", 3}, 0x1234};

#define BYTES(...)                                                                                 \
	(const uint8_t[])                                                                          \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define SPAN(...) ((struct span){(const char *)BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__))})

static struct tpkt fresh(const struct tpkt_want *want)
{
	struct tpkt t;

	tpkt_init(&t, want);
	if (!tpkt_done(&t))
		tpkt_sent(&t, tpkt_output(&t).len);
	return t;
}

/* The verdict is the same however the bytes are cut. */
static void hears(struct span bytes, enum tpkt_verdict verdict, const char *reply)
{
	struct tpkt t = fresh(&both);

	tpkt_feed(&t, bytes);
	tpkt_closed(&t);
	assert_string_equal(t.reply, reply);
	assert_int_equal(t.verdict, verdict);
	assert_true(tpkt_done(&t));
	assert_int_equal(tpkt_output(&t).len, 0);
	t = fresh(&both);
	for (size_t i = 0; i < bytes.len; i++)
		tpkt_feed(&t, (struct span){bytes.at + i, 1});
	tpkt_closed(&t);
	assert_int_equal(t.verdict, verdict);
	/* what a wrong first byte brings along is quoted as far as it came */
	if (bytes.len == 0 || bytes.at[0] == 3)
		assert_string_equal(t.reply, reply);
}

static void request(void **state)
{
	const struct span seen =
		SPAN(0x03, 0x00, 0x00, 0x18, 0x13, 0xe0, 0x00, 0x00, 0x12, 0x34, 0x00, 0xc0, 0x01,
		     0x0b, 0xc1, 0x03, 0x35, 0x39, 0x31, 0xc2, 0x03, 0x35, 0x39, 0x31);
	const struct tpkt_want bare = {{"", 0}, {"", 0}, 1};
	struct tpkt t;
	struct span out;

	(void)state;
	tpkt_init(&t, &both);
	out = tpkt_output(&t);
	assert_int_equal(out.len, seen.len);
	assert_memory_equal(out.at, seen.at, seen.len);
	tpkt_sent(&t, 4);
	out = tpkt_output(&t);
	assert_int_equal(out.len, seen.len - 4);
	assert_memory_equal(out.at, seen.at + 4, out.len);
	tpkt_sent(&t, 1000);
	assert_int_equal(tpkt_output(&t).len, 0);
	assert_false(tpkt_done(&t));

	tpkt_init(&t, &bare);
	out = tpkt_output(&t);
	assert_int_equal(out.len, 14);
	assert_int_equal(out.at[3], 14);
	assert_int_equal(out.at[4], 9);
}

static void longest_selectors(void **state)
{
	static const char octets[TPKT_SELECTOR_MAX + 1];
	struct tpkt_want want = {{octets, TPKT_SELECTOR_MAX}, {octets, TPKT_SELECTOR_MAX}, 7};
	struct tpkt t;

	(void)state;
	tpkt_init(&t, &want);
	assert_false(tpkt_done(&t));
	assert_int_equal(tpkt_output(&t).len, 14 + 2 * (2 + TPKT_SELECTOR_MAX));
	want.called.len++;
	tpkt_init(&t, &want);
	assert_int_equal(t.verdict, TPKT_BROKEN);
	assert_int_equal(tpkt_output(&t).len, 0);
	assert_string_equal(t.reply, "a transport selector has more than 32 octets");
}

static void confirmed(void **state)
{
	(void)state;
	hears(SPAN(0x03, 0x00, 0x00, 0x0e, 0x09, 0xd0, 0x12, 0x34, 0x21, 0x8e, 0x00, 0xc0, 0x01,
		   0x0b),
	      TPKT_ANSWERS, "the stack answers");
	/* more after it does not matter */
	hears(SPAN(0x03, 0x00, 0x00, 0x0b, 0x06, 0xd0, 0x12, 0x34, 0x21, 0x8e, 0x00, 'x', 'y'),
	      TPKT_ANSWERS, "the stack answers");
}

static void disconnected(void **state)
{
	static const uint8_t seen[] = "\x03\x00\x00\x24\x06\x80\x12\x34\x21\xe3\x80"
				      "PP Service 593 not found";

	(void)state;
	assert_int_equal(sizeof(seen), 0x24);
	hears((struct span){(const char *)seen, sizeof(seen)}, TPKT_REFUSED,
	      "refused: normal disconnect (128): PP Service 593 not found");
	hears(SPAN(0x03, 0, 0, 0x0b, 6, 0x80, 0x12, 0x34, 0, 0, 3), TPKT_REFUSED,
	      "refused: address unknown (3)");
	hears(SPAN(0x03, 0, 0, 0x0b, 6, 0x80, 0x12, 0x34, 0, 0, 88), TPKT_REFUSED,
	      "refused: unknown reason (88)");
	/* words in the parameter for them, behind another one */
	hears(SPAN(0x03, 0, 0, 0x13, 14, 0x80, 0x12, 0x34, 0, 0, 136, 0xc3, 1, 0, 0xe0, 3, 'n', 'o',
		   '\n'),
	      TPKT_REFUSED, "refused: connection refused on this network connection (136): no");
	/* a parameter that reaches beyond its end is no text */
	hears(SPAN(0x03, 0, 0, 0x0f, 10, 0x80, 0x12, 0x34, 0, 0, 1, 0xe0, 200, 'n', 'o'),
	      TPKT_REFUSED, "refused: congestion at the transport service access point (1)");
	/* nothing can forge a line */
	hears(SPAN(0x03, 0, 0, 0x0e, 6, 0x80, 0x12, 0x34, 0, 0, 0, 0x1b, '[', 0xff), TPKT_REFUSED,
	      "refused: no reason given (0): ?[?");
}

static void error(void **state)
{
	(void)state;
	hears(SPAN(0x03, 0, 0, 9, 4, 0x70, 0x12, 0x34, 0), TPKT_REFUSED,
	      "refused with an error: no reason given (0)");
	hears(SPAN(0x03, 0, 0, 9, 4, 0x70, 0x12, 0x34, 2), TPKT_REFUSED,
	      "refused with an error: bad packet type (2)");
}

static void no_usable_stack(void **state)
{
	(void)state;
	/* class 4 */
	hears(SPAN(0x03, 0, 0, 0x0b, 6, 0xd0, 0x12, 0x34, 0x21, 0x8e, 0x40), TPKT_BROKEN,
	      "it confirmed class 4, though class 0 was asked for");
	/* references swapped, as xrdp does */
	hears(SPAN(0x03, 0, 0, 0x0b, 6, 0xd0, 0, 0, 0x12, 0x34, 0), TPKT_BROKEN,
	      "the answer is for reference 0000, not for ours: no transport stack");
	hears(SPAN(0x03, 0, 0, 7, 2, 0xf0, 0x80), TPKT_BROKEN,
	      "it answered a request to connect with data");
	hears(SPAN(0x03, 0, 0, 0x0b, 6, 0xe0, 0, 0, 0x12, 0x34, 0), TPKT_BROKEN,
	      "it answered a request to connect with a packet of type e0");
	hears((struct span){"220 mail\r\n", 10}, TPKT_BROKEN,
	      "it does not speak RFC 1006: 220 mail");
	hears((struct span){"", 0}, TPKT_BROKEN, "it closed the connection without an answer");
	hears(SPAN(3, 0, 0), TPKT_BROKEN, "it closed the connection without a whole answer");
	hears(SPAN(0x03, 0, 0, 0x0e, 9, 0xd0, 0x12, 0x34), TPKT_BROKEN,
	      "it closed the connection without a whole answer");
}

static void lengths_that_cannot_be(void **state)
{
	(void)state;
	hears(SPAN(3, 0, 0, 4), TPKT_BROKEN, "a packet with impossible lengths came");
	hears(SPAN(3, 0, 0, 6, 6, 0xd0), TPKT_BROKEN, "a packet with impossible lengths came");
	/* the transport's header is longer than the packet, or too short for its type */
	hears(SPAN(3, 0, 0, 0x0b, 200, 0xd0, 0x12, 0x34, 0, 1, 0), TPKT_BROKEN,
	      "a packet with impossible lengths came");
	hears(SPAN(3, 0, 0, 0x0b, 5, 0xd0, 0x12, 0x34, 0, 1, 0), TPKT_BROKEN,
	      "a packet with impossible lengths came");
	hears(SPAN(3, 0, 0xff, 0xff, 6, 0xd0), TPKT_BROKEN, "an answer of 65535 bytes is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request),
		cmocka_unit_test(longest_selectors),
		cmocka_unit_test(confirmed),
		cmocka_unit_test(disconnected),
		cmocka_unit_test(error),
		cmocka_unit_test(no_usable_stack),
		cmocka_unit_test(lengths_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
