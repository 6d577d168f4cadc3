/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procfs: what /proc says of one process, and of all (proc(5)). For process.c.
 *
 * A process number alone means nothing, since it is used again. Open its pidfd first, read here,
 * and ask procfs_alive() afterwards: if it still lives, all that was read was about it.
 */
#ifndef MTA_STACK_PROCFS_H
#define MTA_STACK_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct procfs_stat {
	pid_t pid, parent, group, session;
	char state;		  /* 'Z': a zombie */
	unsigned long long start; /* clock ticks since boot */
};

/* -1 with errno; ESRCH when there is no such process. The descriptor is close-on-exec. */
int procfs_open(pid_t pid);

/* It has not ended; a zombie has. */
bool procfs_alive(int pidfd);

bool procfs_signal(int pidfd, int sig);

bool procfs_read(pid_t pid, struct procfs_stat *ret_stat);

/* All processes. 0, or -1 with errno; free() the result. */
int procfs_list(struct procfs_stat **ret_list, size_t *ret_n);

/* It runs this program, or ran it when it started and the file has been replaced since. */
bool procfs_runs(pid_t pid, const char *exe);

/* Is this one of the words that it was started with? */
bool procfs_has_argument(pid_t pid, const char *word);

/* Its real and effective users are root. */
bool procfs_is_roots(pid_t pid);

/* It is of this machine: in the same process namespace as we are. A container's processes are
 * listed on its host too, run programs with the same paths and lock files with the same names. */
bool procfs_ours(pid_t pid);

/* It is there, but we are not allowed to know what it runs. */
bool procfs_hidden(pid_t pid);

/* The name of the file that it runs, without directory, also if that was replaced since. */
#define PROCFS_PROGRAM_MAX 256
bool procfs_program(pid_t pid, char ret_name[PROCFS_PROGRAM_MAX]);

/* The inodes of the sockets that it has open. */
struct procfs_inodes {
	unsigned long *items;
	size_t n, cap;
};

#define PROCFS_INODES_INIT                                                                         \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void procfs_inodes_release(struct procfs_inodes *i);

/* Fills *ret_open (initialised). A process that is gone has none. -1: no memory. */
int procfs_sockets(pid_t pid, struct procfs_inodes *ret_open);

bool procfs_inodes_have(const struct procfs_inodes *i, unsigned long inode);

/* It holds a write lock of any kind (flock, fcntl, open file description) on this very file through
 * a descriptor of its own. Nothing is locked to find out, so nobody is disturbed. `file` NULL: on
 * the file that had this path when it was opened, even if it was removed since. */
bool procfs_locks(pid_t pid, const struct stat *file, const char *path);

#endif
