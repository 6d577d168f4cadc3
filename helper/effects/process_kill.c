/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process_kill.c guarantees that what process.h calls the family of a process, and nothing else,
 * gets SIGKILL, and that it says so only when none of it is left.
 *
 * The master is stopped before the others are looked for, so that it starts none meanwhile. What
 * its children start in that moment is found by the next round, by parent or group.
 */
#include "effects/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/array.h"
#include "effects/procfs.h"

#define ROUND_MS 20  /* between two looks at what is left */
#define LEAST_MS 100 /* what a process needs to be gone */
#define GONE	 'X' /* state of a member that is not there any more */

struct family {
	pid_t group, session; /* 0: the master leads none */
	struct procfs_stat *members;
	size_t n, cap;
};

static bool same(const struct procfs_stat *a, const struct procfs_stat *b)
{
	return a->pid == b->pid && a->start == b->start;
}

/* The latest member that has, or had, this number. */
static const struct procfs_stat *member(const struct family *f, pid_t pid)
{
	for (size_t i = f->n; i-- > 0;)
		if (f->members[i].pid == pid)
			return &f->members[i];
	return NULL;
}

static bool belongs(const struct family *f, const struct procfs_stat *p)
{
	const struct procfs_stat *parent = member(f, p->parent);

	if (p->pid <= 1 || p->pid == getpid())
		return false;
	if (f->group != 0 && p->group == f->group)
		return true;
	if (f->session != 0 && p->session == f->session)
		return true;
	return parent != NULL && parent->state != GONE && parent->start <= p->start;
}

/* One member of the family gets SIGKILL if it is still what it was. */
static void kill_one(const struct procfs_stat *p)
{
	struct procfs_stat now;
	int pidfd = procfs_open(p->pid);

	if (pidfd < 0)
		return;
	if (procfs_read(p->pid, &now) && same(&now, p))
		(void)procfs_signal(pidfd, SIGKILL);
	(void)close(pidfd);
}

/* Add p unless it is known. False when memory ran out. */
static bool adopt(struct family *f, const struct procfs_stat *p, bool *ret_grew)
{
	const struct procfs_stat *known = member(f, p->pid);
	struct procfs_stat *slot;

	if (known != NULL && same(known, p))
		return true;
	slot = array_grow(&f->members, &f->n, &f->cap);
	if (slot == NULL)
		return false;
	*slot = *p;
	*ret_grew = true;
	return true;
}

/* Bring the members' states up to date; a number that is used again is another process. Returns
 * how many live. */
static size_t refresh(struct family *f, const struct procfs_stat *all, size_t n)
{
	size_t living = 0;

	for (size_t i = 0; i < f->n; i++)
		f->members[i].state = GONE;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < f->n; k++) {
			if (!same(&f->members[k], &all[i]))
				continue;
			f->members[k].state = all[i].state;
			living += all[i].state != 'Z' && all[i].state != GONE;
		}
	return living;
}

/* Find all there are now, remember them, and count those that live. 0, or -1 with errno. */
static int look(struct family *f, size_t *ret_living)
{
	struct procfs_stat *all = NULL;
	size_t n = 0;
	bool grew = true;

	if (procfs_list(&all, &n) < 0)
		return -1;
	(void)refresh(f, all, n);
	while (grew) { /* a child may stand before its parent in the list */
		grew = false;
		for (size_t i = 0; i < n; i++) {
			if (!belongs(f, &all[i]) || adopt(f, &all[i], &grew))
				continue;
			free(all);
			errno = ENOMEM;
			return -1;
		}
	}
	*ret_living = refresh(f, all, n);
	free(all);
	return 0;
}

/* The family of r as far as it is known at the start. False when memory ran out. */
static bool begin(struct family *f, const struct process_ref *r)
{
	struct procfs_stat now;
	bool grew, there = procfs_read(r->pid, &now);

	*f = (struct family){0};
	if (there && now.start != r->start)
		return true; /* it and all that it led have ended long ago */
	f->group = r->leads_group ? r->pid : 0;
	f->session = r->leads_session ? r->pid : 0;
	return !there || adopt(f, &now, &grew);
}

int process_kill_all(const struct process_ref *r, const struct deadline *d, struct diag *ret_diag)
{
	struct deadline least = deadline_in_ms(LEAST_MS);
	struct family f;
	size_t living = 0;
	int done = -1;

	if (r->pidfd < 0 || r->pid <= 1 || r->pid == getpid())
		return 0;
	(void)procfs_signal(r->pidfd, SIGSTOP);
	if (!begin(&f, r)) {
		(void)procfs_signal(r->pidfd, SIGCONT);
		return diag_oom(ret_diag);
	}
	for (;;) {
		if (look(&f, &living) < 0) {
			(void)diag_set(ret_diag, EX_FAILED, "cannot list the processes: %s",
				       strerror(errno));
			(void)procfs_signal(r->pidfd, SIGCONT);
			break;
		}
		(void)procfs_signal(r->pidfd, SIGKILL);
		for (size_t i = 0; i < f.n; i++)
			kill_one(&f.members[i]);
		if (living == 0) {
			done = 0;
			break;
		}
		if (deadline_passed(d) && deadline_passed(&least)) {
			(void)diag_set(ret_diag, EX_FAILED,
				       "cannot end the MTA: %zu of its processes are left after "
				       "SIGKILL",
				       living);
			break;
		}
		deadline_nap(deadline_passed(d) ? &least : d, ROUND_MS);
	}
	free(f.members);
	return done;
}
