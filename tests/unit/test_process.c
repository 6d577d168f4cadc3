/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_process: how effects/process.h finds and awaits processes that behave as an MTA's daemons
 * do. The end by force is in test_process_kill.c.
 */
#include "unit.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/procfs.h"
#include "master.h"

static void scribble(const char *text)
{
	int fd = open(pid_file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

static void found_by_either_lock(void **state)
{
	(void)state;
	for (enum lock lock = FLOCK; lock <= FCNTL_LOCK; lock++) {
		start_master(lock, NULL);
		assert_int_equal(find(self, true), 1);
		assert_int_equal(ref.pid, master);
		assert_true(process_alive(&ref));
		assert_true(ref.leads_group && ref.leads_session);
		assert_int_equal(find(NULL, true), 1); /* the lock alone will do */
		assert_int_equal(master_teardown(NULL), 0);
	}
}

/* A container's master: seen from here it has another number, the same program, the same file. */
static void a_container_is_another_machine(void **state)
{
	int ends[2];
	char ready = 0;
	pid_t inside = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	master = fork();
	assert_true(master >= 0);
	if (master == 0) {
		if (unshare(CLONE_NEWPID) < 0 || (inside = fork()) < 0)
			_exit(1);
		if (inside == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)write_pid_file(FLOCK);
			(void)!write(ends[1], "r", 1);
			for (;;)
				(void)pause();
		}
		(void)close(ends[1]);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &ready, 1), 1);
	(void)close(ends[0]);
	assert_int_equal(find(self, true), 0);
}

static void not_found_without_lock_or_program(void **state)
{
	(void)state;
	start_master(NO_LOCK, NULL);
	assert_int_equal(find(self, true), 0);
	assert_int_equal(find(self, false), 1);
	assert_int_equal(find("/usr/sbin/nologin", false), 0);
	assert_int_equal(find(NULL, false), -1); /* nothing to know it by */
	assert_int_equal(diag.code, EX_FAILED);
}

static void stale_and_garbled_files(void **state)
{
	static const char *const texts[] = {
		"", "\n", "x", "12x\n", "0\n", "-5\n", "1\n", "99999999999999999999\n", "12 13\n"};
	siginfo_t info;

	(void)state;
	assert_int_equal(find(self, true), 0); /* no file */
	assert_int_equal(find(self, false), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		scribble(texts[i]);
		assert_int_equal(find(self, true), 0);
		assert_int_equal(find(self, false), 0);
	}
	start_master(FLOCK, NULL);
	assert_int_equal(kill(master, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)master, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(find(self, true), 0); /* a zombie is no process */
	assert_int_equal(waitpid(master, NULL, 0), master);
	master = 0;
	assert_int_equal(find(self, true), 0); /* stale */
	assert_int_equal(find(self, false), 0);
}

/* Sendmail writes its command line below its number. */
static void the_first_line_of_the_file_counts(void **state)
{
	char text[64];

	(void)state;
	start_master(NO_LOCK, NULL);
	(void)snprintf(text, sizeof(text), "%d\n/usr/sbin/mta -bd\n", master);
	scribble(text);
	assert_int_equal(find(self, false), 1);
	assert_int_equal(ref.pid, master);
}

static void found_though_the_file_is_spoilt(void **state)
{
	(void)state;
	start_master(FLOCK, NULL);
	scribble("garbage\n");
	assert_int_equal(find(self, true), 1);
	assert_int_equal(ref.pid, master);
	assert_int_equal(unlink(pid_file), 0);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(ref.pid, master);
	scribble("4\n"); /* another file in its place, with another's number */
	assert_int_equal(find(self, true), 1);
	assert_int_equal(ref.pid, master);
	assert_int_equal(find("/usr/sbin/nologin", true), 0);
}

/* The kernel says /run where a configuration says /var/run. */
static void found_through_a_link_to_its_directory(void **state)
{
	char link[64];

	(void)state;
	start_master(FLOCK, NULL);
	(void)snprintf(link, sizeof(link), "%s.link", dir);
	assert_int_equal(symlink(dir, link), 0);
	assert_int_equal(unlink(pid_file), 0);
	(void)snprintf(pid_file, sizeof(pid_file), "%s/master.pid", link);
	assert_int_equal(find(self, true), 1);
	assert_int_equal(ref.pid, master);
	assert_int_equal(unlink(link), 0);
}

static void a_fifo_does_not_hold_us(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(pid_file, 0600), 0);
	assert_int_equal(find(self, true), 0);
}

