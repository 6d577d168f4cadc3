/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_wire: which connections are deliveries that leave from a node's address: by made-up lists,
 * and with real sockets in a network namespace of its own (skipped without the right to make one).
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/leak.h"
#include "effects/procfs.h"
#include "effects/sockdiag.h"
#include "effects/spawn.h"

static struct sockets all = SOCKETS_INIT;
static struct leaks found = LEAKS_INIT;
static struct diag diag;
static bool own_network;
static char self[PROCFS_PROGRAM_MAX];

static struct ipaddr addr(const char *text)
{
	struct ipaddr a = {0};

	assert_true(ipaddr_parse(text, strlen(text), &a));
	return a;
}

/* --- made-up lists ------------------------------------------------------------------------------
 */

static struct wire_socket made(const char *local, uint16_t lport, const char *remote,
			       uint16_t rport)
{
	return (struct wire_socket){addr(local), addr(remote), lport, rport, rport == 0, 7};
}

static bool leaks(const struct wire_socket *sockets, size_t n)
{
	const struct ipaddr own[] = {addr("192.0.2.10"), addr("192.0.2.11"), addr("2001:db8::11")};
	const struct wire_view v = {sockets, n, {addr("192.0.2.10"), addr("2001:db8::10")}, own, 3};

	return wire_leaks(&v, &sockets[0]);
}

static void what_leaks(void **state)
{
	static const struct {
		const char *local;
		uint16_t lport;
		const char *remote;
		uint16_t rport;
		bool leaks;
	} cases[] = {
		{"192.0.2.11", 40000, "198.51.100.25", 25, true},
		{"192.0.2.11", 40000, "198.51.100.25", 2525, true},
		{"2001:db8::11", 40000, "2001:db8:1::25", 25, true},
		{"192.0.2.10", 40000, "198.51.100.25", 25, false},
		{"2001:db8::10", 40000, "2001:db8:1::25", 25, false},
		{"127.0.0.1", 40000, "127.0.0.1", 10024, false}, /* a filter */
		{"::1", 40000, "::1", 10024, false},
		{"192.0.2.11", 40000, "192.0.2.10", 25, false}, /* stays here */
		{"192.0.2.11", 40000, "192.0.2.2", 53, false},	/* a look-up */
		{"192.0.2.11", 40000, "192.0.2.3", 389, false},
		{"192.0.2.11", 40000, "192.0.2.3", 5432, false},
		{"0.0.0.0", 25, "0.0.0.0", 0, false}, /* listens */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct wire_socket s =
			made(cases[i].local, cases[i].lport, cases[i].remote, cases[i].rport);

		if (leaks(&s, 1) != cases[i].leaks)
			fail_msg("%s:%u > %s:%u: leaks %d", cases[i].local, cases[i].lport,
				 cases[i].remote, cases[i].rport, !cases[i].leaks);
	}
}

static void what_others_opened_is_no_leak(void **state)
{
	static const struct {
		const char *listens;
		uint16_t port;
		bool leaks;
	} cases[] = {
		{"0.0.0.0", 25, false},	  {"::", 25, false},	    {"192.0.2.11", 25, false},
		{"192.0.2.10", 25, true}, {"192.0.2.11", 26, true}, {"127.0.0.1", 25, true},
	};
	const struct wire_socket v6 = made("2001:db8::11", 25, "2001:db8:1::25", 40000);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct wire_socket two[] = {
			made("192.0.2.11", 25, "198.51.100.25", 40000),
			made(cases[i].listens, cases[i].port,
			     cases[i].listens[0] == ':' ? "::" : "0.0.0.0", 0)};

		if (leaks(two, 2) != cases[i].leaks)
			fail_msg("with a listener on %s port %u", cases[i].listens, cases[i].port);
	}
	assert_true(leaks((struct wire_socket[]){v6, made("0.0.0.0", 25, "0.0.0.0", 0)}, 2));
	assert_false(leaks((struct wire_socket[]){v6, made("::", 25, "::", 0)}, 2));
}

static void who_listens_where(void **state)
{
	const struct wire_socket s = made("192.0.2.10", 102, "0.0.0.0", 0);
	const struct wire_view v = {.sockets = &s, .n = 1};
	const struct ipaddr vip = addr("192.0.2.10"), node = addr("192.0.2.11");

	(void)state;
	assert_true(wire_listens(&v, &vip, 102));
	assert_false(wire_listens(&v, &vip, 25));
	assert_false(wire_listens(&v, &node, 102));
}

