/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storeopen.c guarantees that a store is used by one writer at a time, that its directory belongs
 * to us alone, and that no lock outlives its holder: all are flock(2).
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/file.h"
#include "effects/fs.h"
#include "effects/store.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void store_close(struct store *s)
{
	fs_close(s->lock);
	fs_close(s->originals);
	fs_close(s->dir);
	fs_close(s->root);
	free(s->path);
	*s = (struct store)STORE_INIT;
}

static bool is_name(const char *name)
{
	if (*name == '\0' || *name == '.' || strlen(name) > NAME_MAX)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("._-:", *p) == NULL)
			return false;
	return true;
}

static int check_owner(int fd, mode_t forbidden, const char *path, struct diag *ret_diag)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fs_error(ret_diag, "look at", path);
	if (st.st_uid != geteuid() || (st.st_mode & forbidden) != 0)
		return diag_set(ret_diag, EX_PERM,
				"cannot keep state in %s: it must belong to this user alone (owner "
				"%u, mode %03o); chown and chmod it",
				path, (unsigned)st.st_uid, (unsigned)st.st_mode & 0777);
	return 0;
}

/* Make STATE_DIR if it is not there, and its name durable in any case: an earlier run may have been
 * cut short between the two. */
static int make_root(const char *state_dir, struct diag *ret_diag)
{
	const char *slash = state_dir + strlen(state_dir);
	char parent[PATH_MAX], *real;
	int fd, rc;

	while (slash > state_dir && slash[-1] == '/')
		slash--;
	while (slash > state_dir && slash[-1] != '/')
		slash--;
	if (snprintf(parent, sizeof(parent), "%.*s", (int)(slash - state_dir), state_dir) >=
	    (int)sizeof(parent)) {
		errno = ENAMETOOLONG;
		return fs_error(ret_diag, "make the state directory", state_dir);
	}
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return fs_error(ret_diag, "make the state directory", state_dir);
	real = realpath(parent, NULL);
	fd = real == NULL ? -1 : fs_open_dir(real);
	rc = fd < 0 || fsync(fd) < 0 ? fs_error(ret_diag, "store the directory of", state_dir) : 0;
	fs_close(fd);
	free(real);
	return rc;
}

/* Set s->path to STATE_DIR/NAME and open STATE_DIR. 1: it is not there. */
static int open_root(struct store *s, const char *state_dir, const char *name,
		     struct diag *ret_diag)
{
	char *real = realpath(state_dir, NULL);
	struct buf path = BUF_INIT;

	if (real == NULL)
		return errno == ENOENT ? 1 : fs_error(ret_diag, "find", state_dir);
	s->root = fs_open_dir(real);
	if (s->root < 0) {
		free(real);
		return fs_error(ret_diag, "open", state_dir);
	}
	buf_addf(&path, "%s/%s", real, name);
	free(real);
	s->path = buf_detach(&path);
	if (s->path == NULL)
		return diag_oom(ret_diag);
	s->name = strrchr(s->path, '/') + 1;
	return check_owner(s->root, S_IWGRP | S_IWOTH, state_dir, ret_diag);
}

static int lock(struct store *s, const struct deadline *d, struct diag *ret_diag)
{
	s->lock = openat(s->dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return fs_error(ret_diag, "open the lock in", s->path);
	if (fs_lock(s->lock, d) == 0)
		return 0;
	if (errno == ETIMEDOUT)
		return diag_set(ret_diag, EX_FAILED,
				"cannot lock %s: another mta-stack command still works on this "
				"resource",
				s->path);
	return fs_error(ret_diag, "lock", s->path);
}

static int open_all(struct store *s, const char *state_dir, const char *name,
		    const struct deadline *d, struct diag *ret_diag)
{
	if (make_root(state_dir, ret_diag) < 0 || open_root(s, state_dir, name, ret_diag) != 0)
		return -1;
	if (fs_make_dir(s->root, name) < 0)
		return fs_error(ret_diag, "make", s->path);
	s->dir = openat(s->root, name, OPEN_DIR);
	if (s->dir < 0)
		return fs_error(ret_diag, "open", s->path);
	if (check_owner(s->dir, 077, s->path, ret_diag) < 0 || lock(s, d, ret_diag) < 0)
		return -1;
	/* Always: an earlier run may have been cut short before it. And before the journal: one
	 * that is there without the originals could not be acted on. */
	if (fs_make_dir(s->dir, "originals") < 0 || fsync(s->dir) < 0)
		return fs_error(ret_diag, "make directories in", s->path);
	if (fsync(s->root) < 0)
		return fs_error(ret_diag, "store the directory of", s->path);
	s->originals = openat(s->dir, "originals", OPEN_DIR);
	if (s->originals < 0)
		return fs_error(ret_diag, "open the originals in", s->path);
	return 0;
}

int store_open(struct store *ret_store, const char *state_dir, const char *name,
	       const struct deadline *d, struct diag *ret_diag)
{
	struct store s = STORE_INIT;

	if (!is_name(name) || state_dir[0] != '/')
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot keep state for \"%s\" in \"%s\": the name must be letters, "
				"digits and ._-: and the directory absolute",
				name, state_dir);
	if (open_all(&s, state_dir, name, d, ret_diag) < 0) {
		store_close(&s);
		return -1;
	}
	*ret_store = s;
	return 0;
}

