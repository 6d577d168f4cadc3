/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_names: the names file's grammar. The rule is in test_names_judge.c.
 */
#include "unit.h"

#include <string.h>

#include "data/buf.h"
#include "nameset.h"

static void expect_bad(const char *text, const char *want)
{
	struct diag d = {0};
	size_t before = names.n;

	assert_int_equal(names_parse(&names, (struct span){text, strlen(text)}, "/n", &d), -1);
	assert_int_equal(d.code, EX_INSTALLED);
	assert_string_equal(d.text, want);
	assert_int_equal(names.n, before); /* untouched */
}

static void reads_hosts_format(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment\n"
			       "\n"
			       "  198.51.100.7 \tMX1.remote.example mx1 alias.example # why\r\n"
			       "2001:DB8::25 six.remote.example#glued\n"
			       "192.0.2.1 last.example"), /* no newline */
			 0);
	assert_int_equal(names.n, 3);
	assert_string_equal(find(REMOTE)->host, "MX1.remote.example");
	assert_string_equal(find("2001:db8::25")->host, "six.remote.example");
	assert_string_equal(find("192.0.2.1")->host, "last.example");
	assert_int_equal(find(REMOTE)->origin, NAME_PINNED);
	assert_true(find(REMOTE)->pinned);
	assert_null(find("192.0.2.2"));
	for (size_t i = 1; i < names.n; i++)
		assert_true(ipaddr_compare(&names.items[i - 1].addr, &names.items[i].addr) < 0);
}

static void takes_etc_hosts_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(parse("127.0.0.1\tlocalhost\n"
			       "127.0.1.1\tnode1.example.com node1\n"
			       "::1     localhost ip6-localhost ip6-loopback\n"
			       "fe00::0 ip6-localnet\n"
			       "ff00::0 ip6-mcastprefix\n"
			       "ff02::1 ip6-allnodes\n"
			       "255.255.255.255 broadcasthost\n"
			       "0.0.0.0 blocked.example\n"
			       "fe80::1%lo0 localhost\n"
			       "::1 localhost.localdomain\n"
			       "192.0.2.11 node1.cluster.example node1\n"),
			 0);
	assert_int_equal(names.n, 1);
	assert_string_equal(find("192.0.2.11")->host, "node1.cluster.example");
}

static void reports_path_and_line(void **state)
{
	(void)state;
	expect_bad("\n#\n192.0.2.1 mx\n",
		   "cannot read /n: line 3: mx is no full host name (like mx.example.com)");
	expect_bad("192.0.2.1 mx.example.com.\n", "cannot read /n: line 1: mx.example.com. is no "
						  "full host name (like mx.example.com)");
	expect_bad("192.0.2.1 m_x.example\n", "cannot read /n: line 1: m_x.example is no full "
					      "host name (like mx.example.com)");
	expect_bad("192.0.2.1 192.0.2.1\n", "cannot read /n: line 1: 192.0.2.1 is no full host "
					    "name (like mx.example.com)");
	expect_bad("192.0.2.1\n", "cannot read /n: line 1: no name for 192.0.2.1");
	expect_bad("192.0.2.1 # mx.example.com\n", "cannot read /n: line 1: no name for 192.0.2.1");
	expect_bad("192.0.2.256 mx.example\n", "cannot read /n: line 1: 192.0.2.256 is no IP "
					       "address");
	expect_bad("mx.example 192.0.2.1\n", "cannot read /n: line 1: mx.example is no IP address");
	expect_bad("[192.0.2.1] mx.example\n", "cannot read /n: line 1: [192.0.2.1] is no IP "
					       "address");
	expect_bad("192.0.2.1 mx\033[31m.example\n",
		   "cannot read /n: line 1: mx?[31m.example is no full host name (like "
		   "mx.example.com)");
}

static void one_address_one_name(void **state)
{
	(void)state;
	assert_int_equal(parse("192.0.2.1 a.example\n192.0.2.1 A.EXAMPLE x\n"), 0);
	assert_int_equal(names.n, 1);
	expect_bad("192.0.2.9 z.example\n192.0.2.2 a.example\n192.0.2.3 b.example\n"
		   "192.0.2.2 c.example\n",
		   "cannot read /n: line 4: 192.0.2.2 is named c.example here and a.example "
		   "before");
	expect_bad("192.0.2.1 b.example\n",
		   "cannot read /n: line 1: 192.0.2.1 is named b.example here and a.example "
		   "before");
	/* one name for two addresses is the admin's word, and fine here */
	assert_int_equal(parse("192.0.2.4 d.example\n192.0.2.5 d.example\n"), 0);
}

static void any_bytes(void **state)
{
	static const char zero[] = "192.0.2.1 a\0b.example\n";

	(void)state;
	assert_int_equal(names_parse(&names, (struct span){NULL, 0}, "/n", &diag), 0);
	assert_int_equal(names_parse(&names, (struct span){zero, sizeof(zero) - 1}, "/n", &diag),
			 -1);
	assert_int_equal(names.n, 0);
}

static void many(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) { /* descending, so not already in order */
		unsigned k = 20000 - i;

		buf_addf(&b, "10.%u.%u.%u h%u.example\n", k >> 16, (k >> 8) & 255, k & 255, k);
	}
	assert_int_equal(names_parse(&names, (struct span){b.data, b.len}, "/n", &diag), 0);
	assert_int_equal(names.n, 20000);
	assert_string_equal(find("10.0.1.0")->host, "h256.example");
	assert_string_equal(find("10.0.78.32")->host, "h20000.example");
	buf_release(&b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, nameset_make, nameset_release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reads_hosts_format),
		T(takes_etc_hosts_as_it_is),
		T(reports_path_and_line),
		T(one_address_one_name),
		T(any_bytes),
		T(many),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
