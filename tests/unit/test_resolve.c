/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_resolve: effects/resolve.h against a real DNS server (see nameserver.h). Skipped where that
 * cannot be started.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "effects/resolve.h"
#include "nameserver.h"

static struct evidences seen = EVIDENCES_INIT;
static struct diag diag;

static struct ipaddr ip(const char *s)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(s, strlen(s), &a));
	return a;
}

static int finish(void **state)
{
	evidences_release(&seen);
	return nameserver_stop(state);
}

static int setup(void **state)
{
	(void)state;
	if (nameserver_ready())
		nameserver_list("127.0.0.2", "");
	return 0;
}

static const struct evidence *ask_in(const char *addr, const char *pinned, enum resolve_order order,
				     long ms)
{
	struct resolve_question q = {.addr = ip(addr), .pinned = pinned};
	struct deadline d = deadline_in_ms(ms);

	assert_int_equal(resolve_all(&q, 1, order, &d, &seen, &diag), 0);
	assert_int_equal(seen.n, 1);
	assert_true(ipaddr_equal(&seen.items[0].addr, &q.addr));
	return &seen.items[0];
}

static const struct evidence *ask(const char *addr, const char *pinned)
{
	return ask_in(addr, pinned, RESOLVE_DNS, 5000);
}

static void both_ways(void **state)
{
	const struct evidence *e;
	struct ipaddr want;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.7", NULL);
	assert_int_equal(e->reverse, LOOKUP_OK);
	assert_int_equal(e->n_hosts, 1);
	assert_string_equal(e->hosts[0], "mx1.remote.example");
	assert_int_equal(e->forward, LOOKUP_OK);
	assert_int_equal(e->n_addrs, 1);
	assert_true(ipaddr_equal(&e->addrs[0], &e->addr));
	e = ask("2001:db8:5::6", NULL);
	assert_string_equal(e->hosts[0], "six.remote.example");
	assert_int_equal(e->n_addrs, 1);
	assert_true(ipaddr_equal(&e->addrs[0], &e->addr));
	e = ask("198.51.100.8", NULL);
	assert_int_equal(e->n_addrs, 2); /* A and AAAA */
	want = ip("2001:db8:5::8");
	assert_true(ipaddr_equal(&e->addrs[1], &want));
}

static void definite_nos(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.99", NULL); /* no PTR */
	assert_int_equal(e->reverse, LOOKUP_NEGATIVE);
	assert_int_equal(e->forward, LOOKUP_NOT_DONE);
	e = ask("2001:db8::99", NULL);
	assert_int_equal(e->reverse, LOOKUP_NEGATIVE);
	e = ask("198.51.100.21", NULL); /* PTR to a name that is not there */
	assert_int_equal(e->reverse, LOOKUP_OK);
	assert_int_equal(e->forward, LOOKUP_NEGATIVE);
	assert_int_equal(e->n_addrs, 0);
}

static void several_ptrs_are_not_followed(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.20", NULL);
	assert_int_equal(e->reverse, LOOKUP_OK);
	assert_int_equal(e->n_hosts, 2);
	assert_int_equal(e->forward, LOOKUP_NOT_DONE);
	e = ask("198.51.100.23", NULL); /* no FQDN; the search list must not help */
	assert_int_equal(e->n_hosts, 1);
	assert_string_equal(e->hosts[0], "single");
	assert_int_equal(e->forward, LOOKUP_NOT_DONE);
}

static void refusal_is_temporary(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.24", NULL); /* the server refuses what it does not serve */
	assert_int_equal(e->reverse, LOOKUP_OK);
	assert_int_equal(e->forward, LOOKUP_TEMPORARY);
	e = ask("198.51.100.7", "x.refused.test");
	assert_int_equal(e->reverse, LOOKUP_NOT_DONE);
	assert_int_equal(e->forward, LOOKUP_TEMPORARY);
}

static void answers_beyond_one_datagram(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.25", NULL); /* truncated over UDP, then TCP */
	assert_int_equal(e->forward, LOOKUP_OK);
	assert_int_equal(e->n_addrs, 60);
}

