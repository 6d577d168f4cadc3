/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn.c guarantees that spawn_run() returns about the deadline at the latest, that the child
 * inherits nothing by accident and that a failed exec is told from a program that fails. It does
 * not confine what the program does.
 *
 * Standard input is a memfd, so that nothing has to be written while output is read and a child
 * that does not read cannot cause SIGPIPE here. The end of the child is a pidfd's poll event. The
 * group is signalled only while the leader is unreaped, so its number cannot be somebody else's.
 */
#include "effects/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "effects/capture.h"
#include "effects/spawn_child.h"

#define REAP_MS 1000 /* how long a killed child may take to be gone */

struct running {
	pid_t pid;
	int pidfd;
	struct capture out, err;
	int enough;   /* -1: none, or it was readable */
	bool is_done; /* it was */
};

void spawn_result_release(struct spawn_result *r)
{
	buf_release(&r->out);
	buf_release(&r->err);
	*r = (struct spawn_result)SPAWN_RESULT_INIT;
}

int spawn_find(const char *name, char ret_path[PATH_MAX], struct diag *ret_diag)
{
	const char *dir = SPAWN_PATH;
	char path[PATH_MAX];
	struct stat st;

	if (name[0] == '/') {
		int n = snprintf(path, sizeof(path), "%s", name);

		if (n >= (int)sizeof(path))
			errno = ENAMETOOLONG;
		else if (access(path, X_OK) == 0) {
			memcpy(ret_path, path, (size_t)n + 1);
			return 0;
		}
		return diag_set(ret_diag, EX_INSTALLED, "cannot run %s: %s", name, strerror(errno));
	}
	while (strchr(name, '/') == NULL && *dir != '\0') {
		size_t len = strcspn(dir, ":");
		int n = snprintf(path, sizeof(path), "%.*s/%s", (int)len, dir, name);

		if (n < (int)sizeof(path) && access(path, X_OK) == 0 && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode)) {
			memcpy(ret_path, path, (size_t)n + 1);
			return 0;
		}
		dir += len + (dir[len] == ':');
	}
	return diag_set(ret_diag, EX_INSTALLED, "cannot run %s: there is no such program in %s",
			name, SPAWN_PATH);
}

/* True when the child has ended; false at the deadline, or when there is enough. */
static bool follow(struct running *r, const struct deadline *until)
{
	for (;;) {
		struct pollfd p[4] = {
			{.fd = r->pidfd, .events = POLLIN},
			{.fd = r->out.fd, .events = POLLIN},
			{.fd = r->err.fd, .events = POLLIN},
			{.fd = r->enough, .events = POLLIN},
		};
		int left = deadline_left_ms(until);
		int n = poll(p, 4, left);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && p[1].revents != 0)
			(void)capture_some(&r->out, SIZE_MAX);
		if (n > 0 && p[2].revents != 0)
			(void)capture_some(&r->err, SIZE_MAX);
		if (n > 0 && p[0].revents != 0) {
			capture_rest(&r->out);
			capture_rest(&r->err);
			return true;
		}
		if (n > 0 && p[3].revents != 0) {
			r->enough = -1;
			r->is_done = true;
			return false;
		}
		if (left == 0)
			return false;
	}
}

/* Reap; *ret_status as waitpid(2) gives it. */
static bool reap(const struct running *r, int *ret_status)
{
	pid_t got;

	do
		got = waitpid(r->pid, ret_status, WNOHANG);
	while (got < 0 && errno == EINTR);
	return got == r->pid;
}

/* Follow the child to its end, if need be by force. False: the kernel keeps it. */
static bool finish(struct running *r, const struct deadline *d, int *ret_status, bool *ret_killed)
{
	int left = deadline_left_ms(d);
	int grace = left / 4 < SPAWN_GRACE_MS ? left / 4 : SPAWN_GRACE_MS;
	struct deadline polite = deadline_within(d, left - grace);
	struct deadline firm, last;
	bool ended = follow(r, &polite);

	*ret_killed = !ended;
	if (!ended) {
		(void)kill(-r->pid, SIGTERM);
		r->enough = -1;
		firm = deadline_within(d, SPAWN_GRACE_MS);
		ended = follow(r, &firm);
		(void)kill(-r->pid, SIGKILL);
	}
	last = deadline_in_ms(REAP_MS);
	return (ended || follow(r, &last)) && reap(r, ret_status);
}