static void mapped_addresses_are_ipv4(void **state)
{
	const struct ipaddr mapped = addr("::ffff:192.0.2.11"), plain = addr("192.0.2.11"),
			    six = addr("2001:db8::11");
	struct ipaddr got = wire_address6(mapped.bytes);

	(void)state;
	assert_true(ipaddr_equal(&got, &plain));
	got = wire_address6(six.bytes);
	assert_true(ipaddr_equal(&got, &six));
}

static void formats_both_ends(void **state)
{
	const struct leak v4 = {made("192.0.2.11", 40312, "198.51.100.25", 25), 1};
	const struct leak v6 = {made("2001:db8::11", 40312, "2001:db8:1::25", 25), 1};
	char out[LEAK_TEXT_MAX];

	(void)state;
	assert_string_equal(leak_format(&v4, out), "192.0.2.11:40312 > 198.51.100.25:25");
	assert_string_equal(leak_format(&v6, out), "[2001:db8::11]:40312 > [2001:db8:1::25]:25");
}

/* --- real sockets -------------------------------------------------------------------------------
 */

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

/* There is a station for whatever is called, and it swallows everything: a connection stays on its
 * way. */
static int prepare(void **state)
{
	(void)state;
	own_network = unshare(CLONE_NEWNET) == 0;
	if (own_network)
		sh("ip link set lo up\n"
		   "ip link add lan type veth peer name nobody\n"
		   "ip link set lan up; ip link set nobody up\n"
		   "ip addr add 192.0.2.11/24 dev lan\n"
		   "ip addr add 192.0.2.10/24 dev lan\n"
		   "ip addr add 2001:db8::11/64 dev lan nodad\n"
		   "ip addr add 2001:db8::10/64 dev lan nodad\n"
		   "for a in 192.0.2.98 192.0.2.99 2001:db8::99; do\n"
		   "ip neigh add $a lladdr 02:00:00:00:00:99 dev lan nud permanent\n"
		   "done\n");
	return procfs_program(getpid(), self) ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	sockets_release(&all);
	leaks_release(&found);
	return 0;
}

static int bound_socket(const char *from, uint16_t port)
{
	const bool six = strchr(from, ':') != NULL;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, from,
				   six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
			 1);
	assert_int_equal(bind(fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
			      six ? sizeof(v6) : sizeof(v4)),
			 0);
	return fd;
}

