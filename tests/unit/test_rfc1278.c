/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rfc1278: mta/x400/rfc1278.h on addresses found in RFC 1278, in tables of UCL PP and of
 * today's systems, and on what is none.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "mta/x400/rfc1278.h"

static struct span span(const char *s)
{
	return (struct span){s, strlen(s)};
}

static struct rfc1278 good(const char *text)
{
	struct rfc1278 r;
	const char *reason = "";

	if (!rfc1278_parse(span(text), &r, &reason))
		fail_msg("%s: %s", text, reason);
	return r;
}

static void bad(const char *text, const char *why)
{
	struct rfc1278 r = {.n_nets = 77};
	const char *reason = "";

	if (rfc1278_parse(span(text), &r, &reason))
		fail_msg("%s: parses", text);
	assert_string_equal(reason, why);
	assert_int_equal(r.n_nets, 77);
}

static void is(struct span s, const char *text)
{
	if (!text_equal(s, text))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, s.at, text);
}

static void net_is(const struct rfc1278_net *n, enum rfc1278_kind kind, const char *host,
		   unsigned port, const char *addr)
{
	char text[IPADDR_STRLEN];

	assert_int_equal(n->kind, kind);
	is(n->host, host);
	assert_int_equal(rfc1278_port(n), port);
	assert_string_equal(ipaddr_format(&n->addr, text), addr);
}

static void octets_are(const struct rfc1278_selector *s, const char *bytes, size_t len)
{
	uint8_t out[RFC1278_SELECTOR_MAX];
	size_t n = 99;

	assert_true(rfc1278_octets(s, out, &n));
	assert_int_equal(n, len);
	assert_memory_equal(out, bytes, len);
}

/* The pieces put together again in the order of the grammar are the text: nothing got lost. */
static void lossless(const char *text)
{
	struct rfc1278 r = good(text);
	const struct rfc1278_selector *sels[] = {&r.p, &r.s, &r.t};
	char again[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < 3; i++)
		if (sels[i]->spelling != RFC1278_ABSENT)
			at += (size_t)snprintf(again + at, sizeof(again) - at, "%.*s/",
					       (int)sels[i]->raw.len, sels[i]->raw.at);
	for (size_t i = 0; i < r.n_nets; i++)
		at += (size_t)snprintf(again + at, sizeof(again) - at, "%.*s%.*s",
				       (int)r.nets[i].raw.len, r.nets[i].raw.at,
				       i + 1 < r.n_nets ? 1 : 0,
				       r.nets[i].raw.at + r.nets[i].raw.len);
	assert_string_equal(again, text);
}

static void examples_of_the_rfc(void **state)
{
	struct rfc1278 r;

	(void)state;
	r = good("\"256\"/NS+a433bb93c1_NS+aa3106");
	assert_int_equal(r.n_nets, 2);
	assert_int_equal(r.nets[0].kind, RFC1278_NSAP);
	assert_int_equal(r.nets[1].kind, RFC1278_NSAP);
	is(r.nets[1].raw, "NS+aa3106");
	octets_are(&r.t, "256", 3);
	assert_int_equal(r.s.spelling, RFC1278_ABSENT);
	assert_int_equal(r.p.spelling, RFC1278_ABSENT);

	r = good("#63/#41/#12/X121+234219200300");
	octets_are(&r.p, "\0\x3f", 2);
	octets_are(&r.s, "\0\x29", 2);
	octets_are(&r.t, "\0\x0c", 2);
	assert_int_equal(r.nets[0].kind, RFC1278_OSI);
	assert_false(rfc1278_over_tcp(&r.nets[0]));

	r = good("'3a'H/TELEX+00728722+X.25(80)+02+00002340555+CUDF+892796");
	octets_are(&r.t, "\x3a", 1);
	assert_int_equal(r.nets[0].kind, RFC1278_OSI);

	r = good("TELEX+00728722+RFC-1006+03+10.0.0.6");
	assert_int_equal(r.t.spelling, RFC1278_ABSENT);
	net_is(&r.nets[0], RFC1278_TCP, "10.0.0.6", 102, "10.0.0.6");
	assert_true(rfc1278_over_tcp(&r.nets[0]));
}

