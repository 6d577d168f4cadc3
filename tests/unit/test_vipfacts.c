/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vipfacts: what mta-stack-cib says is understood, and nothing else is. */
#include "unit.h"

#include <string.h>

#include "pure/vipfacts.h"

static struct span span(const char *s)
{
	return (struct span){s, strlen(s)};
}

static void all_keys(void **state)
{
	static const char text[] = "format=1\n"
				   "node=node1\n"
				   "cluster=lab\n"
				   "quorate=yes\n"
				   "managed=no\n"
				   "target-role=Started\n"
				   "own=192.0.2.11 node1\n"
				   "finding=something = odd\n"
				   "vip=mail-vip\n"
				   "agent=ocf:heartbeat:IPaddr2\n"
				   "address=192.0.2.10\n"
				   "prefix=24\n"
				   "interface=eth0\n"
				   "active=node1\n"
				   "active=node2\n"
				   "managed=no\n"
				   "target-role=Stopped\n"
				   "why=before mail-mta in group mail\n"
				   "vip=2001:db8::10\n"
				   "address=2001:db8::10\n"
				   "new-key=passed over\n"
				   "own=2001:db8::11 node1\n"
				   "finding=late";
	struct vipfacts f;
	char s[IPADDR_STRLEN];

	(void)state;
	vipfacts_init(&f);
	assert_int_equal(vipfacts_parse(&f, span(text), NULL), 0);
	assert_string_equal(f.node, "node1");
	assert_string_equal(f.cluster, "lab");
	assert_string_equal(f.quorate, "yes");
	assert_string_equal(f.target_role, "Started");
	assert_false(f.managed);
	assert_true(f.has_mode);
	assert_int_equal(f.n_own, 2);
	assert_string_equal(f.own[0].node, "node1");
	assert_string_equal(ipaddr_format(&f.own[1].addr, s), "2001:db8::11");
	assert_int_equal(f.n_findings, 2);
	assert_string_equal(f.findings[0], "something = odd");
	assert_string_equal(f.findings[1], "late");
	assert_int_equal(f.n_vips, 2);
	assert_string_equal(f.vips[0].resource, "mail-vip");
	assert_string_equal(f.vips[0].agent, "ocf:heartbeat:IPaddr2");
	assert_string_equal(ipaddr_format(&f.vips[0].addr, s), "192.0.2.10");
	assert_int_equal(f.vips[0].prefix, 24);
	assert_string_equal(f.vips[0].interface, "eth0");
	assert_int_equal(f.vips[0].n_active, 2);
	assert_string_equal(f.vips[0].active[1], "node2");
	assert_false(f.vips[0].managed);
	assert_string_equal(f.vips[0].target_role, "Stopped");
	assert_string_equal(f.vips[0].why, "before mail-mta in group mail");
	assert_int_equal(f.vips[1].prefix, -1);
	assert_true(f.vips[1].managed);
	assert_null(f.vips[1].agent);
	vipfacts_release(&f);
}

static void nothing_is_no_fact(void **state)
{
	struct vipfacts f;

	(void)state;
	vipfacts_init(&f);
	assert_int_equal(vipfacts_parse(&f, span(""), NULL), 0);
	assert_int_equal(f.n_vips, 0);
	assert_true(f.managed);
	assert_false(f.has_mode);
	assert_null(f.quorate);
	vipfacts_release(&f);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"format=2\n", "line 1: a format other than 1"},
		{"format=1\nno key here\n", "line 2: not key=value"},
		{"=x\n", "line 1: not key=value"},
		{"vip=\n", "line 1: vip: no id"},
		{"vip=a\naddress=192.0.2\n", "line 2: address: no address"},
		{"vip=a\naddress=192.0.2.1\nprefix=x\n", "line 3: prefix: no number"},
		{"vip=a\naddress=192.0.2.1\nprefix=\n", "line 3: prefix: no number"},
		{"vip=a\naddress=192.0.2.1\nprefix=129\n", "line 3: prefix: more than"},
		{"own=node1\n", "line 1: own: no address"},
		{"vip=a\nwhy=b\n", "a has no address"},
		{"vip=a\tb\n", "line 1: a control character"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vipfacts f;
		struct diag d = {0};

		vipfacts_init(&f);
		assert_int_equal(vipfacts_parse(&f, span(bad[i].text), &d), -1);
		assert_int_equal(d.code, EX_FAILED);
		if (strstr(d.text, bad[i].why) == NULL)
			fail_msg("'%s' does not say '%s'", d.text, bad[i].why);
		vipfacts_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_keys),
		cmocka_unit_test(nothing_is_no_fact),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("vipfacts", tests, NULL, NULL);
}
