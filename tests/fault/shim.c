/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shim.c guarantees that a call that is failed on purpose has, unless "done", no effect, and that
 * what it tells the shim_listener_ really happened.
 */
#include "shim_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

struct shim_plan shim_plan;
jmp_buf shim_jump;
static bool on, hit, memory;
static long calls, changes, names;
static const char *hit_name = "";
dev_t shim_dev;
shim_listener *shim_listener_;

void shim_on(const struct shim_plan *p)
{
	shim_plan = *p;
	calls = changes = 0;
	names = 0;
	hit = memory = false;
	hit_name = "";
	on = true;
}

bool shim_is_on(void)
{
	return on;
}

void shim_off(void)
{
	on = false;
}

long shim_calls(void)
{
	return calls;
}

long shim_changes(void)
{
	return changes;
}

bool shim_hit(void)
{
	return hit;
}

bool shim_hit_memory(void)
{
	return memory;
}

const char *shim_name(void)
{
	return hit_name;
}

void shim_listen(dev_t dev, shim_listener *l)
{
	shim_dev = dev;
	shim_listener_ = l;
}

static void die_now(const char *name)
{
	hit = true;
	hit_name = name;
	(void)raise(SIGKILL);
}

/* What to do at this call; PASS most of the time. */
enum shim_act shim_enter(const char *name, bool change, bool can_short)
{
	if (!on)
		return SHIM_PASS;
	calls++;
	if (change)
		changes++;
	if (shim_plan.act == SHIM_KILL_BEFORE && change && changes == shim_plan.at)
		die_now(name);
	if (shim_plan.act == SHIM_PASS || shim_plan.act >= SHIM_KILL_BEFORE ||
	    calls != shim_plan.at)
		return SHIM_PASS;
	if ((shim_plan.act == SHIM_SHORT && !can_short) ||
	    (shim_plan.act == SHIM_DONE_ERROR && !change))
		return SHIM_PASS;
	hit = true;
	hit_name = name;
	return shim_plan.act;
}

void shim_leave(const char *name, bool change)
{
	if (!on || !change || changes != shim_plan.at)
		return;
	if (shim_plan.act == SHIM_KILL_AFTER)
		die_now(name);
	if (shim_plan.act == SHIM_JUMP)
		longjmp(shim_jump, 1);
}

bool shim_tells(int fd, struct stat *st)
{
	int e = errno;
	bool ok =
		on && shim_listener_ != NULL && __real_fstat(fd, st) == 0 && st->st_dev == shim_dev;

	errno = e;
	return ok;
}

/* --- calls that alter nothing: returns, name, parameters, arguments, the value of failure -------
 */

#define QUIET(type, name, params, args, failure)                                                   \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		if (shim_enter(#name, false, false) == SHIM_ERROR) {                               \
			errno = shim_plan.error;                                                   \
			return failure;                                                            \
		}                                                                                  \
		return __real_##name args;                                                         \
	}

#define MEMORY(type, name, params, args)                                                           \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		if (shim_enter(#name, false, false) == SHIM_ERROR) {                               \
			memory = true;                                                             \
			errno = ENOMEM;                                                            \
			return NULL;                                                               \
		}                                                                                  \
		return __real_##name args;                                                         \
	}

MEMORY(void *, malloc, (size_t n), (n))
MEMORY(void *, calloc, (size_t n, size_t m), (n, m))
MEMORY(void *, realloc, (void *p, size_t n), (p, n))
MEMORY(char *, strdup, (const char *s), (s))
MEMORY(char *, strndup, (const char *s, size_t n), (s, n))
QUIET(int, fstat, (int fd, struct stat *st), (fd, st), -1)
QUIET(int, lstat, (const char *path, struct stat *st), (path, st), -1)
QUIET(int, stat, (const char *path, struct stat *st), (path, st), -1)
QUIET(int, fstatat, (int d, const char *path, struct stat *st, int f), (d, path, st, f), -1)
QUIET(int, statx, (int d, const char *path, int f, unsigned m, struct statx *x), (d, path, f, m, x),
      -1)
QUIET(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1)
QUIET(ssize_t, pread, (int fd, void *at, size_t n, off_t o), (fd, at, n, o), -1)
QUIET(ssize_t, fgetxattr, (int fd, const char *name, void *v, size_t n), (fd, name, v, n), -1)
QUIET(ssize_t, flistxattr, (int fd, char *v, size_t n), (fd, v, n), -1)
QUIET(int, flock, (int fd, int how), (fd, how), -1)
QUIET(char *, realpath, (const char *path, char *to), (path, to), NULL)
QUIET(int, memfd_create, (const char *name, unsigned f), (name, f), -1)
QUIET(DIR *, opendir, (const char *path), (path), NULL)
QUIET(DIR *, fdopendir, (int fd), (fd), NULL)
QUIET(struct dirent *, readdir, (DIR * dir), (dir), NULL)

ssize_t __real_read(int fd, void *at, size_t n);
ssize_t __wrap_read(int fd, void *at, size_t n);
ssize_t __wrap_read(int fd, void *at, size_t n)
{
	enum shim_act act = shim_enter("read", false, n > 1);

	if (act == SHIM_ERROR) {
		errno = shim_plan.error;
		return -1;
	}
	return __real_read(fd, at, act == SHIM_SHORT ? n / 2 : n);
}

/* The same names in each run, so that equal states are recognised; names are used up in order, and
 * one that was left behind is met again. */
ssize_t __real_getrandom(void *at, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *at, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *at, size_t n, unsigned flags)
{
	if (shim_enter("getrandom", false, false) == SHIM_ERROR) {
		errno = shim_plan.error;
		return -1;
	}
	if (!on)
		return __real_getrandom(at, n, flags);
	memset(at, (int)++names, n);
	return (ssize_t)n;
}