/* A memfd with the bytes, or /dev/null. */
static int open_input(struct span input)
{
	int fd;

	if (input.at == NULL)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("stdin", MFD_CLOEXEC);
	for (size_t at = 0; fd >= 0 && at < input.len;) {
		ssize_t n = write(fd, input.at + at, input.len - at);

		if (n > 0) {
			at += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			(void)close(fd);
			fd = -1;
		}
	}
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static void close_all(int *fds, size_t n)
{
	int saved = errno;

	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
	errno = saved;
}

/* Start it with the parent's ends in *ret. 0, or the errno of whatever failed, exec included;
 * negative if it was the change to job->dir. */
static int start(const struct spawn *job, const char *path, struct running *ret)
{
	/* input; output, error and exec-failure pipes, reading ends first */
	enum { IN, OUT, OUT_W, ERR, ERR_W, FAIL, FAIL_W, ALL };
	int fds[ALL] = {-1, -1, -1, -1, -1, -1, -1};
	int error = 0;
	pid_t pid = -1;

	fds[IN] = open_input(job->input);
	if (fds[IN] < 0 || pipe2(&fds[OUT], O_CLOEXEC) < 0 || pipe2(&fds[ERR], O_CLOEXEC) < 0 ||
	    pipe2(&fds[FAIL], O_CLOEXEC) < 0 || fcntl(fds[OUT], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fds[ERR], F_SETFL, O_NONBLOCK) < 0)
		goto fail;
	pid = spawn_child_fork(
		job, path,
		(const int[SPAWN_CHILD_FDS]){fds[IN], fds[OUT_W], fds[ERR_W], fds[FAIL_W]});
	if (pid < 0)
		goto fail;
	close_all(&fds[OUT_W], 1);
	close_all(&fds[ERR_W], 1);
	close_all(&fds[FAIL_W], 1);
	if (spawn_child_error(fds[FAIL], &error))
		goto fail;
	ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (ret->pidfd < 0)
		goto fail;
	ret->pid = pid;
	ret->out.fd = fds[OUT];
	ret->err.fd = fds[ERR];
	close_all(&fds[IN], 1);
	close_all(&fds[FAIL], 1);
	return 0;
fail:
	if (error == 0)
		error = errno;
	if (pid > 0) {
		(void)kill(-pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	close_all(fds, ALL);
	return error;
}

static int not_started(const struct spawn *job, const char *path, int error, struct diag *ret_diag)
{
	bool broken = error == ENOENT || error == EACCES || error == ENOEXEC || error == ELOOP;

	if (error < 0)
		return diag_set(ret_diag, EX_FAILED, "cannot run %s in %s: %s", path, job->dir,
				strerror(-error));
	return diag_set(ret_diag, broken ? EX_INSTALLED : EX_FAILED, "cannot run %s: %s", path,
			strerror(error));
}

static void judge(struct spawn_result *r, bool reaped, int status, bool killed, bool is_done)
{
	r->number = 0;
	if (killed && reaped && is_done) {
		r->end = SPAWN_ENOUGH;
	} else if (killed || !reaped) {
		r->end = SPAWN_TIMED_OUT;
	} else if (WIFSIGNALED(status)) {
		r->end = SPAWN_SIGNALED;
		r->number = WTERMSIG(status);
	} else {
		r->end = SPAWN_EXITED;
		r->number = WEXITSTATUS(status);
	}
}

int spawn_run(const struct spawn *job, const struct deadline *d, struct spawn_result *ret_result,
	      struct diag *ret_diag)
{
	struct spawn_result r = SPAWN_RESULT_INIT;
	struct running run = {
		.out = {-1, &r.out, job->max_out ? job->max_out : SPAWN_OUTPUT_MAX, &r.out_cut},
		.err = {-1, &r.err, job->max_err ? job->max_err : SPAWN_OUTPUT_MAX, &r.err_cut},
		.enough = job->enough > 0 ? job->enough : -1,
	};
	struct sigaction normal = {.sa_handler = SIG_DFL}, before;
	char path[PATH_MAX];
	int status = 0, error;
	bool killed = true, reaped = false;

	if (spawn_find(job->argv[0], path, ret_diag) < 0)
		return -1;
	if (!deadline_passed(d)) {
		/* an inherited SIG_IGN would take the exit status from us */
		(void)sigaction(SIGCHLD, &normal, &before);
		error = start(job, path, &run);
		if (error == 0) {
			reaped = finish(&run, d, &status, &killed);
			capture_close(&run.out);
			capture_close(&run.err);
			close_all(&run.pidfd, 1);
		}
		(void)sigaction(SIGCHLD, &before, NULL);
		if (error != 0)
			return not_started(job, path, error, ret_diag);
	}
	if (!buf_ok(&r.out) || !buf_ok(&r.err)) {
		spawn_result_release(&r);
		return diag_oom(ret_diag);
	}
	judge(&r, reaped, status, killed, run.is_done);
	spawn_result_release(ret_result);
	*ret_result = r;
	return 0;
}

/* The last line that is not empty. */
static struct span last_line(const struct buf *b)
{
	struct span last = {"", 0}, line, whole = {buf_str(b), b->len};

	for (size_t at = 0; text_line(whole, at, &line, &at);) {
		line = text_trim(line);
		if (line.len > 0)
			last = line;
	}
	return last;
}

int spawn_expect_zero(const char *name, const struct spawn_result *r, struct diag *ret_diag)
{
	struct span said = last_line(&r->err);
	const char *colon = said.len > 0 ? ": " : "";
	int len = said.len > 400 ? 400 : (int)said.len;

	if (r->end == SPAWN_ENOUGH || (r->end == SPAWN_EXITED && r->number == 0))
		return 0;
	if (r->end == SPAWN_EXITED)
		return diag_set(ret_diag, EX_FAILED, "%s failed with status %d%s%.*s", name,
				r->number, colon, len, said.at);
	if (r->end == SPAWN_SIGNALED)
		return diag_set(ret_diag, EX_FAILED, "%s was killed by signal %d%s%.*s", name,
				r->number, colon, len, said.at);
	return diag_set(ret_diag, EX_FAILED, "%s did not end in time%s%.*s", name, colon, len,
			said.at);
}