static void lines_from_the_field(void **state)
{
	struct rfc1278 r;

	(void)state;
	r = good("\"591\"/Internet=bells");
	net_is(&r.nets[0], RFC1278_TCP, "bells", 102, "");
	octets_are(&r.t, "591", 3);

	r = good("\"591\"/Internet=128.102.128.5");
	net_is(&r.nets[0], RFC1278_TCP, "128.102.128.5", 102, "128.102.128.5");

	r = good("\"400\"/X121+23421920030013|X121+23421920030045");
	assert_int_equal(r.n_nets, 2);
	assert_int_equal(r.nets[0].kind, RFC1278_OSI);

	r = good("TELEX+00737346+RFC-1006+03+128.243.20.197");
	net_is(&r.nets[0], RFC1278_TCP, "128.243.20.197", 102, "128.243.20.197");

	r = good("#1001/Internet=pickle+18000");
	net_is(&r.nets[0], RFC1278_TCP, "pickle", 18000, "");
	octets_are(&r.t, "\x03\xe9", 2);

	r = good("\"3001\"/URI+0000+URL+itot://192.168.22.186:3001");
	net_is(&r.nets[0], RFC1278_ITOT, "192.168.22.186", 3001, "192.168.22.186");
	is(r.nets[0].port, "3001");
}

static void forms_of_a_network_address(void **state)
{
	struct rfc1278 r;

	(void)state;
	r = good("localTCP=192.0.2.7+103+1");
	net_is(&r.nets[0], RFC1278_TCP, "192.0.2.7", 103, "192.0.2.7");
	assert_true(rfc1278_over_tcp(&r.nets[0]));
	r = good("TCP=192.0.2.7+103+2"); /* UDP */
	assert_false(rfc1278_over_tcp(&r.nets[0]));
	r = good("TELEX+00728722+RFC-1006+05+mta.remote.example+102+1");
	net_is(&r.nets[0], RFC1278_TCP, "mta.remote.example", 102, "");
	r = good("URI+0000+URL+itot://mta.remote.example");
	net_is(&r.nets[0], RFC1278_ITOT, "mta.remote.example", 102, "");
	r = good("URI+0000+URL+itot://[2001:db8::7]:102");
	net_is(&r.nets[0], RFC1278_ITOT, "[2001:db8::7]", 102, "2001:db8::7");
	r = good("Janet=00002340555+CUDF+892796");
	assert_int_equal(r.nets[0].kind, RFC1278_MACRO);
	r = good("Site-Net=192.0.2.7"); /* who knows what that is */
	net_is(&r.nets[0], RFC1278_MACRO, "", 102, "");
	assert_false(rfc1278_over_tcp(&r.nets[0]));
}

/* An IPv4 address inside of an NSAP, as RFC 1277 puts it there, is seen. */
static void addresses_in_digits(void **state)
{
	struct rfc1278 r;

	(void)state;
	r = good("NS+540072872203128243020197");
	net_is(&r.nets[0], RFC1278_NSAP, "", 102, "128.243.20.197");
	r = good("NS+54.00728722.03.128243020197.00102");
	net_is(&r.nets[0], RFC1278_NSAP, "", 102, "128.243.20.197");
	r = good("5400728722+03128243020197");
	net_is(&r.nets[0], RFC1278_IDP, "", 102, "128.243.20.197");
	r = good("TELEX+00728722+d03128243020197");
	net_is(&r.nets[0], RFC1278_OSI, "", 102, "128.243.20.197");
	r = good("NS+540072872203128243020297"); /* 297 is no octet */
	net_is(&r.nets[0], RFC1278_NSAP, "", 102, "");
	r = good("NS+470072872203128243020197"); /* another authority's digits */
	net_is(&r.nets[0], RFC1278_NSAP, "", 102, "");
	assert_false(rfc1278_over_tcp(&r.nets[0]));
}

