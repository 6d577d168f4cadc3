/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_names_judge: each sentence of the rule in pure/names.h, and what is kept of its verdicts.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "data/buf.h"
#include "nameset.h"

#define HOST	  "mx1.remote.example"
#define MAX_ADDRS 4

static struct names saved;

static int setup(void **state)
{
	names_init(&saved);
	return nameset_make(state);
}

static int teardown(void **state)
{
	names_release(&saved);
	return nameset_release(state);
}

/* An evidence that says: one PTR to HOST, which leads back. Tests spoil one thing each. */
struct seen {
	struct evidence e;
	const char *hosts[3];
	struct ipaddr addrs[MAX_ADDRS];
};

static void seen_good(struct seen *s, const char *addr)
{
	*s = (struct seen){0};
	s->hosts[0] = HOST;
	s->addrs[0] = ip(addr);
	s->e = (struct evidence){
		.addr = ip(addr),
		.reverse = LOOKUP_OK,
		.hosts = s->hosts,
		.n_hosts = 1,
		.forward = LOOKUP_OK,
		.addrs = s->addrs,
		.n_addrs = 1,
	};
}

static const struct name *judge(const struct seen *s, enum names_policy policy)
{
	struct ipaddr own[2] = {ip("192.0.2.10"), ip("2001:db8::10")};
	const struct name *n;

	assert_int_equal(names_judge(&names, &s->e, policy, own, 2, &saved, &diag), 0);
	n = names_find(&names, &s->e.addr);
	assert_non_null(n);
	if (n->origin == NAME_NONE) {
		assert_null(n->host);
		assert_non_null(n->reason);
	} else {
		assert_non_null(n->host);
	}
	return n;
}

static void expect_none(const struct seen *s, const char *reason)
{
	const struct name *n = judge(s, NAMES_PROVEN);

	assert_int_equal(n->origin, NAME_NONE);
	assert_string_equal(n->reason, reason);
}

static void remember(const char *text)
{
	assert_int_equal(names_parse_saved(&saved, (struct span){text, strlen(text)}, &diag), 0);
}

static void proven_when_forward_confirmed(void **state)
{
	const struct name *n;
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.hosts[0] = "MX1.Remote.EXAMPLE";
	n = judge(&s, NAMES_PROVEN);
	assert_int_equal(n->origin, NAME_PROVEN);
	assert_string_equal(n->host, HOST);
	assert_null(n->reason);
	assert_false(n->pinned);
	seen_good(&s, "2001:db8:5::7");
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_PROVEN);
	/* the same address twice is one address */
	seen_good(&s, REMOTE);
	s.addrs[1] = s.addrs[0];
	s.e.n_addrs = 2;
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_PROVEN);
}

static void exactly_one_ptr(void **state)
{
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.hosts[1] = "other.example";
	s.e.n_hosts = 2;
	expect_none(&s, "it has 2 PTR records, not one");
	seen_good(&s, REMOTE);
	s.e.reverse = LOOKUP_NEGATIVE;
	s.e.n_hosts = 0;
	expect_none(&s, "it has no PTR record");
	s.e.reverse = LOOKUP_OK;
	expect_none(&s, "it has no PTR record");
}

static void the_name_is_an_fqdn(void **state)
{
	static const char *const bad[] = {"localhost",	"a_b.example", "192.0.2.1",
					  "-a.example", "a..example",  ""};
	struct seen s;
	char reason[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		seen_good(&s, REMOTE);
		s.hosts[0] = bad[i];
		(void)snprintf(reason, sizeof(reason), "its PTR record %s is no full host name",
			       bad[i]);
		expect_none(&s, reason);
	}
	s.hosts[0] = "a\n\033]0;x.example";
	expect_none(&s, "its PTR record a??]0;x.example is no full host name");
}

static void leads_to_that_address_alone(void **state)
{
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.addrs[1] = ip("198.51.100.8");
	s.e.n_addrs = 2;
	expect_none(&s, "its name " HOST " leads to 198.51.100.8 too");
	s.addrs[1] = ip("2001:db8:5::7"); /* the other family counts */
	expect_none(&s, "its name " HOST " leads to 2001:db8:5::7 too");
	s.addrs[0] = ip("198.51.100.9");
	s.e.n_addrs = 1;
	expect_none(&s, "its name " HOST " leads to 198.51.100.9 instead");
	s.e.forward = LOOKUP_NEGATIVE;
	s.e.n_addrs = 0;
	expect_none(&s, "its name " HOST " has no address in DNS");
	s.e.forward = LOOKUP_OK;
	expect_none(&s, "its name " HOST " has no address in DNS");
}

