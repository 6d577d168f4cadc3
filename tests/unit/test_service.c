/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_service: effects/service.h with an MTA that has no commands but the one that starts it: it
 * is stopped, reloaded and restarted through its process.
 */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/service.h"

static char dir[] = "/tmp/test_service.XXXXXX", pid_file[64], hup_file[64];
static struct diag diag;

/* {config} is the directory. */
static const char *const polite[] = {
	"sh", "-c",
	"cd {config} && (trap 'exit 0' TERM; trap 'echo hup >>hup' HUP; echo $(exec sh -c 'echo "
	"$PPID') >pid; while :; do sleep 0.05; done) >/dev/null 2>&1 &",
	NULL};
static const char *const stubborn[] = {
	"sh", "-c",
	"cd {config} && (trap '' TERM; echo $(exec sh -c 'echo $PPID') >pid; while :; do sleep "
	"0.05; done) >/dev/null 2>&1 &",
	NULL};

/* The first looks rarely whether it has ended, the second does something more when it has. */
static const char *const slow_stop[] = {"sh", "-c", "kill $(cat {config}/pid) && sleep 60", NULL};
static const char *const careful_stop[] = {
	"sh", "-c", "cd {config} && kill $(cat pid) && sleep 0.5 && echo done >hup", NULL};

static const struct backend slow = {
	.title = "Test", .start_argv = polite, .stop_argv = slow_stop, .ends_with_master = true};
static const struct backend careful = {
	.title = "Test", .start_argv = polite, .stop_argv = careful_stop};
static const struct backend restarting = {.title = "Test", .start_argv = polite, .unit = "no.unit"};
static const struct backend signalled = {
	.title = "Test", .start_argv = polite, .reload_signal = SIGHUP};
static const struct backend deaf = {.title = "Test", .start_argv = stubborn};
static const struct ipaddr none = {0};

static struct service service_of(const struct backend *b)
{
	return (struct service){
		.backend = b, .config = dir, .process = {.pid_file = pid_file, .exe = "/bin/sh"}};
}

static int setup_all(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return -1;
	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", dir);
	(void)snprintf(hup_file, sizeof(hup_file), "%s/hup", dir);
	return 0;
}

static int teardown(void **state)
{
	struct deadline d = deadline_in_ms(5000);
	struct service s = service_of(&deaf);

	(void)state;
	(void)service_stop(&s, &d, &diag);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	(void)unlink(pid_file);
	(void)unlink(hup_file);
	return 0;
}

static int teardown_all(void **state)
{
	(void)state;
	return rmdir(dir);
}

static pid_t look(const struct service *s)
{
	pid_t pid = -1;

	assert_int_equal(service_look(s, &pid, &diag), 0);
	return pid;
}

static pid_t start(const struct service *s)
{
	struct deadline d = deadline_in_ms(10000);

	assert_int_equal(service_start(s, &none, &none, &d, &diag), 0);
	assert_true(look(s) > 0);
	return look(s);
}

static void stopped_by_signal(void **state)
{
	struct deadline d = deadline_in_ms(30000);
	struct service s = service_of(&restarting);

	(void)state;
	(void)start(&s);
	assert_int_equal(service_stop(&s, &d, &diag), 0);
	assert_int_equal(look(&s), 0);
	assert_true(deadline_left_ms(&d) > 10000); /* nobody waited for SIGKILL's turn */
}

static void its_stop_is_not_waited_for_when_it_has_ended(void **state)
{
	struct deadline d = deadline_in_ms(30000);
	struct service s = service_of(&slow);

	(void)state;
	(void)start(&s);
	assert_int_equal(service_stop(&s, &d, &diag), 0);
	assert_int_equal(look(&s), 0);
	assert_true(deadline_left_ms(&d) > 20000);
}

static void a_stop_that_does_more_is_waited_for(void **state)
{
	struct deadline d = deadline_in_ms(30000);
	struct service s = service_of(&careful);

	(void)state;
	(void)start(&s);
	assert_int_equal(service_stop(&s, &d, &diag), 0);
	assert_int_equal(access(hup_file, F_OK), 0);
}

static void killed_when_it_will_not(void **state)
{
	struct deadline d = deadline_in_ms(1500);
	struct service s = service_of(&deaf);

	(void)state;
	(void)start(&s);
	assert_int_equal(service_stop(&s, &d, &diag), 0);
	assert_int_equal(look(&s), 0);
}

static void restarted_as_it_cannot_reload(void **state)
{
	struct deadline d = deadline_in_ms(20000);
	struct service s = service_of(&restarting);
	struct service_reload how = {.external = false};
	pid_t first, second;

	(void)state;
	first = start(&s);
	assert_int_equal(service_reload(&s, &how, &d, &diag), 0);
	second = look(&s);
	assert_true(second > 0 && second != first);
	/* no unit of systemd runs it: the same */
	how.external = true;
	assert_int_equal(service_reload(&s, &how, &d, &diag), 0);
	assert_true(look(&s) > 0 && look(&s) != second);
}

static void reloaded_by_signal(void **state)
{
	struct deadline d = deadline_in_ms(10000);
	struct service s = service_of(&signalled);
	const struct service_reload how = {.external = false};
	pid_t pid;

	(void)state;
	pid = start(&s);
	assert_int_equal(service_reload(&s, &how, &d, &diag), 0);
	while (access(hup_file, F_OK) < 0) {
		assert_false(deadline_passed(&d));
		deadline_nap(&d, 10);
	}
	assert_int_equal(look(&s), pid);
}

static void nothing_to_reload(void **state)
{
	struct deadline d = deadline_in_ms(1000);
	struct service s = service_of(&restarting);
	const struct service_reload how = {.external = false};

	(void)state;
	assert_int_equal(service_reload(&s, &how, &d, &diag), -1);
	assert_int_equal(diag.code, EX_NOT_RUNNING);
	assert_string_equal(diag.text, "cannot reload Test: it does not run");
}

/* /run is empty after a boot. */
static void makes_the_directory_of_the_pid_file(void **state)
{
	char top[64], config[80], pid[96];
	struct deadline d = deadline_in_ms(5000);
	struct service s = service_of(&restarting);

	(void)state;
	if (geteuid() != 0)
		skip();
	(void)snprintf(top, sizeof(top), "/run/mta-stack-test.%d", getpid());
	(void)snprintf(config, sizeof(config), "%s/mta", top);
	(void)snprintf(pid, sizeof(pid), "%s/pid", config);
	s.config = config;
	s.process.pid_file = pid;
	assert_int_equal(service_start(&s, &none, &none, &d, &diag), 0);
	assert_int_equal(service_stop(&s, &d, &diag), 0);
	assert_int_equal(unlink(pid), 0);
	assert_int_equal(rmdir(config), 0);
	assert_int_equal(rmdir(top), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(makes_the_directory_of_the_pid_file, teardown),
		cmocka_unit_test_teardown(stopped_by_signal, teardown),
		cmocka_unit_test_teardown(its_stop_is_not_waited_for_when_it_has_ended, teardown),
		cmocka_unit_test_teardown(a_stop_that_does_more_is_waited_for, teardown),
		cmocka_unit_test_teardown(killed_when_it_will_not, teardown),
		cmocka_unit_test_teardown(restarted_as_it_cannot_reload, teardown),
		cmocka_unit_test_teardown(reloaded_by_signal, teardown),
		cmocka_unit_test_teardown(nothing_to_reload, teardown),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
