/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copytree.c guarantees that it follows no symbolic link inside ROOT and none on the way to it, and
 * that a name which leads to the admin's file is never replaced by anything but a whole copy, which
 * is the publisher's work. It does not guarantee that all is there after a failure: call it again.
 */
#include "effects/copytree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/fs.h"

#define OPEN_DIR  (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DEPTH_MAX 64

/* Open `name` in dir, which is closed; made if it is not there. `ours`: dir is in ROOT, where a
 * link was made while nothing below it was copied. */
static int enter(int dir, const char *name, bool ours)
{
	int fd = openat(dir, name, OPEN_DIR);

	if (fd < 0 && errno == ENOENT && mkdirat(dir, name, 0755) == 0)
		fd = openat(dir, name, OPEN_DIR);
	if (fd < 0 && ours && (errno == ELOOP || errno == ENOTDIR) && unlinkat(dir, name, 0) == 0 &&
	    mkdirat(dir, name, 0755) == 0)
		fd = openat(dir, name, OPEN_DIR);
	fs_close(dir);
	return fd;
}

/* Owner and mode of the directory that it stands for. */
static int imitate(int fd, const char *model)
{
	struct stat st;

	if (stat(model, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	return fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 0755) < 0 ? -1 : 0;
}

/* The directory at `path`, all of it made if need be. Behind the first `plain` bytes, which are
 * ROOT, directories imitate those of the same path. -1 with errno. */
static int make_path(const char *path, size_t plain)
{
	int fd = open("/", OPEN_DIR);

	for (const char *p = path + 1; fd >= 0 && *p != '\0';) {
		size_t len = strcspn(p, "/");
		char name[NAME_MAX + 1], model[PATH_MAX];

		if (len > NAME_MAX || strlen(path) >= sizeof(model)) {
			fs_close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, p, len);
		name[len] = '\0';
		fd = enter(fd, name, (size_t)(p - path) > plain);
		p += len;
		if (fd >= 0 && (size_t)(p - path) > plain) {
			(void)snprintf(model, sizeof(model), "%.*s",
				       (int)((size_t)(p - path) - plain), path + plain);
			if (imitate(fd, model) < 0) {
				fs_close(fd);
				return -1;
			}
		}
		p += strspn(p, "/");
	}
	return fd;
}

/* Nothing that is being written, and nothing that hides. */
static bool is_worth_a_link(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && !(len > 4 && strcmp(name + len - 4, ".tmp") == 0);
}

static int link_one(int to, const char *from, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", from, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return symlinkat(path, to, name) < 0 && errno != EEXIST ? -1 : 0;
}

/* Does a copy go there? Until it does there is nothing. */
static bool is_copied(const struct state *s, const char *dir, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s%s/%s", s->stack.copy, dir, name) <
		       (int)sizeof(path) &&
	       state_find(s, path) != NULL;
}

/* Everything in the directory `from` that `to` has no such name for. */
static int link_all(const struct state *s, int to, const char *from)
{
	DIR *dir = opendir(from);
	const struct dirent *e;
	int rc = 0;

	if (dir == NULL)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	while (rc == 0 && (errno = 0, e = readdir(dir)) != NULL)
		if (is_worth_a_link(e->d_name) && !is_copied(s, from, e->d_name))
			rc = link_one(to, from, e->d_name);
	if (rc == 0 && errno != 0)
		rc = -1;
	(void)closedir(dir);
	return rc;
}

static bool is_under(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* Links are not followed there. */
static int not_made(const char *path, struct diag *ret_diag)
{
	if (errno != ENOTDIR && errno != ELOOP)
		return fs_error(ret_diag, "make the copy", path);
	return diag_set(ret_diag, EX_INSTALLED,
			"cannot make the copy %s: a link or a file is in its way; remove that",
			path);
}

/* The counterpart of `dir`; with links, if it belongs to the configuration. */
static int make_dir(const struct state *s, const char *dir, bool links, struct diag *ret_diag)
{
	const char *root = s->stack.copy;
	char path[PATH_MAX];
	int fd = -1, rc = -1;

	if (snprintf(path, sizeof(path), "%s%s", root, dir) >= (int)sizeof(path))
		errno = ENAMETOOLONG;
	else
		fd = make_path(path, strlen(root));
	if (fd >= 0)
		rc = links && is_under(dir, s->stack.config) ? link_all(s, fd, dir) : 0;
	if (rc < 0)
		(void)not_made(path, ret_diag);
	fs_close(fd);
	return rc;
}

static int make_parent(const struct state *s, const char *file, bool links, struct diag *ret_diag)
{
	const char *slash = strrchr(file, '/');
	char dir[PATH_MAX];

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - file), file);
	return make_dir(s, dir, links, ret_diag);
}

