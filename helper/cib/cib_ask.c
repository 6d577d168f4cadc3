/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_ask.c guarantees an end within 5 seconds: crm_resource is killed when it takes longer. It
 * stays in our process group, so that whoever ends us by group ends it too. It is asked only where
 * a rule cannot be judged here.
 */
#include "cib/cib_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/buf.h"

#define LIMIT_MS 5000

extern char **environ;

static long now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

/* All that the child writes, or -1 when time is up. */
static int drain(int fd, long until, struct buf *out)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		char bytes[1024];
		long left = until - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return -1;
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			buf_add(out, bytes, (size_t)n);
	}
}

/* The child's standard output goes to `out`, its standard error nowhere. */
static int start(char *const argv[], int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	int rc;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	rc = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY,
						      0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
						      0);
	if (rc == 0)
		rc = posix_spawnp(ret_pid, argv[0], &files, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int run(char *const argv[], struct buf *out, int *ret_status)
{
	long until = now_ms() + LIMIT_MS;
	int fds[2], rc, drained;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	rc = start(argv, fds[1], &pid);
	(void)close(fds[1]);
	if (rc != 0) {
		(void)close(fds[0]);
		return -1;
	}
	drained = drain(fds[0], until, out);
	(void)close(fds[0]);
	if (drained < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		continue;
	return drained;
}

int cib_ask_pacemaker(const char *resource, const char *param, const char *file, struct pool *pool,
		      const char **ret_value, struct diag *ret_diag)
{
	char program[] = "crm_resource", resource_flag[] = "--resource", get[] = "--get-parameter";
	char *id = strdup(resource), *name = strdup(param);
	char *argv[] = {program, resource_flag, id, get, name, NULL};
	struct buf out = BUF_INIT;
	int status = -1, rc = -1;

	if (file != NULL)
		(void)setenv("CIB_file", file, 1);
	if (id != NULL && name != NULL)
		rc = run(argv, &out, &status);
	free(id);
	free(name);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	if (rc == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && buf_ok(&out))
		*ret_value = pool_dups(pool, buf_str(&out));
	else
		*ret_value = NULL;
	buf_release(&out);
	return pool_ok(pool) ? 0 : diag_oom(ret_diag);
}
