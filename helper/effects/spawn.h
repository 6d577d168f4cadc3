/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn: run one program to its end, with everything about it bounded.
 *
 *     static const char *const argv[] = {"postconf", "-c", dir, "-x", NULL};
 *     struct spawn job = {.argv = argv};
 *     struct spawn_result r = SPAWN_RESULT_INIT;
 *
 *     if (spawn_run(&job, deadline, &r, &diag) < 0 || spawn_expect_zero(argv[0], &r, &diag) < 0)
 *             …
 *     spawn_result_release(&r);
 *
 * The child gets: no shell; PATH=SPAWN_PATH and LC_ALL=C and what `env` adds, nothing of ours;
 * standard input from `input` or /dev/null; no other descriptor of ours; default signals, an empty
 * signal mask; a process group of its own. It keeps our user, umask, limits and, without `dir`, our
 * working directory. If we die, it is killed.
 *
 * The run ends when the direct child has ended and what it wrote has been read. A daemon that it
 * left behind and that still holds the pipes is neither waited for nor killed.
 *
 * Shortly before the deadline (SPAWN_GRACE_MS, or a quarter of the time if that is less) the whole
 * process group gets SIGTERM, at the deadline SIGKILL. There is never a zombie, unless the kernel
 * itself keeps a killed process for more than a second.
 */
#ifndef MTA_STACK_SPAWN_H
#define MTA_STACK_SPAWN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/diag.h"
#include "effects/clock.h"
#include "pure/text.h"

#define SPAWN_PATH	 "/usr/sbin:/usr/bin:/sbin:/bin"
#define SPAWN_OUTPUT_MAX ((size_t)1024 * 1024) /* bytes kept of each output, by default */
#define SPAWN_GRACE_MS	 500

struct spawn {
	const char *const *argv; /* NULL-terminated; argv[0] is found in SPAWN_PATH, or absolute */
	const char *const *env;	 /* NULL-terminated "NAME=value" to add or replace; may be NULL */
	const char *dir;	 /* working directory; NULL: ours */
	struct span input;	 /* .at NULL: /dev/null */
	size_t max_out, max_err; /* bytes; the rest is read and dropped; 0: SPAWN_OUTPUT_MAX */
	int enough; /* a descriptor, a pidfd for one: what the program is for has come about; 0:
		       none */
};

enum spawn_end {
	SPAWN_EXITED,	 /* number: its exit status */
	SPAWN_SIGNALED,	 /* number: the signal that killed it, not sent by us */
	SPAWN_TIMED_OUT, /* number: 0; we ended it */
	SPAWN_ENOUGH	 /* number: 0; we ended it, since `enough` was readable */
};

struct spawn_result {
	enum spawn_end end;
	int number;
	struct buf out, err;
	bool out_cut, err_cut; /* more was written than kept */
};

#define SPAWN_RESULT_INIT                                                                          \
	{                                                                                          \
		SPAWN_EXITED, 0, BUF_INIT, BUF_INIT, false, false                                  \
	}

void spawn_result_release(struct spawn_result *r);

/* The path that argv[0] = name would run. -1, EX_INSTALLED: there is no such program. */
int spawn_find(const char *name, char ret_path[PATH_MAX], struct diag *ret_diag);

/* 0: it was started; ret_result (initialised by the caller, released here first) says how it ended.
 * -1: it was not started, EX_INSTALLED if it is not there or not executable, else EX_FAILED; or
 * memory ran out while reading. A deadline that has passed already is SPAWN_TIMED_OUT. */
int spawn_run(const struct spawn *job, const struct deadline *d, struct spawn_result *ret_result,
	      struct diag *ret_diag);

/* 0 if it exited with 0 or was ended by `enough`; else -1, EX_FAILED, with how it ended and the
 * last line that it wrote to standard error: "postmap failed with status 1: fatal: open lmdb:/x: No
 * space left on device". */
int spawn_expect_zero(const char *name, const struct spawn_result *r, struct diag *ret_diag);

#endif