/* A configuration of one file that needs no edit: the MTA is given its path all the same. */
static int link_config(const struct state *s, struct diag *ret_diag)
{
	const char *slash = strrchr(s->stack.config, '/');
	char path[PATH_MAX], dir[PATH_MAX];
	int fd, rc = -1;

	if (make_parent(s, s->stack.config, false, ret_diag) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s%s", s->stack.copy, s->stack.config);
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - s->stack.config), s->stack.config);
	*strrchr(path, '/') = '\0';
	fd = fs_open_dir(path);
	if (fd >= 0)
		rc = link_one(fd, dir, slash + 1);
	if (rc < 0)
		(void)not_made(path, ret_diag);
	fs_close(fd);
	return rc;
}

/* Do these two lie in one directory? */
static bool beside(const char *a, const char *b)
{
	size_t len = (size_t)(strrchr(a, '/') - a);

	return strncmp(a, b, len) == 0 && strrchr(b, '/') == b + len;
}

/* For all copies that `which` names. */
static int make_parents(const struct state *s, const struct state *which, bool links,
			struct diag *ret_diag)
{
	const char *root = s->stack.copy;

	for (size_t i = 0; i < which->n; i++) {
		const struct record *r = &which->records[i];

		if (r->copied == NULL || !is_under(r->real, root) ||
		    (i > 0 && beside(r->real, which->records[i - 1].real)))
			continue;
		if (make_parent(s, r->real + strlen(root), links, ret_diag) < 0)
			return -1;
	}
	return 0;
}

int copytree_make(const struct state *s, struct diag *ret_diag)
{
	struct stat st;

	if (s->stack.copy == NULL)
		return 0;
	/* All directories first: a link in the place of one would lead away. */
	if (make_parents(s, s, false, ret_diag) < 0 || make_parents(s, s, true, ret_diag) < 0)
		return -1;
	if (stat(s->stack.config, &st) < 0)
		return 0;
	return S_ISDIR(st.st_mode) ? make_dir(s, s->stack.config, true, ret_diag)
				   : link_config(s, ret_diag);
}

/* A directory on the same file system. */
static int open_same(int dir, const char *name, dev_t dev)
{
	int fd = openat(dir, name, OPEN_DIR);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		if (st.st_dev == dev)
			return fd;
		errno = EXDEV;
	}
	fs_close(fd);
	return -1;
}

/* All in dir, which is closed. -1 with errno. */
static int clear(int dir, dev_t dev, int depth)
{
	DIR *list = dir < 0 ? NULL : fdopendir(dir);
	const struct dirent *e;
	int rc = 0;

	if (list == NULL) {
		fs_close(dir);
		return -1;
	}
	while (rc == 0 && (errno = 0, e = readdir(list)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    unlinkat(dir, e->d_name, 0) == 0 || errno == ENOENT)
			continue;
		if (errno != EISDIR && errno != EPERM)
			rc = -1;
		else if (depth == DEPTH_MAX ||
			 clear(open_same(dir, e->d_name, dev), dev, depth + 1) < 0 ||
			 unlinkat(dir, e->d_name, AT_REMOVEDIR) < 0)
			rc = -1;
	}
	if (rc == 0 && errno != 0)
		rc = -1;
	if (rc < 0) {
		int err = errno;

		(void)closedir(list);
		errno = err;
		return -1;
	}
	(void)closedir(list);
	return 0;
}

/* What a damaged state may name: "", "/", "/etc". A copy has a directory of ours above it. */
static bool can_be_copy(const char *root)
{
	const char *first = root + strspn(root, "/"), *rest = first + strcspn(first, "/");

	return root[0] == '/' && rest[strspn(rest, "/")] != '\0' && strstr(root, "/./") == NULL &&
	       strstr(root, "/../") == NULL;
}

int copytree_remove(const char *root, struct diag *ret_diag)
{
	struct stat st;
	int fd;

	if (root != NULL && !can_be_copy(root)) {
		errno = EINVAL;
		return fs_error(ret_diag, "remove the copy", root);
	}
	fd = root ? fs_open_dir(root) : -1;

	if (root == NULL || (fd < 0 && (errno == ENOENT || errno == ENOTDIR)))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		fs_close(fd);
		return fs_error(ret_diag, "remove the copy", root);
	}
	if (clear(fd, st.st_dev, 0) < 0 || (rmdir(root) < 0 && errno != ENOENT))
		return fs_error(ret_diag, "remove the copy", root);
	return 0;
}

static int settle(const struct state *before, const struct state *now, struct diag *ret_diag)
{
	const char *old = before->stack.copy, *new = now->stack.copy;

	if (old != NULL && (new == NULL || strcmp(old, new) != 0) &&
	    copytree_remove(old, ret_diag) < 0)
		return -1;
	/* Where a copy went away the admin's file belongs. */
	if (copytree_make(now, ret_diag) < 0)
		return -1;
	return new != NULL ? make_parents(now, before, true, ret_diag) : 0;
}

int copytree_settle(const struct state *before, const struct state *now, struct diag *ret_diag)
{
	struct diag why;

	if (settle(before, now, &why) == 0)
		return 0;
	return diag_set(ret_diag, why.code, "%.900s; the next run does it", why.text);
}

bool copytree_there(const char *root)
{
	struct stat st;

	return root != NULL && lstat(root, &st) == 0 && S_ISDIR(st.st_mode);
}