static void never_to_this_cluster(void **state)
{
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.addrs[1] = ip("2001:db8::10");
	s.e.n_addrs = 2;
	expect_none(&s, "its name " HOST " leads to 2001:db8::10, an address of this cluster");
	seen_good(&s, "192.0.2.10");
	expect_none(&s, "it is an address of this cluster");
	seen_good(&s, "127.0.0.1");
	expect_none(&s, "it is a loopback address");
	/* a pin does not help */
	assert_int_equal(parse("192.0.2.10 pinned.example\n198.51.100.7 mx.example\n"), 0);
	seen_good(&s, "192.0.2.10");
	s.e.reverse = s.e.forward = LOOKUP_NOT_DONE;
	s.e.n_addrs = 0;
	expect_none(&s, "it is an address of this cluster");
	seen_good(&s, REMOTE);
	s.addrs[0] = ip("192.0.2.10");
	expect_none(&s, "its pinned name mx.example leads to 192.0.2.10, an address of this "
			"cluster");
}

static void a_pin_stands_unless_dns_says_no(void **state)
{
	struct seen s;

	(void)state;
	assert_int_equal(parse(REMOTE " Pin.example\n"), 0);
	seen_good(&s, REMOTE);
	s.e.reverse = LOOKUP_NOT_DONE;
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_PINNED);
	assert_string_equal(find(REMOTE)->host, "Pin.example");
	s.e.forward = LOOKUP_TEMPORARY;
	s.e.n_addrs = 0;
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_PINNED);
	s.e.forward = LOOKUP_NOT_DONE;
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_PINNED);
	s.e.forward = LOOKUP_NEGATIVE;
	expect_none(&s, "its pinned name Pin.example has no address in DNS");
	assert_true(find(REMOTE)->pinned);
	s.e.forward = LOOKUP_OK;
	s.addrs[0] = ip("198.51.100.9");
	s.e.n_addrs = 1;
	expect_none(&s, "its pinned name Pin.example leads to 198.51.100.9 instead");
	s.addrs[1] = ip(REMOTE);
	s.e.n_addrs = 2;
	expect_none(&s, "its pinned name Pin.example leads to 198.51.100.9 too");
	/* one family says another address, the other does not answer: that is a definite no */
	s.e.forward = LOOKUP_TEMPORARY;
	expect_none(&s, "its pinned name Pin.example leads to 198.51.100.9 too");
	/* and the pin is not forgotten by all that */
	seen_good(&s, REMOTE);
	assert_int_equal(judge(&s, NAMES_PINNED)->origin, NAME_PINNED);
	assert_string_equal(find(REMOTE)->host, "Pin.example");
}

/* What DNS would say of such a name, the names file says itself. */
static void a_name_is_pinned_once(void **state)
{
	struct seen s;

	(void)state;
	assert_int_equal(parse(REMOTE " pin.example\n198.51.100.9 Pin.Example\n"
				      "198.51.100.10 pin2.example\n"),
			 0);
	seen_good(&s, REMOTE);
	s.e.reverse = s.e.forward = LOOKUP_NOT_DONE;
	s.e.n_addrs = 0;
	expect_none(&s, "its pinned name pin.example is pinned to 198.51.100.9 too");
	s.e.forward = LOOKUP_TEMPORARY;
	expect_none(&s, "its pinned name pin.example is pinned to 198.51.100.9 too");
	s.e.addr = ip("198.51.100.10");
	assert_int_equal(names_judge(&names, &s.e, NAMES_PROVEN, NULL, 0, NULL, &diag), 0);
	assert_int_equal(find("198.51.100.10")->origin, NAME_PINNED);
}

static void policies(void **state)
{
	const struct name *n;
	struct seen s;

	(void)state;
	assert_int_equal(parse(REMOTE " pin.example\n"), 0);
	seen_good(&s, REMOTE);
	n = judge(&s, NAMES_OFF);
	assert_int_equal(n->origin, NAME_NONE);
	assert_string_equal(n->reason, "remote_names=off");
	assert_int_equal(judge(&s, NAMES_PINNED)->origin, NAME_PINNED);
	seen_good(&s, "198.51.100.8");
	n = judge(&s, NAMES_PINNED);
	assert_int_equal(n->origin, NAME_NONE);
	assert_string_equal(n->reason, "no name is pinned for it (remote_names=pinned)");
}

