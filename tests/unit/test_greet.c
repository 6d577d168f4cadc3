/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_greet: effects/greet.h against a scripted listener on the loopback interface.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/greet.h"

static struct diag diag;
static pid_t listener;
static uint16_t port;

static struct ipaddr ip(const char *s)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(s, strlen(s), &a));
	return a;
}

/* A listening socket on an own port of the loopback address; -1 without IPv6. */
static int listen_on(int af)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	struct sockaddr *at = af == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = af == AF_INET ? sizeof(v4) : sizeof(v6);
	int fd = socket(af, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, at, len) < 0 || listen(fd, 8) < 0 || getsockname(fd, at, &len) < 0) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	port = ntohs(af == AF_INET ? v4.sin_port : v6.sin6_port);
	return fd;
}

/* One conversation: what to say and what to hear in turn. "<" hears a line and wants it to be the
 * rest; "!" waits without a word; "P" says the peer's address; else it is said. */
static int converse(int fd, const char *const *script)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	char text[512];

	for (; *script != NULL; script++) {
		if ((*script)[0] == '!') {
			(void)poll(NULL, 0, 20000);
		} else if ((*script)[0] == 'P') {
			if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0)
				return 1;
			(void)inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, text + 4,
					64);
			memcpy(text, "220 ", 4);
			dprintf(fd, "%s\r\n", text);
		} else if ((*script)[0] == '<') {
			size_t n = 0;

			while (n < sizeof(text) - 1 && read(fd, text + n, 1) == 1)
				if (text[n++] == '\n')
					break;
			text[n] = '\0';
			if (strcmp(text, *script + 1) != 0)
				return 1;
		} else if (send(fd, *script, strlen(*script), MSG_NOSIGNAL) < 0) {
			return 1;
		}
	}
	return 0;
}

/* A child that serves the scripts, one a connection, and exits with 0 if all went as scripted. */
static void serve(int fd, const char *const *const *scripts)
{
	assert_true(fd >= 0);
	listener = fork();
	assert_true(listener >= 0);
	if (listener == 0) {
		int bad = 0;

		(void)signal(SIGPIPE, SIG_IGN);
		for (; *scripts != NULL; scripts++) {
			int c = accept(fd, NULL, NULL);

			bad |= c < 0 || converse(c, *scripts) != 0;
			(void)close(c);
		}
		_exit(bad);
	}
	(void)close(fd);
}

static int listener_status(void)
{
	int status = -1;

	assert_int_equal(waitpid(listener, &status, 0), listener);
	listener = 0;
	return status;
}

static int teardown(void **state)
{
	(void)state;
	if (listener > 0) {
		(void)kill(listener, SIGKILL);
		(void)listener_status();
	}
	return 0;
}

static struct greet_result once(struct greet want, const char *addr, long ms)
{
	struct deadline d = deadline_in_ms(ms);
	struct greet_result r;

	want.addr = ip(addr);
	want.port = port;
	assert_int_equal(greet_once(&want, &d, &r, &diag), 0);
	return r;
}

#define SCRIPTS(...)                                                                               \
	(const char *const *const[])                                                               \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define SCRIPT(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void ready_and_polite(void **state)
{
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET),
	      SCRIPTS(SCRIPT("220-wait", "\r\n220 go\r\n", "<EHLO vip.example\r\n", "250 hi\r\n",
			     "<QUIT\r\n", "221 bye\r\n")));
	r = once((struct greet){.ehlo = "vip.example"}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_READY);
	assert_true(r.connected);
	assert_string_equal(r.text, "250 hi");
	assert_int_equal(listener_status(), 0);
}

static void over_ipv6(void **state)
{
	int fd = listen_on(AF_INET6);
	struct greet_result r;

	(void)state;
	if (fd < 0)
		skip();
	serve(fd, SCRIPTS(SCRIPT("220 six\r\n", "<QUIT\r\n")));
	r = once((struct greet){.source = ip("::1")}, "::1", 5000);
	assert_int_equal(r.end, GREET_READY);
	assert_string_equal(r.text, "220 six");
	assert_int_equal(listener_status(), 0);
}

