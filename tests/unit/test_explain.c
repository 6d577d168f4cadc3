/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_explain: pure/explain.h on the addresses of real events, and on what is none.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "pure/explain.h"

static void reads(const char *hex, const char *addr, const char *name)
{
	char text[IPADDR_STRLEN];
	struct explained e;

	if (!explain_hex((struct span){hex, strlen(hex)}, &e))
		fail_msg("%s is not understood", hex);
	assert_string_equal(ipaddr_format(&e.addr, text), addr);
	assert_string_equal(e.name, name);
}

static void seen_in_events(void **state)
{
	(void)state;
	reads("91F5C11B", "145.245.193.27", "");
	reads("52656d6f74654d5441", "", "RemoteMTA");
	reads("4E434F5354455354", "", "NCOSTEST");
}

static void both_readings(void **state)
{
	(void)state;
	reads("41424344", "65.66.67.68", "ABCD");
	reads("c0000200", "192.0.2.0", ""); /* no name: c0 is not printable */
}

static void spellings(void **state)
{
	(void)state;
	reads(" 0x91f5c11b\n", "145.245.193.27", "");
	reads("91 F5 C1 1B", "145.245.193.27", "");
	reads("91:f5:c1:1b", "145.245.193.27", "");
	reads("4E434F535445535400", "", "NCOSTEST");
	reads("20010db8000000000000000000000007", "2001:db8::7", "");
	reads("4142434445464748494a4b4c4d4e4f50", "", "ABCDEFGHIJKLMNOP");
}

static void not_understood(void **state)
{
	static const char *const texts[] = {"",	    "9",  "91F5C11",	  "xyz", "91 F5 C 11 B",
					    "ff00", "00", "91F5C11B00ff", "0x"};
	char many[2 * EXPLAIN_MAX + 3];
	struct explained e = {.hex = "kept"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (explain_hex((struct span){texts[i], strlen(texts[i])}, &e))
			fail_msg("%s is understood", texts[i]);
	memset(many, '4', sizeof(many));
	assert_true(explain_hex((struct span){many, 2 * (size_t)EXPLAIN_MAX}, &e));
	assert_false(explain_hex((struct span){many, sizeof(many) - 1}, &e));
	assert_int_equal(strlen(e.hex), 2 * EXPLAIN_MAX);
}

static void a_whole_event(void **state)
{
	static const char event[] =
		"Event ID: 9301\r\nSource: MSExchangeMTA 1998-02-11 12:30:45\r\n"
		"An incoming connection with network address:91F5C11B. was refused;\n"
		"calling MTA (52656d6f74654d5441), code 1234567890 of beef-cafe0123 [BASE 1 99 "
		"12]\n";
	struct span text = {event, sizeof(event) - 1};
	struct explained e;
	size_t at = 0;

	(void)state;
	assert_true(explain_next(text, &at, &e));
	assert_string_equal(e.hex, "91F5C11B");
	assert_int_equal(e.addr.family, 4);
	assert_true(explain_next(text, &at, &e));
	assert_string_equal(e.name, "RemoteMTA");
	/* 1234567890 are five bytes that are no text; a word with a hyphen is none of ours */
	assert_false(explain_next(text, &at, &e));
	assert_int_equal(at, text.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seen_in_events), cmocka_unit_test(both_readings),
		cmocka_unit_test(spellings),	  cmocka_unit_test(not_understood),
		cmocka_unit_test(a_whole_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