static void not_looked_up(void **state)
{
	struct seen s;

	(void)state;
	remember(REMOTE " " HOST "\n"); /* no memory without a question */
	s = (struct seen){.e = {.addr = ip(REMOTE)}};
	expect_none(&s, "it was not looked up");
	s.e.not_done = "a password depends on it: pin its name";
	expect_none(&s, "a password depends on it: pin its name");
}

static void dns_down_uses_the_saved_name(void **state)
{
	const struct name *n;
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.e.reverse = LOOKUP_TEMPORARY;
	s.e.forward = LOOKUP_NOT_DONE;
	s.e.n_hosts = s.e.n_addrs = 0;
	expect_none(&s, "DNS gave no answer in time");
	remember(REMOTE " " HOST "\n");
	n = judge(&s, NAMES_PROVEN);
	assert_int_equal(n->origin, NAME_SAVED);
	assert_string_equal(n->host, HOST);
	assert_string_equal(n->reason,
			    "DNS gave no answer in time; the name was confirmed earlier");
	/* the forward question alone failed */
	seen_good(&s, REMOTE);
	s.e.forward = LOOKUP_TEMPORARY;
	s.e.n_addrs = 0;
	s.hosts[0] = "MX1.REMOTE.EXAMPLE";
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_SAVED);
	s.e.n_addrs = 1; /* half an answer proves nothing */
	assert_int_equal(judge(&s, NAMES_PROVEN)->origin, NAME_SAVED);
	s.hosts[0] = "new.remote.example";
	expect_none(&s, "its name was " HOST ", is new.remote.example, and DNS gave no answer in "
			"time for that");
	/* a definite no beats the memory */
	s.e.reverse = LOOKUP_NEGATIVE;
	expect_none(&s, "it has no PTR record");
	/* and so does the admin's wish */
	s.e.reverse = LOOKUP_TEMPORARY;
	assert_int_equal(judge(&s, NAMES_PINNED)->origin, NAME_NONE);
}

static void half_an_answer_is_not_proof(void **state)
{
	struct seen s;

	(void)state;
	seen_good(&s, REMOTE);
	s.e.forward = LOOKUP_TEMPORARY; /* A leads back, AAAA is unknown */
	expect_none(&s, "DNS gave no answer in time");
	s.addrs[0] = ip("198.51.100.9");
	expect_none(&s, "its name " HOST " leads to 198.51.100.9 instead");
}

static void saving_and_reading_back(void **state)
{
	struct buf b = BUF_INIT;
	struct seen s;

	(void)state;
	assert_int_equal(parse("192.0.2.99 pinned.example\n"), 0);
	remember("2001:db8:5::9 old.example\n");
	seen_good(&s, REMOTE);
	(void)judge(&s, NAMES_PROVEN);
	seen_good(&s, "2001:db8:5::9");
	s.e.reverse = LOOKUP_TEMPORARY;
	(void)judge(&s, NAMES_PROVEN);
	seen_good(&s, "198.51.100.77");
	s.e.reverse = LOOKUP_NEGATIVE;
	(void)judge(&s, NAMES_PROVEN);
	names_save(&names, &b);
	assert_true(buf_ok(&b));
	assert_non_null(
		strstr(buf_str(&b), "\n" REMOTE "\t" HOST "\n2001:db8:5::9\told.example\n"));
	assert_null(strstr(buf_str(&b), "pinned"));
	names_release(&saved);
	assert_int_equal(names_parse_saved(&saved, (struct span){b.data, b.len}, &diag), 0);
	assert_int_equal(saved.n, 2);
	assert_int_equal(saved.items[0].origin, NAME_SAVED);
	assert_false(saved.items[0].pinned);
	buf_release(&b);
	assert_int_equal(names_parse_saved(&saved, (struct span){"junk\n", 5}, &diag), -1);
	assert_int_equal(diag.code, EX_FAILED);
	assert_string_equal(diag.text,
			    "cannot read the saved names: line 1: junk is no IP address");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(proven_when_forward_confirmed),
		T(exactly_one_ptr),
		T(the_name_is_an_fqdn),
		T(leads_to_that_address_alone),
		T(never_to_this_cluster),
		T(a_pin_stands_unless_dns_says_no),
		T(a_name_is_pinned_once),
		T(policies),
		T(not_looked_up),
		T(dns_down_uses_the_saved_name),
		T(half_an_answer_is_not_proof),
		T(saving_and_reading_back),
	};

	return cmocka_run_group_tests_name("names_judge", tests, NULL, NULL);
}
