/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.c guarantees that what it hands out are the bytes that the same tool made from the same
 * source. It does not look into the libraries that the tool uses: a package that changes a table's
 * format brings a new tool with it.
 */
#include "effects/tables.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/fs.h"
#include "effects/spawn.h"
#include "pure/sum.h"

#define NAME_LEN 40

struct table_names {
	char table[NAME_LEN], key[NAME_LEN], temp[NAME_LEN];
};

static struct table_names names_of(const char *derived)
{
	const uint64_t sum = sum_of((struct span){derived, strlen(derived)});
	struct table_names n;

	(void)snprintf(n.table, sizeof(n.table), "%016" PRIx64 ".table", sum);
	(void)snprintf(n.key, sizeof(n.key), "%016" PRIx64 ".key", sum);
	(void)snprintf(n.temp, sizeof(n.temp), "%016" PRIx64 ".new", sum);
	return n;
}

bool tables_key(const struct derived *derived, struct span source, struct buf *ret_key)
{
	char tool[PATH_MAX];
	struct stat st;

	if (!derived->alone || spawn_find(derived->argv[0], tool, NULL) < 0 || stat(tool, &st) < 0)
		return false;
	buf_addf(ret_key, "mta-stack table 1\nfile %s\ntool %s %jd %jd.%09ld\nsuffix %s\n",
		 derived->path, tool, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec, derived->suffix);
	for (size_t i = 0; derived->argv[i] != NULL; i++)
		buf_addf(ret_key, "word %zu %s\n", strlen(derived->argv[i]), derived->argv[i]);
	buf_addf(ret_key, "source %016" PRIx64 " %zu\n", sum_of(source), source.len);
	return buf_ok(ret_key);
}

static int open_dir(const struct store *s)
{
	return openat(s->dir, "tables", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The last line of a kept key. */
static bool add_content(struct buf *key, int dir, const char *table)
{
	int fd = openat(dir, table, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t sum = 0;
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fs_sum(fd, &sum) == 0;

	fs_close(fd);
	if (ok)
		buf_addf(key, "table %016" PRIx64 " %jd\n", sum, (intmax_t)st.st_size);
	return ok && buf_ok(key);
}

static bool reads(int dir, const char *name, struct span wanted)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *bytes = NULL;
	size_t len = 0;
	bool same = fd >= 0 && fs_read_all(fd, &bytes, &len) == 0 &&
		    text_same((struct span){bytes, len}, wanted);

	fs_close(fd);
	free(bytes);
	return same;
}

bool tables_find(const struct store *s, const char *derived, struct span key, const char *path)
{
	const struct table_names n = names_of(derived);
	struct buf whole = BUF_INIT;
	int dir = open_dir(s);
	bool found;

	if (dir < 0)
		return false;
	buf_add(&whole, key.at, key.len);
	found = add_content(&whole, dir, n.table) &&
		reads(dir, n.key, (struct span){whole.data, whole.len}) &&
		linkat(dir, n.table, AT_FDCWD, path, 0) == 0;
	buf_release(&whole);
	fs_close(dir);
	return found;
}

void tables_keep(const struct store *s, const char *derived, struct span key, const char *path)
{
	const struct table_names n = names_of(derived);
	struct buf whole = BUF_INIT;
	int dir = fs_make_dir(s->dir, "tables") < 0 ? -1 : open_dir(s);

	if (dir < 0)
		return;
	buf_add(&whole, key.at, key.len);
	/* Without the old key first, so that no key lies beside a table of another one for long. */
	(void)fs_unlink(dir, n.key);
	(void)fs_unlink(dir, n.temp);
	if (linkat(AT_FDCWD, path, dir, n.temp, 0) == 0 &&
	    renameat(dir, n.temp, dir, n.table) == 0 && add_content(&whole, dir, n.table))
		(void)fs_make_file(dir, n.key, (struct span){whole.data, whole.len});
	(void)fs_unlink(dir, n.temp);
	buf_release(&whole);
	fs_close(dir);
}

static bool is_wanted(const struct state *state, const char *name)
{
	for (size_t i = 0; i < state->n; i++) {
		struct table_names n;

		if (state->records[i].edits != NULL)
			continue;
		n = names_of(state->records[i].path);
		if (strcmp(n.table, name) == 0 || strcmp(n.key, name) == 0)
			return true;
	}
	return false;
}

void tables_collect(const struct store *s, const struct state *state)
{
	int fd = open_dir(s);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (dir == NULL) {
		fs_close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && !is_wanted(state, e->d_name))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	(void)closedir(dir);
}
