/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.c guarantees never to hang on a FIFO or a device, never to read anything but a regular file,
 * and to return bytes and identity that belong together. It does not lock.
 */
#include "effects/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/fs.h"

#define TRIES 5

void file_release(struct loaded *f)
{
	free(f->real);
	free(f->bytes);
	free(f->mark);
	attrs_release(&f->attrs);
	*f = (struct loaded){0};
}

int file_open_parent(const char *real, const char **ret_name)
{
	const char *slash = strrchr(real, '/');
	char dir[PATH_MAX];
	size_t len;

	if (real[0] != '/' || slash == NULL || slash[1] == '\0') {
		errno = EINVAL;
		return -1;
	}
	len = slash == real ? 1 : (size_t)(slash - real);
	if (len >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(dir, real, len);
	dir[len] = '\0';
	*ret_name = slash + 1;
	return fs_open_dir(dir);
}

/* Where an absent file would be: its directory resolved. NULL with errno. */
static char *resolve_absent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir, *real_dir, *real = NULL;
	struct stat st;

	if (path[0] != '/' || slash == NULL || slash[1] == '\0')
		return NULL;
	if (lstat(path, &st) == 0) { /* a symbolic link that leads nowhere */
		errno = ELOOP;
		return NULL;
	}
	dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (dir == NULL)
		return NULL;
	real_dir = realpath(dir, NULL);
	free(dir);
	if (real_dir != NULL) {
		size_t n = strlen(real_dir) + strlen(slash) + 1;

		real = malloc(n);
		if (real != NULL)
			(void)snprintf(real, n, "%s%s", strcmp(real_dir, "/") ? real_dir : "",
				       slash);
	}
	free(real_dir);
	return real;
}

static int unreadable(struct loaded *f, const char *why)
{
	f->state = FILE_UNREADABLE;
	f->why = why;
	return 0;
}

static int failed(struct loaded *f)
{
	if (errno == ENOMEM)
		return -1;
	if (errno == ENOENT || errno == ENOTDIR) {
		f->state = FILE_ABSENT;
		return 0;
	}
	if (errno == ELOOP)
		return unreadable(f, "it is a symbolic link that leads nowhere");
	f->error = errno;
	return unreadable(f, strerror(errno));
}

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)	? "it is a directory"
	       : S_ISFIFO(mode) ? "it is a FIFO"
	       : S_ISSOCK(mode) ? "it is a socket"
	       : S_ISLNK(mode)	? "it is a symbolic link"
				: "it is a device";
}

static int read_steadily(int fd, struct loaded *f, bool with_bytes)
{
	struct stat before, after;

	for (int i = 0; i < TRIES; i++) {
		free(f->bytes);
		f->bytes = NULL;
		if (fstat(fd, &before) < 0)
			return failed(f);
		if (!S_ISREG(before.st_mode))
			return unreadable(f, kind_of(before.st_mode));
		if (lseek(fd, 0, SEEK_SET) < 0 ||
		    (with_bytes && fs_read_all(fd, &f->bytes, &f->len) < 0) ||
		    fstat(fd, &after) < 0)
			return failed(f);
		f->identity = identity_of(&before);
		f->links = before.st_nlink;
		struct identity again = identity_of(&after);
		if (identity_equal(&f->identity, &again) &&
		    (!with_bytes || f->len == (size_t)after.st_size)) {
			f->state = FILE_LOADED;
			return 0;
		}
	}
	f->error = EAGAIN;
	return unreadable(f, "it is being written to all the time");
}

static int load(struct loaded *f, const char *path, bool with_bytes)
{
	const char *name;
	int dir, fd, rc;

	f->real = realpath(path, NULL);
	if (f->real == NULL) {
		if (errno == ENOENT) {
			f->real = resolve_absent(path);
			if (f->real != NULL)
				errno = ENOENT;
		}
		return failed(f);
	}
	dir = file_open_parent(f->real, &name);
	if (dir < 0)
		return failed(f);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	fs_close(dir);
	if (fd < 0)
		return errno == ENXIO ? unreadable(f, "it is a socket or a device") : failed(f);
	rc = read_steadily(fd, f, with_bytes);
	if (rc == 0 && f->state == FILE_LOADED && attrs_get(fd, &f->attrs) < 0)
		rc = failed(f);
	if (rc == 0 && f->state == FILE_LOADED && (f->mark = attrs_mark(fd)) == NULL)
		rc = -1;
	fs_close(fd);
	return rc;
}

static int load_or_oom(const char *path, bool with_bytes, struct loaded *ret_file,
		       struct diag *ret_diag)
{
	struct loaded f = {0};

	if (load(&f, path, with_bytes) < 0) {
		file_release(&f);
		return diag_oom(ret_diag);
	}
	if (f.state != FILE_LOADED) {
		free(f.bytes);
		f.bytes = NULL;
		f.len = 0;
		f.identity = (struct identity){0};
	}
	*ret_file = f;
	return 0;
}

int file_load(const char *path, struct loaded *ret_file, struct diag *ret_diag)
{
	return load_or_oom(path, true, ret_file, ret_diag);
}

int file_look(const char *path, struct loaded *ret_file, struct diag *ret_diag)
{
	return load_or_oom(path, false, ret_file, ret_diag);
}

int file_identity(const char *real, struct identity *ret_identity, struct diag *ret_diag)
{
	struct stat st = {0};
	const char *name;
	int dir = file_open_parent(real, &name);
	int rc = dir < 0 ? -1 : fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);

	fs_close(dir);
	if (rc < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return fs_error(ret_diag, "look at", real);
	*ret_identity = rc < 0 || !S_ISREG(st.st_mode) ? (struct identity){0} : identity_of(&st);
	return 0;
}

int file_open(const char *real)
{
	const char *name;
	int dir = file_open_parent(real, &name), fd;

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	fs_close(dir);
	return fd;
}
