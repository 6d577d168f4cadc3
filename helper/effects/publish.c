/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * publish.c guarantees that the live name leads to a whole file at every moment, that bytes are
 * durable before they get the name, and that clean-up removes only what this call made. It does
 * not guarantee that a failed publish_sync() leaves the old name: the caller must say that the
 * change may or may not survive a power cut.
 */
#include "effects/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "effects/file.h"
#include "effects/fs.h"

#define TEMP_CREATE (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define LOCK_TRIES  100

void publish_init(struct publish *p, const char *real, const char *temp,
		  const struct identity *expect, unsigned flags)
{
	*p = (struct publish){.real = real, .expect = *expect, .flags = flags};
	p->dir = p->fd = p->old = -1;
	(void)snprintf(p->temp, sizeof(p->temp), "%s", temp ? temp : "");
}

void publish_drop(struct publish *p)
{
	struct stat held, named;
	int e = errno;

	/* A rename may have been done and reported as failed; the name may then be another's. */
	if (p->made && fstat(p->fd, &held) == 0 &&
	    fstatat(p->dir, p->temp, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino)
		(void)unlinkat(p->dir, p->temp, 0);
	p->made = false;
	fs_close(p->fd); /* gives the lock back, after the name is gone */
	p->fd = -1;
	errno = e;
}

void publish_release(struct publish *p)
{
	publish_drop(p);
	fs_close(p->old);
	fs_close(p->dir);
	p->dir = p->old = -1;
}

int publish_temp_name(const char *real, char ret_temp[NAME_MAX + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345";
	const char *slash = strrchr(real, '/');
	unsigned char raw[12];
	char word[sizeof(raw) + 1] = "";

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return -1;
	for (size_t i = 0; i < sizeof(raw); i++)
		word[i] = letters[raw[i] % (sizeof(letters) - 1)];
	if (snprintf(ret_temp, NAME_MAX + 1, ".%s.mta-stack.%s", slash ? slash + 1 : real, word) >
	    NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

static int refuse(const struct publish *p, const char *why, struct diag *ret_diag)
{
	return diag_set(ret_diag, EX_INSTALLED, "cannot rewrite %s: %s", p->real, why);
}

/* The NAME.tmp that we have locked must be the one that has the name: a holder before us renamed
 * or removed it. 1: yes, 0: try again, -1 with errno. */
static int lock_is_ours(struct publish *p)
{
	struct stat held, named;

	if (fstat(p->fd, &held) < 0)
		return -1;
	if (fstatat(p->dir, p->temp, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (held.st_dev != named.st_dev || held.st_ino != named.st_ino)
		return 0;
	if (S_ISREG(held.st_mode) && held.st_nlink == 1)
		return 1;
	/* Somebody's second name, or no file at all: not to be written to. */
	return fs_unlink(p->dir, p->temp) < 0 ? -1 : 0;
}

static int lock_temp(struct publish *p, const struct deadline *d, struct diag *ret_diag)
{
	char path[NAME_MAX + 8];

	if (snprintf(p->temp, sizeof(p->temp), "%s.tmp", p->name) > NAME_MAX) {
		errno = ENAMETOOLONG;
		return fs_error(ret_diag, "lock", p->real);
	}
	(void)snprintf(path, sizeof(path), "%s", p->temp);
	for (int i = 0; i < LOCK_TRIES; i++) {
		int ours;

		p->fd = openat(p->dir, p->temp, TEMP_CREATE, 0600);
		if (p->fd < 0)
			return fs_error(ret_diag, "open the lock file", path);
		if (fs_lock(p->fd, d) < 0) {
			if (errno == ETIMEDOUT)
				return diag_set(ret_diag, EX_FAILED,
						"cannot rewrite %s: another program (postconf?) "
						"still holds the lock on %s",
						p->real, path);
			return fs_error(ret_diag, "lock", path);
		}
		p->made = true; /* while we hold the lock, its name is ours to remove */
		ours = lock_is_ours(p);
		if (ours < 0)
			return fs_error(ret_diag, "lock", path);
		if (ours > 0) {
			if (ftruncate(p->fd, 0) < 0 || fchmod(p->fd, 0600) < 0)
				return fs_error(ret_diag, "empty", path);
			return 0;
		}
		p->made = false;
		fs_close(p->fd);
		p->fd = -1;
	}
	return diag_set(ret_diag, EX_FAILED, "cannot rewrite %s: %s comes and goes", p->real, path);
}

/* Look at the live file and keep it open. */
static int hold_old(struct publish *p, struct diag *ret_diag)
{
	struct stat st;

	p->old = openat(p->dir, p->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (p->old < 0) {
		if (errno == ENOENT)
			return 0; /* publish_commit() tells whether that is a conflict */
		if (errno == ELOOP && (p->flags & PUBLISH_OVER_LINK))
			return 0;
		if (errno == ELOOP)
			return refuse(p, "it became a symbolic link", ret_diag);
		return fs_error(ret_diag, "open", p->real);
	}
	if (fstat(p->old, &st) < 0)
		return fs_error(ret_diag, "look at", p->real);
	if (!S_ISREG(st.st_mode))
		return refuse(p, "it is not a regular file", ret_diag);
	if (st.st_nlink > 1 && !(p->flags & PUBLISH_ANY_LINKS))
		return refuse(p, "it has a second name (hard link); make it a copy", ret_diag);
	return 0;
}

int publish_begin(struct publish *p, const struct deadline *d, struct diag *ret_diag)
{
	struct stat st;

	p->dir = file_open_parent(p->real, &p->name);
	if (p->dir < 0)
		return fs_error(ret_diag, "open the directory of", p->real);
	if (fstat(p->dir, &st) < 0)
		return fs_error(ret_diag, "look at the directory of", p->real);
	if (st.st_mode & S_IWOTH)
		return refuse(p, "everybody may write to its directory", ret_diag);
	if (hold_old(p, ret_diag) < 0)
		return -1;
	if (p->flags & PUBLISH_SAME)
		return 0;
	if (p->flags & PUBLISH_POSTCONF_LOCK)
		return lock_temp(p, d, ret_diag);
	if (p->flags & PUBLISH_REMOVE)
		return 0;
	p->fd = openat(p->dir, p->temp, TEMP_CREATE | O_EXCL, 0600);
	if (p->fd < 0) {
		int e = errno;

		/* It may have been made and reported as failed; nobody else has such a name. */
		if (e != EEXIST)
			(void)unlinkat(p->dir, p->temp, 0);
		errno = e;
		return fs_error(ret_diag, "make a temporary file beside", p->real);
	}
	p->made = true;
	return 0;
}

int publish_lock_only(struct publish *p, const struct deadline *d, struct diag *ret_diag)
{
	p->dir = file_open_parent(p->real, &p->name);
	if (p->dir < 0)
		return fs_error(ret_diag, "open the directory of", p->real);
	return lock_temp(p, d, ret_diag);
}

int publish_add(struct publish *p, struct span bytes, struct diag *ret_diag)
{
	if (fs_write_all(p->fd, bytes.at, bytes.len) < 0)
		return fs_error(ret_diag, "write a new", p->real);
	return 0;
}

int publish_add_from(struct publish *p, int fd, struct diag *ret_diag)
{
	if (fs_copy(fd, p->fd) < 0)
		return fs_error(ret_diag, "write a new", p->real);
	return 0;
}

int publish_seal(struct publish *p, const struct attrs *attrs, const struct timespec *mtime,
		 const char *mark, struct identity *ret_identity, struct diag *ret_diag)
{
	struct stat st;

	if (attrs_put(p->fd, attrs) < 0)
		return fs_error(ret_diag, "keep owner, mode and attributes of", p->real);
	if (mark != NULL && fsetxattr(p->fd, ATTRS_MARK, mark, strlen(mark), 0) < 0 &&
	    errno != ENOTSUP)
		return fs_error(ret_diag, "mark", p->real);
	if (mtime != NULL) {
		struct timespec times[2] = {{0, UTIME_OMIT}, *mtime};

		if (futimens(p->fd, times) < 0)
			return fs_error(ret_diag, "keep the time of", p->real);
	}
	if (fsync(p->fd) < 0)
		return fs_error(ret_diag, "store a new", p->real);
	if (fstat(p->fd, &st) < 0)
		return fs_error(ret_diag, "look at a new", p->real);
	*ret_identity = identity_of(&st);
	return 0;
}

static int live_identity(const struct publish *p, struct identity *ret_identity)
{
	struct stat st;

	if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return -1;
		*ret_identity = (struct identity){0};
		return 0;
	}
	*ret_identity = S_ISLNK(st.st_mode) && (p->flags & PUBLISH_OVER_LINK) ? (struct identity){0}
									      : identity_of(&st);
	return 0;
}

int publish_commit(struct publish *p, bool *ret_conflict, struct diag *ret_diag)
{
	struct identity live;

	if (live_identity(p, &live) < 0)
		return fs_error(ret_diag, "look at", p->real);
	*ret_conflict = !identity_equal(&live, &p->expect);
	if (*ret_conflict)
		return 0;
	if (p->flags & PUBLISH_SAME)
		return p->old >= 0 && fsync(p->old) < 0 ? fs_error(ret_diag, "store", p->real) : 0;
	if (p->flags & PUBLISH_REMOVE) {
		if (fs_unlink(p->dir, p->name) < 0)
			return fs_error(ret_diag, "remove", p->real);
		return 0;
	}
	if (renameat(p->dir, p->temp, p->dir, p->name) < 0)
		return fs_error(ret_diag, "replace", p->real);
	p->made = false;
	return 0;
}

int publish_sync(struct publish *p, struct diag *ret_diag)
{
	if (fsync(p->dir) < 0)
		return fs_error(ret_diag, "store the directory of", p->real);
	return 0;
}
