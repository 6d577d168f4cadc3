/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.c guarantees that a name in the store leads to a whole file or to none, after a power cut
 * too. Opening and locking is in storeopen.c.
 */
#include "effects/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/fs.h"

static const char *const file_names[] = {"state.json", "journal.json"};

/* Tell a failure with the full path of the file. */
static int told(const struct store *s, const char *doing, const char *name, struct diag *ret_diag)
{
	char path[PATH_MAX];
	int e = errno;

	(void)snprintf(path, sizeof(path), "%s/%s", s->path, name);
	errno = e;
	return fs_error(ret_diag, doing, path);
}

static int get(int dir, const char *name, char **ret_bytes, size_t *ret_len)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fs_read_all(fd, ret_bytes, ret_len);
	fs_close(fd);
	return rc;
}

int store_load(const struct store *s, enum store_file which, struct state *ret_state,
	       bool *ret_there, struct diag *ret_diag)
{
	const char *name = file_names[which];
	char path[PATH_MAX], *bytes = NULL;
	size_t len = 0;
	int rc;

	*ret_there = false;
	if (s->dir < 0)
		return 0;
	if (get(s->dir, name, &bytes, &len) < 0)
		return errno == ENOENT ? 0 : told(s, "read", name, ret_diag);
	(void)snprintf(path, sizeof(path), "%s/%s", s->path, name);
	rc = state_parse(ret_state, (struct span){bytes, len}, path, ret_diag);
	free(bytes);
	*ret_there = rc == 0;
	return rc;
}

static int save(const struct store *s, const char *name, const char *temp,
		const struct state *state, struct diag *ret_diag)
{
	struct buf text = BUF_INIT;
	int rc = state_format(state, &text, ret_diag);

	if (rc == 0 && fs_put(s->dir, name, temp, (struct span){text.data, text.len}) < 0)
		rc = told(s, "write", name, ret_diag);
	buf_release(&text);
	return rc;
}

int store_save_journal(const struct store *s, const struct state *state, struct diag *ret_diag)
{
	if (save(s, "journal.json", "journal.new", state, ret_diag) < 0)
		return -1;
	return fsync(s->dir) < 0 ? told(s, "write", "journal.json", ret_diag) : 0;
}

int store_save_next(const struct store *s, const struct state *state, struct diag *ret_diag)
{
	return save(s, "state.next", "state.next", state, ret_diag);
}

int store_commit_next(const struct store *s, struct diag *ret_diag)
{
	if (renameat(s->dir, "state.next", s->dir, "state.json") < 0 || fsync(s->dir) < 0)
		return told(s, "replace", "state.json", ret_diag);
	return 0;
}

int store_drop_journal(const struct store *s, struct diag *ret_diag)
{
	if (fs_unlink(s->dir, "journal.json") < 0)
		return told(s, "remove", "journal.json", ret_diag);
	(void)fs_unlink(s->dir, "journal.new");
	(void)fs_unlink(s->dir, "state.next");
	return 0; /* should they come back after a power cut: their generation tells they are old */
}

int store_put(const struct store *s, const char *name, struct span bytes, struct diag *ret_diag)
{
	if (fs_put(s->originals, name, name, bytes) < 0)
		return told(s, "save an original in", "originals", ret_diag);
	return 0;
}

int store_put_soon(const struct store *s, const char *name, struct span bytes, int *ret_fd,
		   struct diag *ret_diag)
{
	int fd = fs_new_file(s->originals, name, bytes);

	if (fd < 0)
		return told(s, "save an original in", "originals", ret_diag);
	fs_send_off(fd);
	*ret_fd = fd;
	return 0;
}

int store_settle(const struct store *s, const int *fds, size_t n, struct diag *ret_diag)
{
	for (size_t i = 0; i < n; i++)
		if (fsync(fds[i]) < 0)
			return told(s, "save an original in", "originals", ret_diag);
	return 0;
}