/* Each kind of network and of what follows it parses, whole, and is not taken for TCP. */
static void networks_that_are_not_tcp(void **state)
{
	static const char *const afis[] = {"X121", "DCC", "TELEX", "PSTN", "ISDN", "ICD", "LOCAL"};
	static const char *const dsps[] = {"",
					   "+d0123",
					   "+xab01",
					   "+lMTA",
					   "+X.25(80)+02+00002340555",
					   "+X.25(80)+02+00002340555+CUDF+892796",
					   "+ECMA-117-Binary+0001+000000001234+01",
					   "+ECMA-117-Decimal+001+1234+1"};
	char text[128];

	(void)state;
	for (size_t a = 0; a < sizeof(afis) / sizeof(afis[0]); a++)
		for (size_t d = 0; d < sizeof(dsps) / sizeof(dsps[0]); d++) {
			struct rfc1278 r;

			(void)snprintf(text, sizeof(text), "\"7\"/%s+234219%s", afis[a], dsps[d]);
			r = good(text);
			assert_int_equal(r.n_nets, 1);
			assert_int_equal(r.nets[0].kind, RFC1278_OSI);
			assert_false(rfc1278_over_tcp(&r.nets[0]));
			lossless(text);
		}
}

/* Both separators, in one address, between all kinds. */
static void several_networks(void **state)
{
	static const char text[] =
		"#63/\"a\"/'07'H/Internet=192.0.2.7_X121+234|NS+aa31_URI+0000+URL+itot://[::2]:"
		"103|TELEX+00737346+RFC-1006+03+mta.remote.example+17003+1_5400728722+03aa|My-Net="
		"1";
	static const enum rfc1278_kind kinds[] = {RFC1278_TCP,	RFC1278_OSI, RFC1278_NSAP,
						  RFC1278_ITOT, RFC1278_TCP, RFC1278_IDP,
						  RFC1278_MACRO};
	struct rfc1278 r = good(text);

	(void)state;
	assert_int_equal(r.n_nets, sizeof(kinds) / sizeof(kinds[0]));
	for (size_t i = 0; i < r.n_nets; i++)
		assert_int_equal(r.nets[i].kind, kinds[i]);
	net_is(&r.nets[3], RFC1278_ITOT, "[::2]", 103, "::2");
	net_is(&r.nets[4], RFC1278_TCP, "mta.remote.example", 17003, "");
	is(r.nets[4].tset, "1");
	lossless(text);
}

/* Keywords are the same in upper and lower case; hosts stay as they are written. */
static void case_of_keywords(void **state)
{
	struct rfc1278 r;

	(void)state;
	r = good("INTERNET=Mta.Remote.Example");
	net_is(&r.nets[0], RFC1278_TCP, "Mta.Remote.Example", 102, "");
	r = good("telex+00728722+rfc-1006+03+192.0.2.7");
	net_is(&r.nets[0], RFC1278_TCP, "192.0.2.7", 102, "192.0.2.7");
	r = good("ns+AA31");
	assert_int_equal(r.nets[0].kind, RFC1278_NSAP);
	r = good("uri+0000+url+ITOT://192.0.2.7");
	net_is(&r.nets[0], RFC1278_ITOT, "192.0.2.7", 102, "192.0.2.7");
}

static void selectors_in_all_spellings(void **state)
{
	struct rfc1278 a = good("\"NCOSTEST\"/Internet=a"), b = good("'4E434F5354455354'H/TCP=b"),
		       number = good("#591/Internet=a"), hex = good("'024f'H/Internet=a"),
		       text = good("\"591\"/Internet=a"), empty = good("/Internet=a"),
		       quoted = good("\"\"/Internet=a"), none = good("Internet=a"),
		       nothing = good("''H/Internet=a");

	(void)state;
	assert_true(rfc1278_same(&a.t, &b.t));
	octets_are(&number.t, "\x02\x4f", 2);
	assert_true(rfc1278_same(&number.t, &hex.t));
	assert_false(rfc1278_same(&number.t, &text.t));
	assert_int_equal(empty.t.spelling, RFC1278_EMPTY);
	assert_int_equal(none.t.spelling, RFC1278_ABSENT);
	assert_true(rfc1278_same(&empty.t, &none.t));
	assert_true(rfc1278_same(&quoted.t, &empty.t));
	assert_true(rfc1278_same(&nothing.t, &empty.t));
	assert_false(rfc1278_same(&a.t, &empty.t));
	/* upper and lower case are different octets, but not in hexadecimal digits */
	b = good("\"ncostest\"/Internet=a");
	assert_false(rfc1278_same(&a.t, &b.t));
	b = good("'4e434f5354455354'H/Internet=a");
	assert_true(rfc1278_same(&a.t, &b.t));
	/* a quoted selector may hold what would end it elsewhere */
	a = good("\"a/b|c_d\"/Internet=a");
	octets_are(&a.t, "a/b|c_d", 7);
	assert_int_equal(a.n_nets, 1);
}

