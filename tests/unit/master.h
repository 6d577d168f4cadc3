/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * master: a process that behaves as Postfix's master does: a session of its own, a padded number in
 * the pid file, a lock on it.
 *
 * Call master_prepare() and master_finish() around all tests, master_setup() and master_teardown()
 * around each.
 */
#ifndef MTA_STACK_MASTER_H
#define MTA_STACK_MASTER_H

#include <sys/types.h>

#include "effects/process.h"

enum lock { NO_LOCK, FLOCK, FCNTL_LOCK };

extern char dir[];	       /* a directory for these tests, where the pid file is */
extern char pid_file[96];      /* its path */
extern char self[4096];	       /* the path of this program, which the master runs too */
extern struct process_ref ref; /* what find() found; released after each test */
extern struct diag diag;
extern pid_t master; /* killed and waited for after each test, unless 0 */

/* cmocka set-up and tear-down, of the group and of each test. */
int master_prepare(void **state);
int master_finish(void **state);
int master_setup(void **state);
int master_teardown(void **state);

/* Write the file as Postfix does, and hold the lock. For a child: it exits when that fails. */
int write_pid_file(enum lock lock);

/* Start a master; it runs `more` (may be NULL) and then waits to be killed. */
void start_master(enum lock lock, void (*more)(int tell));

/* process_find() with the pid file. */
int find(const char *exe, bool locked);

#endif
