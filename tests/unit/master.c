/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * master.c: see master.h. Guarantees that a test's orphans come to us, who can wait for them. Kills
 * the master alone: what else a test starts, it ends itself.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "master.h"

char dir[] = "/tmp/test_process.XXXXXX", pid_file[96], self[4096];
struct process_ref ref = PROCESS_REF_INIT;
struct diag diag;
pid_t master;

int master_prepare(void **state)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	/* orphans come to us, so that none is left and the test can wait for them */
	return n > 0 && mkdtemp(dir) != NULL && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? 0 : -1;
}

int master_setup(void **state)
{
	(void)state;
	(void)snprintf(pid_file, sizeof(pid_file), "%s/master.pid", dir);
	return 0;
}

int master_teardown(void **state)
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

int master_finish(void **state)
{
	(void)state;
	return rmdir(dir);
}

int write_pid_file(enum lock lock)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(pid_file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 || (lock == FLOCK && flock(fd, LOCK_EX | LOCK_NB) < 0) ||
	    (lock == FCNTL_LOCK && fcntl(fd, F_SETLK, &whole) < 0) || ftruncate(fd, 0) < 0 ||
	    dprintf(fd, "%*lu\n", (int)sizeof(unsigned long) * 4, (unsigned long)getpid()) < 0)
		_exit(1);
	return fd;
}

void start_master(enum lock lock, void (*more)(int tell))
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

int find(const char *exe, bool locked)
{
	const struct process want = {.pid_file = pid_file, .exe = exe, .pid_file_locked = locked};

	return process_find(&want, &ref, &diag);
}
