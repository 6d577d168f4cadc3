/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opensmtpd: what golden cases do not show: the process, the port, pins, places to call. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "mta/backend.h"

static int run(struct scan *s, const char *conf)
{
	const struct backend *b = backend_find("opensmtpd");
	struct diag d;

	assert_non_null(b);
	scan_init(s, b->default_config);
	assert_int_equal(b->scan(s, &d), 0);
	assert_int_equal(s->n_files, 1);
	assert_string_equal(s->files[0].path, "/etc/smtpd.conf");
	s->files[0].state = FILE_LOADED;
	s->files[0].bytes = (struct span){conf, strlen(conf)};
	scan_restart(s);
	return b->scan(s, &d);
}

static void the_process_heads_a_family(void **state)
{
	const struct backend *b = backend_find("opensmtpd");
	struct scan s;

	(void)state;
	assert_int_equal(run(&s, ""), 0);
	assert_string_equal(s.process.exe, "/usr/sbin/smtpd");
	assert_string_equal(s.process.pid_file, "/var/run/smtpd.pid");
	assert_true(s.process.heads_family);
	assert_false(s.process.pid_file_locked);
	assert_int_equal(s.lookup, RESOLVE_DNS_HOSTS);
	scan_release(&s);
	assert_null(b->stop_argv);
	assert_null(b->reload_argv);
	assert_int_equal(b->reload_signal, 0);
	assert_string_equal(b->unit, "opensmtpd.service");
}

static int port_of(const char *conf)
{
	struct scan s;
	int port;

	assert_int_equal(run(&s, conf), 0);
	port = s.process.port;
	scan_release(&s);
	return port;
}

static void the_port_is_one_that_is_open_to_the_network(void **state)
{
	(void)state;
	assert_int_equal(port_of(""), 0);
	assert_int_equal(port_of("listen on localhost\nlisten on lo\nlisten on ::1\n"), 0);
	assert_int_equal(port_of("listen on socket\n"), 0);
	assert_int_equal(port_of("listen on 0.0.0.0\n"), 25);
	assert_int_equal(port_of("listen on eth0 port 2525\n"), 2525);
	assert_int_equal(port_of("listen on eth0 port 587 tls auth\nlisten on eth0 tls\n"), 25);
	assert_int_equal(port_of("listen on eth0 smtps pki x\n"), 0);
	assert_int_equal(port_of("listen on eth0 tls smtps pki x\n"), 25);
	assert_int_equal(port_of("listen on eth0 port submission\n"), 587);
	assert_int_equal(port_of("listen on eth0 port 99999\n"), 25);
}

static void secrets_need_a_pin(void **state)
{
	static const struct {
		const char *url;
		bool pin, mute;
		int port;
	} is[] = {
		{"198.51.100.7", false, false, 25},
		{"smtp://198.51.100.7:26", false, false, 26},
		{"smtp+notls://[198.51.100.7]", false, false, 25},
		{"smtp+tls://198.51.100.7", true, false, 25},
		{"smtps://198.51.100.7", true, true, 25},
		{"smtp+tls://us@198.51.100.7:587", true, false, 587},
		{"lmtp://198.51.100.7:24", false, true, 24},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		char conf[200];
		struct scan s;
		size_t n = 0;

		(void)snprintf(conf, sizeof(conf), "action a relay host \"%s\"\n", is[i].url);
		assert_int_equal(run(&s, conf), 0);
		for (size_t k = 0; k < s.n_findings; k++) {
			if (s.findings[k].kind != FIND_REMOTE)
				continue;
			n++;
			assert_int_equal(s.findings[k].pin, is[i].pin);
		}
		assert_int_equal(n, 1);
		assert_int_equal(s.n_calls, 1);
		assert_string_equal(s.calls[0].host, "198.51.100.7");
		assert_int_equal(s.calls[0].mute, is[i].mute);
		assert_int_equal(s.calls[0].port, is[i].port);
		scan_release(&s);
	}
}

static void a_place_found_twice_keeps_its_pin(void **state)
{
	struct scan s;
	size_t n = 0;

	(void)state;
	assert_int_equal(run(&s, "gw = 198.51.100.7\naction a relay host $gw tls\n"
				 "action b relay host $gw\n"),
			 0);
	for (size_t i = 0; i < s.n_findings; i++) {
		if (s.findings[i].kind != FIND_REMOTE)
			continue;
		n++;
		assert_true(s.findings[i].pin);
	}
	assert_int_equal(n, 1);
	scan_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_process_heads_a_family),
		cmocka_unit_test(the_port_is_one_that_is_open_to_the_network),
		cmocka_unit_test(secrets_need_a_pin),
		cmocka_unit_test(a_place_found_twice_keeps_its_pin),
	};

	return cmocka_run_group_tests_name("opensmtpd", tests, NULL, NULL);
}