static void too_long_selectors(void **state)
{
	char text[200];
	uint8_t out[RFC1278_SELECTOR_MAX];
	struct rfc1278 a, b;
	size_t n = 7;

	(void)state;
	(void)snprintf(text, sizeof(text), "\"%064d\"/Internet=a", 1);
	a = good(text);
	assert_true(rfc1278_octets(&a.t, out, &n));
	assert_int_equal(n, 64);
	(void)snprintf(text, sizeof(text), "\"%065d\"/Internet=a", 1);
	b = good(text);
	assert_false(rfc1278_octets(&b.t, out, &n));
	assert_int_equal(n, 64);
	assert_true(rfc1278_same(&b.t, &b.t));
	assert_false(rfc1278_same(&a.t, &b.t));
}

static void nothing_is_lost(void **state)
{
	(void)state;
	lossless("\"256\"/NS+a433bb93c1_NS+aa3106");
	lossless("#63/#41/#12/X121+234219200300");
	lossless("///Internet=a|localTCP=b+1+1_NS+aa");
	lossless("'4E43'H//\"x\"/TELEX+00737346+RFC-1006+03+128.243.20.197+17003+1");
	lossless("\"3001\"/URI+0000+URL+itot://[2001:db8::7]:3001");
}

static void what_is_no_address(void **state)
{
	(void)state;
	bad("", "it is empty");
	bad("\"591\"", "a selector is not followed by /");
	bad("\"591/Internet=a", "a selector's quote is not closed");
	bad("\"591\"/", "a network address is missing");
	bad("#65536/Internet=a", "a selector after # is a number from 0 to 65535");
	bad("#/Internet=a", "a selector after # is a number from 0 to 65535");
	bad("'4E4'H/Internet=a", "a selector in hexadecimal is pairs of digits between ' and 'H");
	bad("'4E'/Internet=a", "a selector in hexadecimal is pairs of digits between ' and 'H");
	bad("'4E'", "a selector in hexadecimal is pairs of digits between ' and 'H");
	bad("1/2/3/4/Internet=a", "it has a character that stands in no network address");
	bad("#1/#2/#3/#4/Internet=a", "it has more than three selectors");
	bad("Internet=a||Internet=b", "a network address is missing");
	bad("Internet=a_", "a network address is missing");
	bad("Internet=", "a host, and after + a port, is expected");
	bad("Internet=my_host", "it is no network address");
	bad("Internet=a+", "a host, and after + a port, is expected");
	bad("Internet=a+70000", "a host, and after + a port, is expected");
	bad("Internet=a+0", "a host, and after + a port, is expected");
	bad("Internet=2001:db8::7", "RFC 1278 has no form for an IPv6 address");
	bad("TELEX+00728722+RFC-1006+3+10.0.0.6", "after RFC-1006, + and two digits are expected");
	bad("TELEX+x", "after the kind of network, + and digits are expected");
	bad("LOCAL+", "after the kind of network, + and digits are expected");
	bad("NS+xyz", "hexadecimal digits are expected after +");
	bad("NS+", "hexadecimal digits are expected after +");
	bad("FOO+12", "it is no known kind of network");
	bad("URI+0000+URL+itot://", "after itot:// a host, and after : a port, is expected");
	bad("URI+0000+URL+itot://[::1", "after itot:// a host, and after : a port, is expected");
	bad("URI+0000+URL+itot://a:0", "after itot:// a host, and after : a port, is expected");
	bad("URI+0000+URL+itot://a:1/x", "after itot:// a host, and after : a port, is expected");
	bad("NS+1_NS+2_NS+3_NS+4_NS+5_NS+6_NS+7_NS+8_NS+9",
	    "it has more network addresses than are allowed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc),
		cmocka_unit_test(lines_from_the_field),
		cmocka_unit_test(forms_of_a_network_address),
		cmocka_unit_test(addresses_in_digits),
		cmocka_unit_test(networks_that_are_not_tcp),
		cmocka_unit_test(several_networks),
		cmocka_unit_test(case_of_keywords),
		cmocka_unit_test(selectors_in_all_spellings),
		cmocka_unit_test(too_long_selectors),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(what_is_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