static void pinned_names_are_asked_forward(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.7", "mx1.remote.example");
	assert_int_equal(e->reverse, LOOKUP_NOT_DONE);
	assert_int_equal(e->n_hosts, 1);
	assert_int_equal(e->forward, LOOKUP_OK);
	assert_int_equal(e->n_addrs, 1);
	e = ask("198.51.100.7", "alias.remote.example"); /* through a CNAME */
	assert_int_equal(e->forward, LOOKUP_OK);
	assert_true(ipaddr_equal(&e->addrs[0], &e->addr));
	e = ask("198.51.100.7", "no.remote.example");
	assert_int_equal(e->forward, LOOKUP_NEGATIVE);
}

static void the_hosts_file_only_if_the_mta_reads_it(void **state)
{
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	e = ask("198.51.100.40", NULL);
	assert_int_equal(e->reverse, LOOKUP_NEGATIVE);
	e = ask("198.51.100.40", "only.hosts.example");
	assert_int_equal(e->forward, LOOKUP_NEGATIVE);
	for (enum resolve_order order = RESOLVE_DNS_HOSTS; order <= RESOLVE_HOSTS_DNS; order++) {
		e = ask_in("198.51.100.40", NULL, order, 5000);
		assert_int_equal(e->reverse, LOOKUP_OK);
		assert_int_equal(e->n_hosts, 1); /* aliases are no names */
		assert_string_equal(e->hosts[0], "only.hosts.example");
		assert_int_equal(e->forward, LOOKUP_OK);
		assert_int_equal(e->n_addrs, 2);
	}
	/* who comes first is believed */
	e = ask_in("198.51.100.7", NULL, RESOLVE_DNS_HOSTS, 5000);
	assert_string_equal(e->hosts[0], "mx1.remote.example");
	e = ask_in("198.51.100.7", NULL, RESOLVE_HOSTS_DNS, 5000);
	assert_string_equal(e->hosts[0], "inhosts.remote.example");
}

static void dead_dns_is_temporary_and_bounded(void **state)
{
	struct deadline all = deadline_in_ms(2500);
	const struct evidence *e;

	(void)state;
	if (!nameserver_ready())
		skip();
	nameserver_list("127.0.0.3", ""); /* silent */
	e = ask_in("198.51.100.7", NULL, RESOLVE_DNS, 500);
	assert_int_equal(e->reverse, LOOKUP_TEMPORARY);
	assert_int_equal(e->forward, LOOKUP_NOT_DONE);
	e = ask_in("198.51.100.7", "mx1.remote.example", RESOLVE_DNS_HOSTS, 300);
	assert_int_equal(e->forward, LOOKUP_TEMPORARY);
	nameserver_list("127.0.0.9", ""); /* nobody there */
	e = ask_in("198.51.100.7", NULL, RESOLVE_DNS, 500);
	assert_int_equal(e->reverse, LOOKUP_TEMPORARY);
	nameserver_list("", ""); /* none listed: c-ares asks 127.0.0.1 */
	e = ask_in("198.51.100.7", NULL, RESOLVE_DNS, 500);
	assert_int_equal(e->reverse, LOOKUP_TEMPORARY);
	e = ask_in("198.51.100.7", NULL, RESOLVE_DNS, 0); /* no time at all */
	assert_int_equal(e->reverse, LOOKUP_TEMPORARY);
	assert_false(deadline_passed(&all));
}

