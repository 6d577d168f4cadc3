/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn_child.c guarantees that the child either runs the program with exactly the environment,
 * descriptors, signals and group that spawn.h states, or says why not and is gone.
 */
#include "effects/spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "effects/spawn.h"

static const char *const base_env[] = {"PATH=" SPAWN_PATH, "LC_ALL=C"};
#define N_BASE (sizeof(base_env) / sizeof(base_env[0]))

static bool same_variable(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

/* The child's environment, to be freed; NULL when memory ran out. */
static const char **make_env(const char *const *add)
{
	size_t n_add = 0, n = 0;
	const char **env;

	while (add != NULL && add[n_add] != NULL)
		n_add++;
	env = calloc(n_add + N_BASE + 1, sizeof(*env));
	if (env == NULL)
		return NULL;
	for (size_t i = 0; i < N_BASE; i++) {
		bool replaced = false;

		for (size_t k = 0; k < n_add; k++)
			replaced = replaced || same_variable(base_env[i], add[k]);
		if (!replaced)
			env[n++] = base_env[i];
	}
	for (size_t k = 0; k < n_add; k++)
		env[n++] = add[k];
	return env;
}

/* Move the descriptors out of the way of 0 to 3, then there, and close all others. */
static bool place(const int fds[SPAWN_CHILD_FDS])
{
	int high[SPAWN_CHILD_FDS];

	for (int i = 0; i < SPAWN_CHILD_FDS; i++) {
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, SPAWN_CHILD_FDS);
		if (high[i] < 0)
			return false;
	}
	for (int i = 0; i < SPAWN_CHILD_FDS; i++)
		if (dup2(high[i], i) < 0)
			return false;
	closefrom(SPAWN_CHILD_FDS);
	return fcntl(SPAWN_CHILD_FDS - 1, F_SETFD, FD_CLOEXEC) == 0;
}

static void reset_signals(void)
{
	struct sigaction normal = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &normal, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* execve(2) does not write to its lists, but its type does not say so. */
static char *const *as_execve_wants(const char *const *list)
{
	return (char *const *)(uintptr_t)list;
}

static _Noreturn void become(const struct spawn *job, const char *path, const char *const *env,
			     const int fds[SPAWN_CHILD_FDS], pid_t parent)
{
	int fail_fd = fds[SPAWN_CHILD_FDS - 1];
	bool in_dir = true;
	int error;

	(void)setpgid(0, 0);
	reset_signals();
	if (place(fds)) {
		fail_fd = SPAWN_CHILD_FDS - 1;
		in_dir = job->dir == NULL || chdir(job->dir) == 0;
		if (in_dir && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			(void)execve(path, as_execve_wants(job->argv), as_execve_wants(env));
	}
	error = in_dir ? errno : -errno;
	(void)!write(fail_fd, &error, sizeof(error));
	_exit(127);
}

pid_t spawn_child_fork(const struct spawn *job, const char *path, const int fds[SPAWN_CHILD_FDS])
{
	const char **env = make_env(job->env);
	pid_t parent = getpid();
	pid_t pid;

	if (env == NULL)
		return -1;
	pid = fork();
	if (pid == 0)
		become(job, path, env, fds, parent);
	if (pid > 0)
		(void)setpgid(pid, pid); /* whoever is first; EACCES after its exec is fine */
	free(env);
	return pid;
}

bool spawn_child_error(int fail_fd, int *ret_errno)
{
	int error = 0;
	ssize_t n;

	do
		n = read(fail_fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(error))
		return false;
	*ret_errno = error;
	return true;
}
