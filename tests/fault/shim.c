/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shim.c guarantees that a call that is failed on purpose has, unless "done", no effect, and that
 * what it tells the listener really happened.
 */
#include "shim.h"

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

int __real_fstat(int fd, struct stat *st);

static struct shim_plan plan;
static bool on, hit;
static long calls, changes;
static const char *hit_name = "";
static dev_t listen_dev;
static shim_listener *listener;

void shim_on(const struct shim_plan *p)
{
	plan = *p;
	calls = changes = 0;
	hit = false;
	hit_name = "";
	on = true;
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

const char *shim_name(void)
{
	return hit_name;
}

void shim_listen(dev_t dev, shim_listener *l)
{
	listen_dev = dev;
	listener = l;
}

static void die_now(const char *name)
{
	hit = true;
	hit_name = name;
	(void)raise(SIGKILL);
}

/* What to do at this call; PASS most of the time. */
static enum shim_act enter(const char *name, bool change, bool can_short)
{
	if (!on)
		return SHIM_PASS;
	calls++;
	if (change)
		changes++;
	if (plan.act == SHIM_KILL_BEFORE && change && changes == plan.at)
		die_now(name);
	if (plan.act == SHIM_PASS || plan.act >= SHIM_KILL_BEFORE || calls != plan.at)
		return SHIM_PASS;
	if ((plan.act == SHIM_SHORT && !can_short) || (plan.act == SHIM_DONE_ERROR && !change))
		return SHIM_PASS;
	hit = true;
	hit_name = name;
	return plan.act;
}

static void leave(const char *name, bool change)
{
	if (on && plan.act == SHIM_KILL_AFTER && change && changes == plan.at)
		die_now(name);
}

static bool tells(int fd, struct stat *st)
{
	int e = errno;
	bool ok = on && listener != NULL && __real_fstat(fd, st) == 0 && st->st_dev == listen_dev;

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
		if (enter(#name, false, false) == SHIM_ERROR) {                                    \
			errno = plan.error;                                                        \
			return failure;                                                            \
		}                                                                                  \
		return __real_##name args;                                                         \
	}

#define MEMORY(type, name, params, args)                                                           \
	type __real_##name params;                                                                 \
	type __wrap_##name params;                                                                 \
	type __wrap_##name params                                                                  \
	{                                                                                          \
		if (enter(#name, false, false) == SHIM_ERROR) {                                    \
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
QUIET(int, fstatat, (int d, const char *path, struct stat *st, int f), (d, path, st, f), -1)
QUIET(int, statx, (int d, const char *path, int f, unsigned m, struct statx *x), (d, path, f, m, x),
      -1)
QUIET(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1)
QUIET(ssize_t, pread, (int fd, void *at, size_t n, off_t o), (fd, at, n, o), -1)
QUIET(ssize_t, fgetxattr, (int fd, const char *name, void *v, size_t n), (fd, name, v, n), -1)
QUIET(ssize_t, flistxattr, (int fd, char *v, size_t n), (fd, v, n), -1)
QUIET(int, flock, (int fd, int how), (fd, how), -1)
QUIET(char *, realpath, (const char *path, char *to), (path, to), NULL)
QUIET(ssize_t, getrandom, (void *at, size_t n, unsigned f), (at, n, f), -1)
QUIET(int, memfd_create, (const char *name, unsigned f), (name, f), -1)
QUIET(DIR *, fdopendir, (int fd), (fd), NULL)
QUIET(struct dirent *, readdir, (DIR * dir), (dir), NULL)

ssize_t __real_read(int fd, void *at, size_t n);
ssize_t __wrap_read(int fd, void *at, size_t n);
ssize_t __wrap_read(int fd, void *at, size_t n)
{
	enum shim_act act = enter("read", false, n > 1);

	if (act == SHIM_ERROR) {
		errno = plan.error;
		return -1;
	}
	return __real_read(fd, at, act == SHIM_SHORT ? n / 2 : n);
}

/* --- calls that alter something -----------------------------------------------------------------
 */

/* The common shape: `tell` runs after a success. */
#define CHANGE(name, params, args, tell)                                                           \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		enum shim_act act = enter(#name, true, false);                                     \
		int rc;                                                                            \
                                                                                                   \
		if (act == SHIM_ERROR) {                                                           \
			errno = plan.error;                                                        \
			return -1;                                                                 \
		}                                                                                  \
		rc = __real_##name args;                                                           \
		if (rc >= 0) {                                                                     \
			tell;                                                                      \
		}                                                                                  \
		leave(#name, true);                                                                \
		if (act == SHIM_DONE_ERROR && rc >= 0) {                                           \
			errno = plan.error;                                                        \
			return -1;                                                                 \
		}                                                                                  \
		return rc;                                                                         \
	}

static void tell_node(enum shim_event_kind kind, int fd, off_t size, mode_t mode, const void *site)
{
	struct stat st;

	if (tells(fd, &st))
		listener(&(struct shim_event){.kind = kind,
					      .node = st.st_ino,
					      .offset = size,
					      .mode = mode,
					      .site = site,
					      .is_dir = S_ISDIR(st.st_mode)});
}

/* The inode of the directory that (fd, path) names an entry of; 0: not ours. */
static ino_t dir_of(int fd, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	struct stat st;

	*ret_name = slash ? slash + 1 : path;
	(void)snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1,
		       slash ? path : ".");
	if (!on || listener == NULL || __real_fstatat(fd, dir, &st, 0) < 0 ||
	    st.st_dev != listen_dev)
		return 0;
	return st.st_ino;
}

static void tell_name(enum shim_event_kind kind, int fd, const char *path)
{
	struct shim_event e = {.kind = kind};
	int saved = errno;
	struct stat st;

	e.dir = dir_of(fd, path, &e.name);
	if (e.dir != 0 && kind == EVENT_MKDIR &&
	    __real_fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		e.node = st.st_ino;
	if (e.dir != 0)
		listener(&e);
	errno = saved;
}

static void tell_names(enum shim_event_kind kind, int fd, const char *path, int to, const char *new)
{
	struct shim_event e = {.kind = kind};
	struct stat st;

	e.dir = dir_of(fd, path, &e.name);
	e.to_dir = dir_of(to, new, &e.to_name);
	if (e.to_dir != 0 && __real_fstatat(to, new, &st, AT_SYMLINK_NOFOLLOW) == 0)
		e.node = st.st_ino;
	if (e.dir != 0 && e.to_dir != 0)
		listener(&e);
}

CHANGE(fsync, (int fd), (fd), tell_node(EVENT_FSYNC, fd, 0, 0, __builtin_return_address(0)))
CHANGE(ftruncate, (int fd, off_t n), (fd, n), tell_node(EVENT_TRUNCATE, fd, n, 0, NULL))
CHANGE(fchmod, (int fd, mode_t m), (fd, m), tell_node(EVENT_MODE, fd, 0, m, NULL))
CHANGE(fchown, (int fd, uid_t u, gid_t g), (fd, u, g), )
CHANGE(futimens, (int fd, const struct timespec t[2]), (fd, t), )
CHANGE(fsetxattr, (int fd, const char *k, const void *v, size_t n, int f), (fd, k, v, n, f), )
CHANGE(renameat, (int d, const char *a, int e, const char *b), (d, a, e, b),
       tell_names(EVENT_RENAME, d, a, e, b))
CHANGE(linkat, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f),
       tell_names(EVENT_LINK, d, a, e, b))
CHANGE(unlinkat, (int d, const char *a, int f), (d, a, f), tell_name(EVENT_UNLINK, d, a))
CHANGE(unlink, (const char *a), (a), tell_name(EVENT_UNLINK, AT_FDCWD, a))
CHANGE(mkdirat, (int d, const char *a, mode_t m), (d, a, m), tell_name(EVENT_MKDIR, d, a))
CHANGE(mkdir, (const char *a, mode_t m), (a, m), tell_name(EVENT_MKDIR, AT_FDCWD, a))

ssize_t __real_write(int fd, const void *at, size_t n);
ssize_t __wrap_write(int fd, const void *at, size_t n);
ssize_t __wrap_write(int fd, const void *at, size_t n)
{
	enum shim_act act = enter("write", true, n > 1);
	off_t offset = on ? __real_lseek(fd, 0, SEEK_CUR) : 0;
	struct stat st;
	ssize_t rc;

	if (act == SHIM_ERROR) {
		errno = plan.error;
		return -1;
	}
	rc = __real_write(fd, at, act == SHIM_SHORT ? n / 2 : n);
	if (rc > 0 && tells(fd, &st))
		listener(&(struct shim_event){.kind = EVENT_WRITE,
					      .node = st.st_ino,
					      .offset = offset,
					      .bytes = at,
					      .len = (size_t)rc});
	leave("write", true);
	if (act == SHIM_DONE_ERROR) {
		errno = plan.error;
		return -1;
	}
	return rc;
}

/* Always by hand, so that the model sees the bytes. */
ssize_t __wrap_copy_file_range(int from, off_t *a, int to, off_t *b, size_t n, unsigned f);
ssize_t __wrap_copy_file_range(int from, off_t *a, int to, off_t *b, size_t n, unsigned f)
{
	(void)from;
	(void)a;
	(void)to;
	(void)b;
	(void)n;
	(void)f;
	if (enter("copy_file_range", false, false) == SHIM_ERROR)
		errno = plan.error;
	else
		errno = EXDEV;
	return -1;
}

int __real_openat(int d, const char *path, int flags, mode_t mode);
static int opened(int d, const char *path, int flags, mode_t mode)
{
	bool makes = false;
	enum shim_act act;
	struct stat st;
	int fd;

	if (on && (flags & O_CREAT))
		makes = __real_fstatat(d, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
	act = enter("openat", makes, false);
	if (act == SHIM_ERROR) {
		errno = plan.error;
		return -1;
	}
	fd = __real_openat(d, path, flags, mode);
	if (fd >= 0 && !(flags & O_PATH) && tells(fd, &st)) {
		struct shim_event e = {.kind = makes ? EVENT_CREATE : EVENT_SEEN,
				       .node = st.st_ino,
				       .mode = st.st_mode & 07777,
				       .fd = fd,
				       .is_dir = S_ISDIR(st.st_mode)};

		if (makes)
			e.dir = dir_of(d, path, &e.name);
		listener(&e);
	}
	leave("openat", makes);
	if (act == SHIM_DONE_ERROR && fd >= 0) {
		(void)close(fd);
		errno = plan.error;
		return -1;
	}
	return fd;
}

int __wrap_openat(int d, const char *path, int flags, ...);
int __wrap_openat(int d, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return opened(d, path, flags, mode);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return opened(AT_FDCWD, path, flags, mode);
}