static int call(const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const bool six = strchr(from, ':') != NULL;
	int fd = bound_socket(from, 0), rc;

	(void)inet_pton(six ? AF_INET6 : AF_INET, to,
			six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
	rc = connect(fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
		     six ? sizeof(v6) : sizeof(v4));
	assert_true(rc == 0 || errno == EINPROGRESS);
	return fd;
}

static const struct wire_socket *socket_to(const char *to, uint16_t port)
{
	const struct ipaddr a = addr(to);

	for (size_t i = 0; i < all.n; i++)
		if (!all.items[i].listening && all.items[i].remote_port == port &&
		    ipaddr_equal(&all.items[i].remote, &a))
			return &all.items[i];
	return NULL;
}

static void the_kernel_lists_them(void **state)
{
	int fds[5];
	struct procfs_inodes open = PROCFS_INODES_INIT;
	const struct ipaddr node = addr("192.0.2.11");
	bool listener = false;

	(void)state;
	if (!own_network)
		skip();
	fds[0] = call("192.0.2.11", "192.0.2.99", 25);
	fds[1] = call("2001:db8::10", "2001:db8::99", 26);
	fds[2] = bound_socket("127.0.0.1", 2500);
	assert_int_equal(listen(fds[2], 1), 0);
	fds[3] = call("127.0.0.1", "127.0.0.1", 2500);
	fds[4] = call("::ffff:192.0.2.11", "::ffff:192.0.2.98", 27);
	assert_int_equal(sockets_list(&all, &diag), 0);
	assert_non_null(socket_to("192.0.2.99", 25));
	assert_true(ipaddr_equal(&socket_to("192.0.2.99", 25)->local, &node));
	assert_non_null(socket_to("2001:db8::99", 26));
	assert_non_null(socket_to("127.0.0.1", 2500));
	assert_non_null(socket_to("192.0.2.98", 27)); /* mapped: an IPv6 socket that calls IPv4 */
	assert_true(ipaddr_equal(&socket_to("192.0.2.98", 27)->local, &node));
	for (size_t i = 0; i < all.n; i++)
		listener = listener || (all.items[i].listening && all.items[i].local_port == 2500);
	assert_true(listener);

	assert_int_equal(procfs_sockets(getpid(), &open), 0);
	assert_true(procfs_inodes_have(&open, socket_to("192.0.2.99", 25)->inode));
	assert_false(procfs_inodes_have(&open, 1));
	procfs_inodes_release(&open);
	for (size_t i = 0; i < 5; i++)
		(void)close(fds[i]);
	assert_int_equal(sockets_list(&all, &diag), 0);
	assert_null(socket_to("192.0.2.99", 25));
}

/* What this process, run as a delivery process of `master`, leaks. */
static size_t look(const char *program, pid_t master, bool anywhere)
{
	const char *const programs[] = {"other", program, NULL};
	const struct leak_query q = {
		master, programs, anywhere, {addr("192.0.2.10"), addr("2001:db8::10")}};

	assert_int_equal(leak_look(&q, &found, &diag), 0);
	return found.n;
}

static void a_leak_is_found_and_blamed(void **state)
{
	char text[LEAK_TEXT_MAX];
	int fd;

	(void)state;
	if (!own_network)
		skip();
	assert_int_equal(look(self, getpid(), false), 0);
	fd = call("192.0.2.11", "192.0.2.99", 25);
	assert_int_equal(look(self, getpid(), false), 1);
	assert_int_equal(found.items[0].pid, getpid());
	assert_non_null(strstr(leak_format(&found.items[0], text), " > 192.0.2.99:25"));
	assert_int_equal(look(self, getppid(), false), 1);  /* a child of the master */
	assert_int_equal(look("smtp", getpid(), false), 0); /* another program has it */
	(void)close(fd);
	assert_int_equal(look(self, getpid(), false), 0);
}

static void the_vip_and_this_machine_are_no_leak(void **state)
{
	int fds[4];

	(void)state;
	if (!own_network)
		skip();
	fds[0] = call("192.0.2.10", "192.0.2.99", 25);
	fds[1] = call("2001:db8::10", "2001:db8::99", 25);
	fds[2] = bound_socket("192.0.2.11", 2501);
	assert_int_equal(listen(fds[2], 1), 0);
	fds[3] = call("192.0.2.11", "192.0.2.11", 2501);
	assert_int_equal(look(self, getpid(), false), 0);
	for (size_t i = 0; i < 4; i++)
		(void)close(fds[i]);
}

/* Another MTA's process: the same program, another master. */
static void another_masters_process_is_not_ours(void **state)
{
	int ends[2];
	pid_t other, child;
	char ready;

	(void)state;
	if (!own_network)
		skip();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	other = fork();
	assert_true(other >= 0);
	if (other == 0) {
		for (;;)
			(void)pause();
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)call("192.0.2.11", "192.0.2.99", 25);
		(void)!write(ends[1], "r", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ends[0], &ready, 1), 1);
	assert_int_equal(look(self, other, false), 0);
	assert_int_equal(look(self, other, true), 1);
	assert_int_equal(look(self, getpid(), false), 1);
	assert_int_equal(found.items[0].pid, child);
	(void)kill(other, SIGKILL);
	(void)kill(child, SIGKILL);
	(void)waitpid(other, NULL, 0);
	(void)waitpid(child, NULL, 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(look(self, getpid(), false), 0);
}

static void many_sockets(void **state)
{
	static int fds[2000];
	size_t n = 0;

	(void)state;
	if (!own_network)
		skip();
	while (n < 900 && n < sizeof(fds) / sizeof(fds[0]))
		fds[n++] = call("192.0.2.10", "192.0.2.99", 25);
	fds[n++] = call("192.0.2.11", "192.0.2.99", 25);
	assert_int_equal(look(self, getpid(), false), 1);
	for (size_t i = 0; i < n; i++)
		(void)close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_leaks),
		cmocka_unit_test(what_others_opened_is_no_leak),
		cmocka_unit_test(who_listens_where),
		cmocka_unit_test(mapped_addresses_are_ipv4),
		cmocka_unit_test(formats_both_ends),
		cmocka_unit_test(the_kernel_lists_them),
		cmocka_unit_test(a_leak_is_found_and_blamed),
		cmocka_unit_test(the_vip_and_this_machine_are_no_leak),
		cmocka_unit_test(another_masters_process_is_not_ours),
		cmocka_unit_test(many_sockets),
	};

	return cmocka_run_group_tests_name("wire", tests, prepare, finish);
}
