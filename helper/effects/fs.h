/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs: bytes and descriptors, the way every other module here wants them.
 *
 * Interrupted calls are repeated, short writes are continued. Functions return 0, or -1 with errno;
 * fs_error() makes the one line for people of it. Nothing here opens a path by its name twice.
 */
#ifndef MTA_STACK_FS_H
#define MTA_STACK_FS_H

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "pure/text.h"

/* "cannot DOING PATH: reason" from errno, with the exit code that goes with it. Returns -1. */
int fs_error(struct diag *ret_diag, const char *doing, const char *path);

/* Open an absolute, resolved directory, component by component; a symbolic link on the way is
 * ELOOP, a path that does not begin at the root EINVAL. The descriptor, or -1. */
int fs_open_dir(const char *real);

/* Make a directory (0700) if it is not there. The caller makes the name durable: fsync(dir). */
int fs_make_dir(int dir, const char *name);

/* Get the memory for a large new block at once instead of page by page on first touch. Only a
 * matter of time; older kernels do not know it. */
void fs_populate(void *block, size_t len);

/* The whole of a regular file as one NUL-terminated block; free() it. EFBIG above 1 GiB. */
int fs_read_all(int fd, char **ret_bytes, size_t *ret_len);

/* With many bytes the disk begins before the end. */
int fs_write_all(int fd, const void *bytes, size_t len);

/* Let the disk begin with what was written to a file so far. Only a matter of time: nothing is
 * waited for, and what fails fsync(2) tells. */
void fs_send_off(int fd);

/* From the start of one file to the present offset of another; shares blocks where it can. */
int fs_copy(int from, int to);

/* sum_of() (pure/sum.h) all bytes of a file. */
int fs_sum(int fd, uint64_t *ret_sum);

/* flock(2), exclusive, until the deadline: ETIMEDOUT. */
int fs_lock(int fd, const struct deadline *d);

/* A new private file `name` in dir with these bytes; not durable. Whatever had the name is removed
 * first. */
int fs_make_file(int dir, const char *name, struct span bytes);

/* The same, left open: its descriptor, or -1 with errno and nothing of that name. */
int fs_new_file(int dir, const char *name, struct span bytes);

/* A new private file `name` in dir with these bytes, its content durable; replaces an old one
 * atomically by way of `temp`. The caller makes the name durable: fsync(dir). */
int fs_put(int dir, const char *name, const char *temp, struct span bytes);

/* Close, keeping errno. */
void fs_close(int fd);

/* unlinkat, ENOENT is fine. */
int fs_unlink(int dir, const char *name);

#endif
