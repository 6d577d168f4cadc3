/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text and ipaddr: spans, lines, host names, addresses. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "data/pool.h"
#include "pure/ipaddr.h"
#include "pure/mark.h"
#include "pure/text.h"
#include "pure/words.h"

static struct span span(const char *s)
{
	return (struct span){s, strlen(s)};
}

static void lines_with_and_without_the_last_newline(void **state)
{
	struct span line;
	size_t next = 0;

	(void)state;
	assert_true(text_line(span("a\n\nb"), 0, &line, &next));
	assert_true(text_equal(line, "a"));
	assert_true(text_line(span("a\n\nb"), next, &line, &next));
	assert_true(text_equal(line, ""));
	assert_true(text_line(span("a\n\nb"), next, &line, &next));
	assert_true(text_equal(line, "b"));
	assert_false(text_line(span("a\n\nb"), next, &line, &next));
	assert_false(text_line(span(""), 0, &line, &next));
}

static void line_numbers(void **state)
{
	(void)state;
	assert_int_equal(text_line_number(span("a\nb\nc"), 0), 1);
	assert_int_equal(text_line_number(span("a\nb\nc"), 1), 1);
	assert_int_equal(text_line_number(span("a\nb\nc"), 2), 2);
	assert_int_equal(text_line_number(span("a\nb\nc"), 99), 3);
}

