/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_netaddr: the kernel's address list, in a network namespace of its own. Skipped without the
 * right to make one.
 */
#include "unit.h"

#include <sched.h>
#include <string.h>

#include "effects/netaddr.h"
#include "effects/spawn.h"

static struct netaddrs list = NETADDRS_INIT;
static struct diag diag;
static bool own_network;

static void sh(const char *script)
{
	const char *argv[] = {"sh", "-ec", script, NULL};
	struct spawn job = {.argv = argv};
	struct spawn_result r = SPAWN_RESULT_INIT;
	struct deadline d = deadline_in_ms(10000);

	assert_int_equal(spawn_run(&job, &d, &r, &diag), 0);
	if (spawn_expect_zero("sh", &r, &diag) < 0)
		fail_msg("%s: %s", script, diag.text);
	spawn_result_release(&r);
}

static const struct netaddr *find(const char *text)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(text, strlen(text), &a));
	return netaddr_find(&list, &a);
}

static int prepare(void **state)
{
	(void)state;
	own_network = unshare(CLONE_NEWNET) == 0;
	if (own_network)
		sh("ip link set lo up\n"
		   "ip addr add 192.0.2.10/24 dev lo\n"
		   "ip addr add 2001:db8::10/64 dev lo preferred_lft 0\n"
		   "ip link add left type veth peer name right\n"
		   "ip addr add 192.0.2.20/32 peer 192.0.2.21 dev left label left:vip\n"
		   "ip addr add 192.0.2.10/24 dev right\n");
	return 0;
}

static int finish(void **state)
{
	(void)state;
	netaddrs_release(&list);
	return 0;
}

static void lists_all_addresses(void **state)
{
	(void)state;
	if (!own_network)
		skip();
	assert_int_equal(netaddr_list(&list, &diag), 0);
	assert_non_null(find("127.0.0.1"));
	assert_non_null(find("::1"));
	assert_non_null(find("192.0.2.10"));
	assert_int_equal(find("192.0.2.10")->prefix, 24);
	assert_true(netaddr_usable(find("192.0.2.10")));
	assert_string_equal(find("192.0.2.20")->interface, "left");
	assert_null(find("192.0.2.21")); /* the other end's */
	assert_null(find("192.0.2.11"));
	assert_string_equal(find("2001:db8::10")->interface, "lo");
	assert_true(find("2001:db8::10")->deprecated);
	assert_true(netaddr_usable(find("2001:db8::10")));
	assert_false(find("192.0.2.10")->deprecated);
}

static void a_nonlocal_bind_does_not_fool_it(void **state)
{
	(void)state;
	if (!own_network)
		skip();
	sh("echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind; ip route add local 192.0.2.30 dev lo");
	assert_int_equal(netaddr_list(&list, &diag), 0);
	assert_null(find("192.0.2.30"));
	assert_null(find("192.0.2.31"));
}

static void tells_duplicate_address_detection(void **state)
{
	struct deadline d = deadline_in_ms(9000);

	(void)state;
	if (!own_network)
		skip();
	/* both ends are up at once only from here on: detection takes a second or more */
	sh("ip addr add 2001:db8:1::1/64 dev left nodad\n"
	   "ip link set left up; ip link set right up\n"
	   "ip addr add 2001:db8:1::1/64 dev right\n"
	   "ip addr add 2001:db8:1::2/64 dev right\n");
	assert_int_equal(netaddr_list(&list, &diag), 0);
	assert_true(find("2001:db8:1::2")->tentative);
	assert_false(netaddr_usable(find("2001:db8:1::2")));
	/* the usable one of two */
	assert_true(netaddr_usable(find("2001:db8:1::1")));
	assert_string_equal(find("2001:db8:1::1")->interface, "left");
	sh("ip addr del 2001:db8:1::1/64 dev left; ip addr del 2001:db8:1::1/64 dev right\n"
	   "ip addr add 2001:db8:1::3/64 dev right nodad\n"
	   "ip addr add 2001:db8:1::3/64 dev left\n");
	do {
		deadline_nap(&d, 50);
		assert_int_equal(netaddr_list(&list, &diag), 0);
	} while (!deadline_passed(&d) && find("2001:db8:1::2")->tentative);
	assert_true(netaddr_usable(find("2001:db8:1::2")));
	for (bool failed = false; !failed;) {
		assert_false(deadline_passed(&d));
		for (size_t i = 0; i < list.n; i++)
			failed = failed || (list.items[i].dad_failed &&
					    strcmp(list.items[i].interface, "left") == 0 &&
					    !netaddr_usable(&list.items[i]));
		deadline_nap(&d, 50);
		assert_int_equal(netaddr_list(&list, &diag), 0);
	}
}

static void many(void **state)
{
	(void)state;
	if (!own_network)
		skip();
	sh("for i in $(seq 0 1999); do echo addr add 10.9.$((i / 250)).$((i % 250))/32 dev lo; "
	   "done | ip -b "
	   "-");
	assert_int_equal(netaddr_list(&list, &diag), 0);
	assert_non_null(find("10.9.0.0"));
	assert_non_null(find("10.9.7.249"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_all_addresses),
		cmocka_unit_test(a_nonlocal_bind_does_not_fool_it),
		cmocka_unit_test(tells_duplicate_address_detection),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests_name("netaddr", tests, prepare, finish);
}
