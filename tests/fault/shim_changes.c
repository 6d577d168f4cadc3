/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shim_changes.c: the wrapped calls that alter what a disk holds. Guarantees that the listener
 * hears of each that was done, in order, with the bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shim_priv.h"

/* --- calls that alter something -----------------------------------------------------------------
 */

/* The common shape: `tell` runs after a success. */
#define CHANGE(name, params, args, tell)                                                           \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		enum shim_act act = shim_enter(#name, true, false);                                \
		int rc;                                                                            \
                                                                                                   \
		if (act == SHIM_ERROR) {                                                           \
			errno = shim_plan.error;                                                   \
			return -1;                                                                 \
		}                                                                                  \
		rc = __real_##name args;                                                           \
		if (rc >= 0) {                                                                     \
			tell;                                                                      \
		}                                                                                  \
		shim_leave(#name, true);                                                           \
		if (act == SHIM_DONE_ERROR && rc >= 0) {                                           \
			errno = shim_plan.error;                                                   \
			return -1;                                                                 \
		}                                                                                  \
		return rc;                                                                         \
	}

static void tell_node(enum shim_event_kind kind, int fd, off_t size, mode_t mode, const void *site)
{
	struct stat st;

	if (shim_tells(fd, &st))
		shim_listener_(&(struct shim_event){.kind = kind,
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
	if (!shim_is_on() || shim_listener_ == NULL || __real_fstatat(fd, dir, &st, 0) < 0 ||
	    st.st_dev != shim_dev)
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
		shim_listener_(&e);
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
		shim_listener_(&e);
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
/* Only in copies, which no power cut leaves: the model need not know. */
CHANGE(symlinkat, (const char *a, int d, const char *b), (a, d, b), )
CHANGE(rmdir, (const char *a), (a), )
CHANGE(unlinkat, (int d, const char *a, int f), (d, a, f), tell_name(EVENT_UNLINK, d, a))
CHANGE(unlink, (const char *a), (a), tell_name(EVENT_UNLINK, AT_FDCWD, a))
CHANGE(mkdirat, (int d, const char *a, mode_t m), (d, a, m), tell_name(EVENT_MKDIR, d, a))
CHANGE(mkdir, (const char *a, mode_t m), (a, m), tell_name(EVENT_MKDIR, AT_FDCWD, a))

ssize_t __real_write(int fd, const void *at, size_t n);
ssize_t __wrap_write(int fd, const void *at, size_t n);
ssize_t __wrap_write(int fd, const void *at, size_t n)
{
	enum shim_act act = shim_enter("write", true, n > 1);
	off_t offset = shim_is_on() ? __real_lseek(fd, 0, SEEK_CUR) : 0;
	struct stat st;
	ssize_t rc;

	if (act == SHIM_ERROR) {
		errno = shim_plan.error;
		return -1;
	}
	rc = __real_write(fd, at, act == SHIM_SHORT ? n / 2 : n);
	if (rc > 0 && shim_tells(fd, &st))
		shim_listener_(&(struct shim_event){.kind = EVENT_WRITE,
						    .node = st.st_ino,
						    .offset = offset,
						    .bytes = at,
						    .len = (size_t)rc});
	shim_leave("write", true);
	if (act == SHIM_DONE_ERROR) {
		errno = shim_plan.error;
		return -1;
	}
	return rc;
}

/* The compiler of a table, cp SOURCE TARGET, done by the child itself: an exec costs more than all
 * the rest, and what another program does is no call of ours. */
int __wrap_execve(const char *path, char *const argv[], char *const env[]);
int __wrap_execve(const char *path, char *const argv[], char *const env[])
{
	char bytes[4096];
	int from, to;
	ssize_t n;

	(void)env;
	shim_off();
	from = open(argv[1], O_RDONLY | O_CLOEXEC);
	to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = read(from, bytes, sizeof(bytes));
	_exit(strcmp(path + strlen(path) - 3, "/cp") == 0 && n >= 0 &&
			      write(to, bytes, (size_t)n) == n
		      ? 0
		      : 1);
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
	if (shim_enter("copy_file_range", false, false) == SHIM_ERROR)
		errno = shim_plan.error;
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

	if (shim_is_on() && (flags & O_CREAT))
		makes = __real_fstatat(d, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
	act = shim_enter("openat", makes, false);
	if (act == SHIM_ERROR) {
		errno = shim_plan.error;
		return -1;
	}
	fd = __real_openat(d, path, flags, mode);
	if (fd >= 0 && !(flags & O_PATH) && shim_tells(fd, &st)) {
		struct shim_event e = {.kind = makes ? EVENT_CREATE : EVENT_SEEN,
				       .node = st.st_ino,
				       .mode = st.st_mode & 07777,
				       .fd = fd,
				       .is_dir = S_ISDIR(st.st_mode)};

		if (makes)
			e.dir = dir_of(d, path, &e.name);
		shim_listener_(&e);
	}
	shim_leave("openat", makes);
	if (act == SHIM_DONE_ERROR && fd >= 0) {
		(void)close(fd);
		errno = shim_plan.error;
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