static void one_of_two_servers_dead(const char *first, const char *second)
{
	struct resolve_question *q = calloc(MANY, sizeof(*q));
	struct deadline d = deadline_in_ms(15000);
	int left;

	assert_non_null(q);
	for (int i = 0; i < MANY; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "10.1.%d.%d", i / 250, i % 250 + 1);
		q[i].addr = ip(text);
	}
	nameserver_list(first, second);
	assert_int_equal(resolve_all(q, MANY, RESOLVE_DNS, &d, &seen, &diag), 0);
	left = deadline_left_ms(&d);
	print_message("# %d addresses, servers %s %s: %d ms\n", MANY, first, second, 15000 - left);
	assert_int_equal(seen.n, MANY);
	for (int i = 0; i < MANY; i++) {
		const struct evidence *e = &seen.items[i];
		char want[32];

		(void)snprintf(want, sizeof(want), "h%d.many.example", i);
		assert_int_equal(e->reverse, LOOKUP_OK);
		assert_string_equal(e->hosts[0], want);
		assert_int_equal(e->forward, LOOKUP_OK);
		assert_int_equal(e->n_addrs, 1);
		assert_true(ipaddr_equal(&e->addrs[0], &q[i].addr));
	}
	assert_true(left > 0);
	free(q);
}

static void a_thousand_addresses(void **state)
{
	(void)state;
	if (!nameserver_ready())
		skip();
	one_of_two_servers_dead("127.0.0.2", "");
	one_of_two_servers_dead("127.0.0.3", "127.0.0.2");
	one_of_two_servers_dead("127.0.0.2", "127.0.0.3");
	one_of_two_servers_dead("127.0.0.9", "127.0.0.2");
}

static void a_thousand_addresses_and_no_server(void **state)
{
	struct resolve_question *q = calloc(MANY, sizeof(*q));
	struct deadline d = deadline_in_ms(1000), all = deadline_in_ms(2000);

	(void)state;
	assert_non_null(q);
	if (!nameserver_ready()) {
		free(q);
		skip();
	}
	for (int i = 0; i < MANY; i++)
		q[i] = (struct resolve_question){ip("198.51.100.7"),
						 i % 2 ? "mx1.remote.example" : NULL};
	nameserver_list("127.0.0.3", "127.0.0.3");
	assert_int_equal(resolve_all(q, MANY, RESOLVE_DNS, &d, &seen, &diag), 0);
	assert_false(deadline_passed(&all));
	for (int i = 0; i < MANY; i++)
		assert_int_equal(i % 2 ? seen.items[i].forward : seen.items[i].reverse,
				 LOOKUP_TEMPORARY);
	free(q);
}

static void name_of(const char *addr, const char *want_name, const char *want_error)
{
	struct deadline d = deadline_in_ms(3000);
	struct ipaddr a = ip(addr);
	char name[RESOLVE_NAME_MAX] = "untouched";
	int got = resolve_name_of(&a, RESOLVE_DNS, &d, name, &diag);

	assert_string_equal(name, want_name);
	assert_int_equal(got, want_error == NULL ? 0 : -1);
	if (want_error != NULL)
		assert_string_equal(diag.text, want_error);
}

static void the_name_of_an_address(void **state)
{
	(void)state;
	if (!nameserver_ready())
		skip();
	name_of("198.51.100.7", "mx1.remote.example", NULL);
	name_of("2001:db8:5::8", "dual.remote.example", NULL); /* others may be behind it too */
	name_of("198.51.100.99", "untouched",
		"cannot confirm a name for 198.51.100.99: it has no PTR record");
	name_of("198.51.100.20", "untouched",
		"cannot confirm a name for 198.51.100.20: it has several PTR records");
	name_of("198.51.100.22", "untouched",
		"cannot confirm a name for 198.51.100.22: the name in its PTR record does not "
		"lead back");
	name_of("198.51.100.23", "untouched",
		"cannot confirm a name for 198.51.100.23: its PTR record is no full host name");
	name_of("198.51.100.24", "untouched",
		"cannot confirm a name for 198.51.100.24: DNS gave no answer in time");
}

#define T(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(both_ways),
		T(definite_nos),
		T(several_ptrs_are_not_followed),
		T(refusal_is_temporary),
		T(answers_beyond_one_datagram),
		T(pinned_names_are_asked_forward),
		T(the_hosts_file_only_if_the_mta_reads_it),
		T(dead_dns_is_temporary_and_bounded),
		T(a_thousand_addresses),
		T(a_thousand_addresses_and_no_server),
		T(the_name_of_an_address),
	};

	return cmocka_run_group_tests_name("resolve", tests, nameserver_start, finish);
}