static void copy_program(const char *from, char ret_copy[80])
{
	int status = -1;
	pid_t pid;

	(void)snprintf(ret_copy, 80, "%s/copy", dir);
	assert_int_equal(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		execl("/bin/cp", "cp", from, ret_copy, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void found_after_an_upgrade(void **state)
{
	char copy[80];

	(void)state;
	copy_program("/bin/sleep", copy);
	master = fork();
	if (master == 0) {
		execl(copy, "sleep", "60", (char *)NULL);
		_exit(127);
	}
	{
		struct deadline d = deadline_in_ms(3000);
		char text[32];

		(void)snprintf(text, sizeof(text), "%d\n", master);
		scribble(text);
		while (find(copy, false) != 1) {
			assert_false(deadline_passed(&d));
			deadline_nap(&d, 10);
		}
	}
	assert_int_equal(unlink(copy), 0);
	assert_int_equal(find(copy, false), 1);
	assert_false(ref.leads_group);
	assert_int_equal(find("/tmp/elsewhere/sleep", false), 0);
}

/* A program whose children run it too, as OpenSMTPD's do; no lock anywhere. */
static void found_as_head_of_the_family(void **state)
{
	static const char script[] = "trap : TERM; \"$0\" -c 'sleep 60; :' & wait; wait";
	char copy[80], text[32] = "";
	const struct process want = {.pid_file = pid_file, .exe = copy, .heads_family = true};
	struct deadline d = deadline_in_ms(3000);
	struct procfs_stat *all = NULL;
	size_t n = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	copy_program("/bin/sh", copy);
	assert_int_equal(process_find(&want, &ref, &diag), 0);
	master = fork();
	if (master == 0) {
		(void)setsid();
		execl(copy, copy, "-c", script, (char *)NULL);
		_exit(127);
	}
	while (process_find(&want, &ref, &diag) != 1) { /* no pid file at all */
		assert_false(deadline_passed(&d));
		deadline_nap(&d, 10);
	}
	assert_int_equal(ref.pid, master);
	assert_int_equal(procfs_list(&all, &n), 0);
	for (size_t i = 0; i < n; i++) /* its child's number in the file, a used one */
		if (all[i].parent == master)
			(void)snprintf(text, sizeof(text), "%d\n", all[i].pid);
	free(all);
	scribble(text);
	assert_int_equal(process_find(&want, &ref, &diag), 1);
	assert_int_equal(ref.pid, master);
	assert_true(process_signal(&ref, SIGCONT));
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	assert_int_equal(process_find(&want, &ref, &diag), 0);
	assert_false(process_signal(&ref, SIGCONT) && process_alive(&ref));
	assert_int_equal(unlink(copy), 0);
}

/* A program that is told from others of its kind by its arguments, as Exim's daemon is; a child
 * that it forked has them too. */
static void found_by_its_argument(void **state)
{
	static const char script[] = "(sleep 60; :) & wait; :";
	char copy[80], text[32] = "";
	struct process want = {.pid_file = pid_file, .exe = copy, .argument = "-bd"};
	struct deadline d = deadline_in_ms(3000);
	struct procfs_stat *all = NULL;
	size_t n = 0, children = 0;

	(void)state;
	copy_program("/bin/sh", copy);
	master = fork();
	if (master == 0) {
		(void)setsid();
		execl(copy, copy, "-c", script, "-bd", (char *)NULL);
		_exit(127);
	}
	while (process_find(&want, &ref, &diag) != 1) {
		assert_false(deadline_passed(&d));
		deadline_nap(&d, 10);
	}
	assert_int_equal(ref.pid, master);
	while (children == 0 && !deadline_passed(&d)) { /* its child's number in the file */
		assert_int_equal(procfs_list(&all, &n), 0);
		for (size_t i = 0; i < n; i++)
			if (all[i].parent == master && procfs_runs(all[i].pid, copy))
				children = (size_t)snprintf(text, sizeof(text), "%d\n", all[i].pid);
		free(all);
	}
	assert_true(children > 0);
	scribble(text);
	assert_int_equal(process_find(&want, &ref, &diag), 1);
	assert_int_equal(ref.pid, master);
	want.argument = "-q";
	assert_int_equal(process_find(&want, &ref, &diag), 0);
	want.argument = "-bd";
	assert_int_equal(process_find(&want, &ref, &diag), 1);
	assert_int_equal(process_kill_all(&ref, &d, &diag), 0);
	assert_int_equal(process_find(&want, &ref, &diag), 0);
	assert_int_equal(unlink(copy), 0);
}

static void waiting(void **state)
{
	struct deadline soon = deadline_in_ms(100), later = deadline_in_ms(5000);

	(void)state;
	start_master(FLOCK, NULL);
	assert_int_equal(find(self, true), 1);
	assert_false(process_wait(&ref, &soon));
	assert_int_equal(kill(master, SIGKILL), 0);
	assert_true(process_wait(&ref, &later));
	assert_false(process_alive(&ref));
	assert_false(deadline_passed(&later));
}

#define T(f) cmocka_unit_test_setup_teardown(f, master_setup, master_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(found_by_either_lock),
		T(a_container_is_another_machine),
		T(not_found_without_lock_or_program),
		T(stale_and_garbled_files),
		T(the_first_line_of_the_file_counts),
		T(found_though_the_file_is_spoilt),
		T(found_through_a_link_to_its_directory),
		T(a_fifo_does_not_hold_us),
		T(found_after_an_upgrade),
		T(found_as_head_of_the_family),
		T(found_by_its_argument),
		T(waiting),
	};

	return cmocka_run_group_tests_name("process", tests, master_prepare, master_finish);
}
