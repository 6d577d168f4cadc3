/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process: which process is the MTA's master, and its end by force.
 *
 *     struct process_ref master = PROCESS_REF_INIT;
 *
 *     got = process_find(&scan.process, &master, &diag);
 *     1: it runs; 0: it does not; -1: nobody can tell
 *     process_wait(&master, &deadline)             true when it has ended
 *     process_kill_all(&master, &deadline, &diag)  it and all that it started
 *     process_ref_release(&master);
 *
 * A master is identified, never guessed: the process named in its pid file must run the expected
 * program and, where the MTA does so, hold a lock on that very file or be the head of a family of
 * processes of root that run the same program. The pidfd in the reference
 * stands for the identified process alone, even if its number is used again.
 */
#ifndef MTA_STACK_PROCESS_H
#define MTA_STACK_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "pure/scan.h"

struct process_ref {
	pid_t pid;
	int pidfd;			 /* -1: none */
	unsigned long long start;	 /* clock ticks since boot */
	bool leads_group, leads_session; /* those that have its number */
};

#define PROCESS_REF_INIT                                                                           \
	{                                                                                          \
		0, -1, 0, false, false                                                             \
	}

void process_ref_release(struct process_ref *r);

/*
 * Find the master. exe: a file replaced since it started counts, links on the way are followed.
 * pid_file_locked: it holds a write lock (flock or fcntl) on the pid file; then it is found even if
 * the pid file was removed or overwritten under it. heads_family: the same without a lock, but a
 * master whose children have all ended is found by its pid file alone. argument: the same without a
 * lock, children or not. pid_file and one of exe and pid_file_locked must be given, exe with
 * heads_family and argument.
 *
 * 1: *ret_ref (initialised) is filled. 0: it does not run; a stale, empty or garbled pid file is no
 * process. -1, EX_FAILED or EX_PERM: cannot tell.
 */
int process_find(const struct process *p, struct process_ref *ret_ref, struct diag *ret_diag);

bool process_alive(const struct process_ref *r);

/* False if it has ended already. */
bool process_signal(const struct process_ref *r, int sig);

/* True when it has ended (a zombie has); false at the deadline. */
bool process_wait(const struct process_ref *r, const struct deadline *d);

/*
 * SIGKILL the identified process, its descendants and, if it leads a process group or a session,
 * the members of those, also when it has ended before itself (not if its number has a new owner).
 * Nothing that is not found so; never ourselves or init.
 *
 * 0 when none of them is left; -1, EX_FAILED, with how many are left at the deadline, or a tenth of
 * a second from now if that is later.
 */
int process_kill_all(const struct process_ref *r, const struct deadline *d, struct diag *ret_diag);

#endif