int store_put_from(const struct store *s, const char *name, int fd, struct diag *ret_diag)
{
	int to = -1, rc = 0;

	if (fs_unlink(s->originals, name) == 0)
		to = openat(s->originals, name,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0 || fs_copy(fd, to) < 0 || fsync(to) < 0)
		rc = told(s, "save an original in", "originals", ret_diag);
	fs_close(to);
	return rc;
}

int store_put_built(const struct store *s, const char *name, const char *path,
		    struct diag *ret_diag)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0 || renameat(AT_FDCWD, path, s->originals, name) < 0)
		rc = fs_error(ret_diag, "take over", path);
	fs_close(fd);
	return rc;
}

int store_sync(const struct store *s, struct diag *ret_diag)
{
	return fsync(s->originals) < 0 ? told(s, "store", "originals", ret_diag) : 0;
}

int store_get(const struct store *s, const char *name, char **ret_bytes, size_t *ret_len,
	      struct diag *ret_diag)
{
	char shown[NAME_MAX + 16];

	if (get(s->originals, name, ret_bytes, ret_len) == 0)
		return 0;
	(void)snprintf(shown, sizeof(shown), "originals/%s", name);
	return told(s, "read", shown, ret_diag);
}

int store_open_file(const struct store *s, const char *name, struct diag *ret_diag)
{
	int fd = openat(s->originals, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? told(s, "open an original in", "originals", ret_diag) : fd;
}

static int keep(const struct store *s, const char *original, const char *name)
{
	int dir = -1, rc = -1;

	if (fs_make_dir(s->dir, "kept") == 0 && fsync(s->dir) == 0)
		dir = openat(s->dir, "kept", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir >= 0 && fs_unlink(dir, ".new") == 0 &&
	    linkat(s->originals, original, dir, ".new", 0) == 0 &&
	    renameat(dir, ".new", dir, name) == 0 && fs_unlink(dir, ".new") == 0)
		rc = fsync(dir);
	fs_close(dir);
	return rc;
}

int store_keep(const struct store *s, const char *original, const char *path, char **ret_kept,
	       struct diag *ret_diag)
{
	size_t len = strlen(path), skip = len > NAME_MAX - 8 ? len - (NAME_MAX - 8) : 0;
	struct buf kept = BUF_INIT;
	size_t name;

	buf_addf(&kept, "%s/kept/", s->path);
	name = kept.len;
	for (const char *p = path + skip; *p != '\0'; p++)
		buf_add(&kept, *p == '/' ? "%" : p, 1);
	if (!buf_ok(&kept)) {
		buf_release(&kept);
		return diag_oom(ret_diag);
	}
	if (keep(s, original, kept.data + name) < 0) {
		buf_release(&kept);
		return told(s, "keep an original in", "kept", ret_diag);
	}
	*ret_kept = buf_detach(&kept);
	return *ret_kept == NULL ? diag_oom(ret_diag) : 0;
}

static bool is_named(const struct state *state, const char *name)
{
	for (size_t i = 0; state != NULL && i < state->n; i++) {
		const struct record *r = &state->records[i];

		if ((r->original && strcmp(r->original, name) == 0) ||
		    (r->edits && strcmp(r->edits, name) == 0) ||
		    (r->content && strcmp(r->content, name) == 0))
			return true;
	}
	return false;
}

static void clear_dir(const struct store *s, const char *name, const struct state *state)
{
	int fd = openat(s->dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (dir == NULL) {
		fs_close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !is_named(state, e->d_name))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	(void)closedir(dir);
}

void store_collect(const struct store *s, const struct state *state)
{
	clear_dir(s, "originals", state);
	clear_dir(s, "build", NULL);
}

int store_build_dir(const struct store *s, char **ret_path, struct diag *ret_diag)
{
	struct buf path = BUF_INIT;

	if (fs_make_dir(s->dir, "build") < 0)
		return told(s, "make", "build", ret_diag);
	buf_addf(&path, "%s/build", s->path);
	*ret_path = buf_detach(&path);
	return *ret_path == NULL ? diag_oom(ret_diag) : 0;
}
