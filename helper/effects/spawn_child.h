/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn_child: what happens between fork and exec. For spawn.c only.
 *
 * Everything that allocates is done before the fork; after it only async-signal-safe calls are
 * made, so that a program with threads may use it too.
 */
#ifndef MTA_STACK_SPAWN_CHILD_H
#define MTA_STACK_SPAWN_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct spawn;

#define SPAWN_CHILD_FDS 4 /* standard input, output, error; where a failed exec is told */

/* The child's id, or -1 with errno. The child leads a process group when this returns. */
pid_t spawn_child_fork(const struct spawn *job, const char *path, const int fds[SPAWN_CHILD_FDS]);

/* Wait until the child's exec has succeeded (false) or failed (true, with its errno; negative if
 * the working directory was not to be entered). */
bool spawn_child_error(int fail_fd, int *ret_errno);

#endif
