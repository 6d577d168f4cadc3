/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_process_kill: the end by force in effects/process.h, of a master's family and nobody else.
 */
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/procfs.h"
#include "master.h"

static void idle(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	for (;;)
		(void)pause();
}

/* A child in the group, one in a group of its own with a child in a session of its own, and one
 * that is orphaned but in the session still. Tells when all are there. */
static void have_family(int tell)
{
	pid_t pid = fork();

	if (pid == 0)
		idle();
	if (fork() == 0) {
		(void)setpgid(0, 0);
		if (fork() == 0) {
			(void)setsid();
			(void)!write(tell, "1", 1);
			idle();
		}
		idle();
	}
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			(void)setpgid(0, 0);
			(void)!write(tell, "2", 1);
			idle();
		}
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
}

/* How many processes of this test are alive besides us. */
static size_t others(void)
{
	struct procfs_stat *all = NULL;
	size_t n = 0, count = 0;

	assert_int_equal(procfs_list(&all, &n), 0);
	for (size_t i = 0; i < n; i++)
		if (all[i].pid != getpid() && all[i].state != 'Z' && procfs_runs(all[i].pid, self))
			count++;
	free(all);
	return count;
}

static void wait_for_others(size_t want)
{
	struct deadline d = deadline_in_ms(5000);

	while (others() != want) {
		assert_false(deadline_passed(&d));
		deadline_nap(&d, 10);
	}
}

static void kills_the_family_and_nobody_else(void **state)
{
	struct deadline d = deadline_in_ms(5000);
	pid_t bystander = fork();

	(void)state;
	if (bystander == 0) {
		(void)setsid();
		idle();
	}
	start_master(FLOCK, have_family);
	wait_for_others(1 + 5);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	assert_false(process_alive(&ref));
	assert_false(deadline_passed(&d));
	assert_int_equal(others(), 1);
	assert_int_equal(kill(bystander, 0), 0);
	assert_int_equal(kill(bystander, SIGKILL), 0);
	assert_int_equal(waitpid(bystander, NULL, 0), bystander);
}

static void kills_what_a_dead_master_left(void **state)
{
	struct deadline d = deadline_in_ms(5000);

	(void)state;
	start_master(FLOCK, have_family);
	wait_for_others(5);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(kill(master, SIGKILL), 0);
	assert_int_equal(waitpid(master, NULL, 0), master);
	master = 0;
	wait_for_others(4);
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	wait_for_others(0);
}

static void kills_a_stopped_one(void **state)
{
	struct deadline d = deadline_in_ms(5000);

	(void)state;
	start_master(FLOCK, have_family);
	wait_for_others(5);
	assert_int_equal(kill(-master, SIGSTOP), 0);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	assert_int_equal(others(), 0);
}

static void keep_forking(int tell)
{
	(void)tell;
	(void)signal(SIGCHLD, SIG_IGN);
	if (fork() == 0)
		for (;;) {
			if (fork() == 0) {
				(void)poll(NULL, 0, 30);
				_exit(0);
			}
			(void)poll(NULL, 0, 3);
		}
}

static void kills_one_that_keeps_forking(void **state)
{
	struct deadline d = deadline_in_ms(8000);

	(void)state;
	start_master(FLOCK, keep_forking);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	wait_for_others(0);
}

static void nothing_to_kill(void **state)
{
	struct process_ref us = {.pid = getpid(), .pidfd = procfs_open(getpid())};
	struct deadline d = deadline_in_ms(1000);

	(void)state;
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0); /* none found */
	assert_int_equal(process_kill_all(&us, &d, &diag), 0);	/* and not ourselves */
	process_ref_release(&us);
	/* a number that somebody else has by now: the start time tells */
	start_master(FLOCK, NULL);
	assert_int_equal(find(self, true), 1);
	{
		pid_t gone = fork();
		struct process_ref old = {
			.pid = master, .leads_group = true, .leads_session = true};

		if (gone == 0)
			_exit(0);
		old.pidfd = procfs_open(gone);
		old.start = ref.start - 1;
		assert_int_equal(waitpid(gone, NULL, 0), gone);
		assert_int_equal(process_kill_all(&old, &d, &diag), 0);
		process_ref_release(&old);
	}
	assert_true(process_alive(&ref));
}

#define T(f) cmocka_unit_test_setup_teardown(f, master_setup, master_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(kills_the_family_and_nobody_else),
		T(kills_what_a_dead_master_left),
		T(kills_a_stopped_one),
		T(kills_one_that_keeps_forking),
		T(nothing_to_kill),
	};

	return cmocka_run_group_tests_name("process_kill", tests, master_prepare, master_finish);
}