int store_open_readonly(struct store *ret_store, const char *state_dir, const char *name,
			struct diag *ret_diag)
{
	struct store s = STORE_INIT;
	int rc;

	if (!is_name(name) || state_dir[0] != '/')
		return diag_set(ret_diag, EX_CONFIGURED,
				"cannot look for state of \"%s\" in \"%s\"", name, state_dir);
	rc = open_root(&s, state_dir, name, ret_diag);
	if (rc < 0)
		goto fail;
	if (rc == 0) {
		s.dir = openat(s.root, name, OPEN_DIR);
		if (s.dir < 0 && errno != ENOENT) {
			(void)fs_error(ret_diag, "open", s.path);
			goto fail;
		}
		if (s.dir >= 0)
			s.originals = openat(s.dir, "originals", OPEN_DIR);
	}
	*ret_store = s;
	return 0;
fail:
	store_close(&s);
	return -1;
}

int store_lock_claims(const struct store *s, const struct deadline *d, struct diag *ret_diag)
{
	int fd = openat(s->root, ".claims", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0 && fs_lock(fd, d) == 0)
		return fd;
	if (fd >= 0 && errno == ETIMEDOUT)
		(void)diag_set(ret_diag, EX_FAILED,
			       "cannot lock the state directory of %s: another instance still "
			       "works in it",
			       s->path);
	else
		(void)fs_error(ret_diag, "lock the state directory of", s->path);
	fs_close(fd);
	return -1;
}

/* 1: the instance `name` holds it, 0: not, -1. */
static int holds(const struct store *s, const char *name, const char *real, struct diag *ret_diag)
{
	struct state state;
	struct buf path = BUF_INIT;
	struct store other = STORE_INIT;
	bool there;
	int rc = -1;

	other.dir = openat(s->root, name, OPEN_DIR);
	if (other.dir < 0)
		return errno == ENOTDIR || errno == ELOOP || errno == ENOENT
			       ? 0
			       : fs_error(ret_diag, "open the state of", name);
	buf_addf(&path, "%.*s%s", (int)(s->name - s->path), s->path, name);
	other.path = buf_detach(&path);
	state_init(&state);
	if (other.path == NULL)
		(void)diag_oom(ret_diag);
	else if (store_load(&other, STORE_STATE, &state, &there, ret_diag) == 0)
		rc = there && state_find(&state, real) != NULL;
	if (rc == 0 && store_load(&other, STORE_JOURNAL, &state, &there, ret_diag) < 0)
		rc = -1;
	else if (rc == 0)
		rc = there && state_find(&state, real) != NULL;
	state_release(&state);
	store_close(&other);
	return rc;
}

int store_claimed(const struct store *s, const char *real, char **ret_owner, struct diag *ret_diag)
{
	int fd = openat(s->root, ".", OPEN_DIR), rc = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (dir == NULL) {
		fs_close(fd);
		return fs_error(ret_diag, "read the state directory of", s->path);
	}
	*ret_owner = NULL;
	while (rc == 0 && (errno = 0, e = readdir(dir)) != NULL)
		if (is_name(e->d_name) && strcmp(e->d_name, s->name) != 0) {
			rc = holds(s, e->d_name, real, ret_diag);
			if (rc > 0 && (*ret_owner = strdup(e->d_name)) == NULL)
				rc = diag_oom(ret_diag);
		}
	if (rc == 0 && errno != 0)
		rc = fs_error(ret_diag, "read the state directory of", s->path);
	(void)closedir(dir);
	return rc < 0 ? -1 : 0;
}
