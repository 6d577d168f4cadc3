/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_process: effects/process.h with processes that behave as Postfix's master does: a session of
 * their own, a padded number in the pid file, a lock on it.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/process.h"
#include "effects/procfs.h"

enum lock { NO_LOCK, FLOCK, FCNTL_LOCK };

static char dir[] = "/tmp/test_process.XXXXXX", pid_file[96], self[4096];
static struct process_ref ref = PROCESS_REF_INIT;
static struct diag diag;
static pid_t master;

static int setup_all(void **state)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	/* orphans come to us, so that none is left and the test can wait for them */
	return n > 0 && mkdtemp(dir) != NULL && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(pid_file, sizeof(pid_file), "%s/master.pid", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (master > 0) {
		(void)kill(master, SIGKILL);
		(void)waitpid(master, NULL, 0);
	}
	master = 0;
	process_ref_release(&ref);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	(void)unlink(pid_file);
	return 0;
}

static int teardown_all(void **state)
{
	(void)state;
	return rmdir(dir);
}

/* Write the file as Postfix does, and hold the lock. */
static int write_pid_file(enum lock lock)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(pid_file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 || (lock == FLOCK && flock(fd, LOCK_EX | LOCK_NB) < 0) ||
	    (lock == FCNTL_LOCK && fcntl(fd, F_SETLK, &whole) < 0) || ftruncate(fd, 0) < 0 ||
	    dprintf(fd, "%*lu\n", (int)sizeof(unsigned long) * 4, (unsigned long)getpid()) < 0)
		_exit(1);
	return fd;
}

/* Start a master; it runs `more` (may be NULL) and then waits to be killed. */
static void start_master(enum lock lock, void (*more)(int tell))
{
	int ends[2];
	char ready;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	master = fork();
	assert_true(master >= 0);
	if (master == 0) {
		(void)setsid();
		(void)write_pid_file(lock);
		if (more != NULL)
			more(ends[1]);
		(void)!write(ends[1], "r", 1);
		(void)close(ends[1]);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	while (read(ends[0], &ready, 1) == 1 && ready != 'r')
		continue;
	(void)close(ends[0]);
}

static int find(const char *exe, bool locked)
{
	const struct process want = {.pid_file = pid_file, .exe = exe, .pid_file_locked = locked};

	return process_find(&want, &ref, &diag);
}

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
		assert_int_equal(teardown(NULL), 0);
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

/* --- the end by force ---------------------------------------------------------------------------
 */

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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		T(kills_the_family_and_nobody_else),
		T(kills_what_a_dead_master_left),
		T(kills_a_stopped_one),
		T(kills_one_that_keeps_forking),
		T(nothing_to_kill),
	};

	return cmocka_run_group_tests_name("process", tests, setup_all, teardown_all);
}