static void leaves_from_the_source(void **state)
{
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET), SCRIPTS(SCRIPT("P", "<QUIT\r\n")));
	r = once((struct greet){.source = ip("127.0.0.5")}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_READY);
	assert_string_equal(r.text, "220 127.0.0.5");
}

static void source_that_is_not_here(void **state)
{
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET), SCRIPTS(SCRIPT("220 hi\r\n")));
	r = once((struct greet){.source = ip("192.0.2.77")}, "127.0.0.1", 500);
	assert_int_equal(r.end, GREET_NO_SOURCE);
	assert_int_equal(r.error, EADDRNOTAVAIL);
	assert_false(r.connected);
}

static void verdicts(void **state)
{
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET),
	      SCRIPTS(SCRIPT("421 busy\r\n"), SCRIPT("554 not from you\r\n", "<QUIT\r\n"),
		      SCRIPT("HTTP/1.1 400 Bad Request\r\n"), SCRIPT("220-half")));
	r = once((struct greet){0}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_LATER);
	assert_string_equal(r.text, "421 busy");
	r = once((struct greet){0}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_REFUSED);
	r = once((struct greet){0}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_BROKEN);
	r = once((struct greet){0}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_BROKEN);
	assert_string_equal(r.text, "it closed the connection too early");
	assert_int_equal(listener_status(), 0);
	/* and now nobody listens any more */
	r = once((struct greet){0}, "127.0.0.1", 5000);
	assert_int_equal(r.end, GREET_NO_CONNECT);
	assert_int_equal(r.error, ECONNREFUSED);
	assert_string_equal(r.text, "Connection refused");
}

static void silence_ends_at_the_deadline(void **state)
{
	struct deadline all = deadline_in_ms(1500);
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET), SCRIPTS(SCRIPT("!")));
	r = once((struct greet){0}, "127.0.0.1", 300);
	assert_int_equal(r.end, GREET_NO_ANSWER);
	assert_true(r.connected);
	assert_in_range(r.ms, 299, 1000);
	assert_false(deadline_passed(&all));
}

static void a_peer_without_manners_costs_a_second(void **state)
{
	struct deadline all = deadline_in_ms(GREET_COURTESY_MS + 2000);
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET), SCRIPTS(SCRIPT("220 hi\r\n", "<QUIT\r\n", "!")));
	r = once((struct greet){0}, "127.0.0.1", 20000);
	assert_int_equal(r.end, GREET_READY);
	assert_in_range(r.ms, 0, 500);
	assert_false(deadline_passed(&all));
}

static void waits_until_it_is_ready(void **state)
{
	struct deadline d = deadline_in_ms(8000);
	struct greet want = {.addr = ip("127.0.0.1")};
	struct greet_result r;

	(void)state;
	serve(listen_on(AF_INET), SCRIPTS(SCRIPT("421 starting\r\n"), SCRIPT("220-"),
					  SCRIPT("220 now\r\n", "<QUIT\r\n")));
	want.port = port;
	assert_int_equal(greet_wait(&want, &d, &r, &diag), 0);
	assert_string_equal(r.text, "220 now");
	assert_int_equal(listener_status(), 0);
	d = deadline_in_ms(300);
	assert_int_equal(greet_wait(&want, &d, &r, &diag), -1);
	assert_int_equal(diag.code, EX_FAILED);
	assert_non_null(strstr(diag.text, "cannot reach 127.0.0.1 port "));
	assert_non_null(strstr(diag.text, " by SMTP: Connection refused"));
	assert_true(deadline_passed(&d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(ready_and_polite, teardown),
		cmocka_unit_test_teardown(over_ipv6, teardown),
		cmocka_unit_test_teardown(leaves_from_the_source, teardown),
		cmocka_unit_test_teardown(source_that_is_not_here, teardown),
		cmocka_unit_test_teardown(verdicts, teardown),
		cmocka_unit_test_teardown(silence_ends_at_the_deadline, teardown),
		cmocka_unit_test_teardown(a_peer_without_manners_costs_a_second, teardown),
		cmocka_unit_test_teardown(waits_until_it_is_ready, teardown),
	};

	return cmocka_run_group_tests_name("greet", tests, NULL, NULL);
}