static void line_numbers_among_any_bytes(void **state)
{
	static const char some[] = "\n\x0b\x8a\x09\n\n\xff\x0a\x7f";
	char bytes[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = some[(i * i + i / 3) % (sizeof(some) - 1)];
	for (size_t from = 0; from < 9; from++) {
		unsigned n = 1;

		for (size_t at = from; at < sizeof(bytes); at++) {
			const struct span rest = {bytes + from, sizeof(bytes) - from};

			assert_int_equal(text_line_number(rest, at - from), n);
			n += bytes[at] == '\n';
		}
	}
}

/* Each byte at each place, between bytes that are nearly what is looked for. */
static void plain_bytes_are_skipped(void **state)
{
	static const char around[] = "#[]a\x7f\x80\xff~#[]a\x7f\x80\xff~#[]a";
	char text[sizeof(around)];
	const size_t len = sizeof(around) - 1;

	(void)state;
	assert_int_equal(text_skip_plain((struct span){NULL, 0}), 0);
	assert_int_equal(text_skip_plain((struct span){around, 7}), 0);
	assert_int_equal(text_skip_plain((struct span){around, len}), len / 8 * 8);
	for (size_t at = 0; at < len; at++)
		for (int c = 0; c < 256; c++) {
			const bool plain = c > '"' && c != '\\';

			memcpy(text, around, sizeof(text));
			text[at] = (char)c;
			assert_int_equal(text_skip_plain((struct span){text, len}),
					 plain || at / 8 == len / 8 ? len / 8 * 8 : at / 8 * 8);
		}
}

static void alike_texts_have_one_hash(void **state)
{
	static const char a[] = "smtp:[198.18.3.250]:25", b[] = "xsmtp:[198.18.3.250]:25";
	char text[sizeof(a)];

	(void)state;
	for (size_t len = 0; len < sizeof(a); len++) {
		const uint64_t hash = text_hash((struct span){a, len});

		assert_true(hash == text_hash((struct span){b + 1, len}));
		for (size_t i = 0; i < len; i++) {
			memcpy(text, a, sizeof(a));
			text[i]++;
			assert_true(hash >> 32 != text_hash((struct span){text, len}) >> 32);
		}
	}
}

static void trimming(void **state)
{
	(void)state;
	assert_true(text_equal(text_trim(span(" \t a b \r\n")), "a b"));
	assert_true(text_equal(text_trim(span("  ")), ""));
}

static void fqdn(void **state)
{
	static const char *const good[] = {"a.example", "mx-1.remote.example", "1.a", "x.y9"};
	static const char *const bad[] = {"",	   "localhost", "a..b",	   ".a.b",  "a.b.",
					  "-a.b",  "a-.b",	"a_b.c",   "a.1",   "192.0.2.1",
					  "a.b c", "a.b\n",	"*.a.com", "[a.b]", "ä.example"};
	char label[70];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_is_fqdn(span(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_is_fqdn(span(bad[i])));
	memset(label, 'a', 64);
	memcpy(label + 64, ".b", 3);
	assert_false(text_is_fqdn(span(label)));
	assert_true(text_is_fqdn(span(label + 1)));
}

static void addresses_round_trip(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {{"192.0.2.10", "192.0.2.10"},
		 {"2001:DB8:0:0::10", "2001:db8::10"},
		 {"::1", "::1"},
		 {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}};
	static const char *const bad[] = {"",	      "192.0.2",  "192.0.2.1.",	  "192.0.2.256",
					  "[::1]",    "::1%eth0", "192.0.2.1/24", "0x7f.1",
					  " 1.2.3.4", "1.2.3.4 ", "fe80::1::2"};
	char out[IPADDR_STRLEN];
	struct ipaddr a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_true(ipaddr_parse(t[i].in, strlen(t[i].in), &a));
		assert_string_equal(ipaddr_format(&a, out), t[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ipaddr_parse(bad[i], strlen(bad[i]), &a));
	assert_false(ipaddr_parse("1.2.3.4\0", 8, &a));
}

static struct ipaddr addr(const char *s)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(s, strlen(s), &a));
	return a;
}

static void loopback_any_and_order(void **state)
{
	struct ipaddr a = addr("127.9.9.9"), b = addr("::1"), c = addr("::ffff:127.0.0.1"),
		      d = addr("192.0.2.1"), e = addr("::"), f = addr("0.0.0.0"),
		      g = addr("::ffff:192.0.2.1");

	(void)state;
	assert_true(ipaddr_is_loopback(&a) && ipaddr_is_loopback(&b) && ipaddr_is_loopback(&c));
	assert_false(ipaddr_is_loopback(&d) || ipaddr_is_loopback(&e) || ipaddr_is_loopback(&g));
	assert_true(ipaddr_is_any(&e) && ipaddr_is_any(&f));
	assert_false(ipaddr_is_any(&d) || ipaddr_is_any(&(struct ipaddr){0}));
	assert_false(ipaddr_equal(&d, &g));
	assert_true(ipaddr_compare(&d, &g) < 0);
}

static void unicast(void **state)
{
	static const char *const good[] = {"192.0.2.1", "223.255.255.255", "2001:db8::1",
					   "fe80::1"};
	static const char *const bad[] = {
		"0.0.0.0",	   "::",      "127.0.0.1",	 "::1", "224.0.0.1", "240.0.0.1",
		"255.255.255.255", "ff02::1", "::ffff:192.0.2.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ipaddr_is_unicast((struct ipaddr[]){addr(good[i])}));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ipaddr_is_unicast((struct ipaddr[]){addr(bad[i])}));
}

static void nowhere_addresses_parse(void **state)
{
	struct ipaddr a = addr(IPADDR_NOWHERE4), b = addr(IPADDR_NOWHERE6);

	(void)state;
	assert_int_equal(a.family, 4);
	assert_int_equal(b.family, 6);
}

static void a_mark_is_found_again(void **state)
{
	struct pool p = POOL_INIT;
	struct span who = {NULL, 0};
	const char *line = mark_line(&p, "#", "mail-mta", NULL);

	(void)state;
	assert_true(mark_find(span(line), &who));
	assert_true(text_equal(who, "mail-mta"));
	assert_true(mark_find(span(pool_printf(&p, "a = b\n%s\nc = d\n", line)), &who));
	assert_true(mark_find(
		span(pool_printf(&p, "%s\r\n", mark_line(&p, "dnl #", "m4", "/etc/y"))), &who));
	assert_true(text_equal(who, "m4"));
	assert_true(mark_find(span(mark_line(&p, "//", "x", "/etc/y")), &who));
	assert_true(text_equal(who, "x"));
	pool_release(&p);
}

/* An admin may write about us, and may shorten our line. */
static void what_is_no_mark(void **state)
{
	static const char *const texts[] = {
		"",
		"# mta-stack wrote this",
		"# mta-stack wrote this for the resource mail-mta",
		"# mta-stack wrote this for the resource mail-mta\n; x",
		"# see: mta-stack wrote this for the resource x; and so on",
		"mta-stack wrote this for the resource x; and so on",
		"  mta-stack wrote this for the resource x; and so on",
	};
	struct span who = {NULL, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(mark_find(span(texts[i]), &who));
	assert_null(who.at);
}

/* The words, each in <>; or the reason. */
static void splits(const char *line, const char *want)
{
	struct pool p = POOL_INIT;
	const char *const *words;
	const char *reason;
	char got[256] = "";
	size_t at = 0;

	if (!words_split(&p, line, &words, &reason))
		(void)snprintf(got, sizeof(got), "%s", reason);
	else
		for (size_t i = 0; words[i] != NULL; i++)
			at += (size_t)snprintf(got + at, sizeof(got) - at, "<%s>", words[i]);
	assert_string_equal(got, want);
	assert_true(pool_ok(&p));
	pool_release(&p);
}

static void words_of_a_command(void **state)
{
	char many[2 * WORDS_MAX + 3] = "";

	(void)state;
	splits("dbmbuild", "<dbmbuild>");
	splits("  /usr/lib/pp/dbmbuild\t-n  tables ", "</usr/lib/pp/dbmbuild><-n><tables>");
	splits("a 'b c' \"d e\" f'g h'i", "<a><b c><d e><fg hi>");
	splits("'' \"\"", "<><>");
	splits("a\\ b '\\' \"\\\"\" \\\\", "<a b><\\><\"><\\>");
	splits("a;b $(c) *?", "<a;b><$(c)><*?>");
	splits("a\\", "<a\\>");
	splits("", "it is empty");
	splits(" \n\t", "it is empty");
	splits("a 'b", "a quote is not closed");
	splits("a \"b'", "a quote is not closed");
	splits("a 'b\nc'", "it has a control character");
	splits("a\001", "it has a control character");
	for (size_t i = 0; i < WORDS_MAX; i++)
		memcpy(many + 2 * i, "a ", 2);
	splits(many, "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
		     "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>");
	memcpy(many + 2 * WORDS_MAX, "a", 1);
	splits(many, "it has too many words");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_with_and_without_the_last_newline),
		cmocka_unit_test(line_numbers),
		cmocka_unit_test(line_numbers_among_any_bytes),
		cmocka_unit_test(plain_bytes_are_skipped),
		cmocka_unit_test(alike_texts_have_one_hash),
		cmocka_unit_test(trimming),
		cmocka_unit_test(fqdn),
		cmocka_unit_test(words_of_a_command),
		cmocka_unit_test(addresses_round_trip),
		cmocka_unit_test(loopback_any_and_order),
		cmocka_unit_test(unicast),
		cmocka_unit_test(nowhere_addresses_parse),
		cmocka_unit_test(a_mark_is_found_again),
		cmocka_unit_test(what_is_no_mark),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
