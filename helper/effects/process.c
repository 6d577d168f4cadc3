/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.c guarantees that no signal goes to a process that was not identified: each one is sent
 * through a pidfd that was opened before the process was looked at. It takes no lock, so a master
 * that starts meanwhile does not stumble over the question whether it runs. A process of a
 * container on this machine is never ours.
 */
#include "effects/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/procfs.h"

void process_ref_release(struct process_ref *r)
{
	if (r->pidfd >= 0)
		(void)close(r->pidfd);
	*r = (struct process_ref)PROCESS_REF_INIT;
}

bool process_alive(const struct process_ref *r)
{
	return r->pidfd >= 0 && procfs_alive(r->pidfd);
}

bool process_signal(const struct process_ref *r, int sig)
{
	return r->pidfd >= 0 && procfs_signal(r->pidfd, sig);
}

bool process_wait(const struct process_ref *r, const struct deadline *d)
{
	struct pollfd p = {.fd = r->pidfd, .events = POLLIN};

	for (;;) {
		int left = deadline_left_ms(d);
		int n = r->pidfd >= 0 ? poll(&p, 1, left) : 1;

		if (n > 0)
			return true;
		if (left == 0 || (n < 0 && errno != EINTR))
			return false;
	}
}

/* --- finding ------------------------------------------------------------------------------------
 */

struct search {
	const struct process *want;
	bool have_file;
	struct stat file;
};

static bool locks(const struct search *s, pid_t pid)
{
	return (s->have_file && procfs_locks(pid, &s->file, NULL)) ||
	       procfs_locks(pid, NULL, s->want->pid_file);
}

/* One of the family may be found by its number only if nobody is above it. */
static bool heads(const struct search *s, const struct procfs_stat *p)
{
	return (!s->want->heads_family || procfs_is_roots(p->pid)) &&
	       (s->want->argument == NULL || procfs_has_argument(p->pid, s->want->argument)) &&
	       !procfs_runs(p->parent, s->want->exe);
}

static bool has_no_lock(const struct process *p)
{
	return p->heads_family || p->argument != NULL;
}

/* Is it the master? *ret_ref is filled if so. */
static bool identify(const struct search *s, pid_t pid, struct process_ref *ret_ref)
{
	struct process_ref r = {.pid = pid, .pidfd = procfs_open(pid)};
	struct procfs_stat st = {0};
	bool is_it = r.pidfd >= 0 && procfs_read(pid, &st) && procfs_ours(pid);

	if (is_it && s->want->exe != NULL)
		is_it = procfs_runs(pid, s->want->exe);
	if (is_it && s->want->pid_file_locked)
		is_it = locks(s, pid);
	if (is_it && has_no_lock(s->want))
		is_it = heads(s, &st);
	is_it = is_it && process_alive(&r);
	if (!is_it) {
		process_ref_release(&r);
		return false;
	}
	r.start = st.start;
	r.leads_group = st.group == pid;
	r.leads_session = st.session == pid;
	process_ref_release(ret_ref);
	*ret_ref = r;
	return true;
}

/* The number in the pid file's first line; 0 if it holds none. */
static pid_t parse_pid(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	end += strspn(end, " \t\r");
	return errno == 0 && (*end == '\0' || *end == '\n') && pid > 1 && pid <= INT_MAX
		       ? (pid_t)pid
		       : 0;
}

/* 0 with *ret_pid, 0 if there is none; -1 if the file is there and cannot be read. */
static int read_pid_file(struct search *s, pid_t *ret_pid, struct diag *ret_diag)
{
	/* a FIFO in its place must not hold us */
	int fd = open(s->want->pid_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[64] = "";
	ssize_t n = 0;

	*ret_pid = 0;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0 && fstat(fd, &s->file) == 0 && S_ISREG(s->file.st_mode)) {
		s->have_file = true;
		n = read(fd, text, sizeof(text) - 1);
	}
	if (fd < 0 || n < 0) {
		int error = errno;

		if (fd >= 0)
			(void)close(fd);
		return diag_set(ret_diag, error == EACCES || error == EPERM ? EX_PERM : EX_FAILED,
				"cannot read %s: %s", s->want->pid_file, strerror(error));
	}
	(void)close(fd);
	text[n] = '\0';
	*ret_pid = parse_pid(text);
	return 0;
}

/* A child runs the same program. */
static bool has_family(const struct search *s, const struct procfs_stat *all, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].parent == pid && procfs_runs(all[i].pid, s->want->exe))
			return true;
	return false;
}

/* The pid file does not lead to it; does anybody hold its lock, or head the family, all the same?
 */
static int search_all(const struct search *s, struct process_ref *ret_ref, struct diag *ret_diag)
{
	struct procfs_stat *all = NULL;
	size_t n = 0;
	int found = 0;

	if (procfs_list(&all, &n) < 0)
		return diag_set(ret_diag, EX_FAILED, "cannot list the processes: %s",
				strerror(errno));
	for (size_t i = 0; i < n && !found; i++)
		if ((s->want->exe == NULL || procfs_runs(all[i].pid, s->want->exe)) &&
		    (!s->want->heads_family || has_family(s, all, n, all[i].pid)))
			found = identify(s, all[i].pid, ret_ref);
	free(all);
	return found;
}

int process_find(const struct process *p, struct process_ref *ret_ref, struct diag *ret_diag)
{
	struct search s = {.want = p};
	pid_t pid;

	if (p->pid_file == NULL || (p->exe == NULL && (has_no_lock(p) || !p->pid_file_locked)))
		return diag_set(ret_diag, EX_FAILED,
				"cannot tell whether the MTA runs: neither "
				"its program nor a lock is known");
	if (read_pid_file(&s, &pid, ret_diag) < 0)
		return -1;
	if (pid > 0 && identify(&s, pid, ret_ref))
		return 1;
	if (pid > 0 && p->exe != NULL && procfs_hidden(pid))
		return diag_set(ret_diag, EX_PERM, "cannot look at process %d: Permission denied",
				pid);
	return p->pid_file_locked || has_no_lock(p) ? search_all(&s, ret_ref, ret_diag) : 0;
}
