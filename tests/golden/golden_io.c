/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden_io: the files of golden cases.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "golden.h"

static void die(const char *what, const char *path)
{
	(void)fprintf(stderr, "golden: cannot %s %s: %s\n", what, path, strerror(errno));
	exit(2);
}

char *io_path(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s%s%s", dir, name[0] == '/' ? "" : "/", name) < 0)
		die("name", name);
	return path;
}

bool io_read(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "re");
	char block[65536];
	size_t n;

	buf_clear(ret);
	if (f == NULL) {
		if (errno != ENOENT)
			die("open", path);
		return false;
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(ret, block, n);
	if (ferror(f) || !buf_ok(ret))
		die("read", path);
	(void)fclose(f);
	return true;
}

static void make_parents(const char *path)
{
	char *dir = strdup(path);

	for (char *p = dir + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(dir, 0777) < 0 && errno != EEXIST)
			die("make", dir);
		*p = '/';
	}
	free(dir);
}

void io_write(const char *path, const struct buf *content)
{
	FILE *f;

	make_parents(path);
	f = fopen(path, "we");
	if (f == NULL || fwrite(buf_str(content), 1, content->len, f) != content->len ||
	    fclose(f) != 0)
		die("write", path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void io_remove_tree(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		die("remove", path);
}

static void each(const char *dir, const char *prefix, void (*fn)(const char *, void *), void *arg)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		char *path = io_path(dir, name), *below = NULL;
		struct stat st;

		if (asprintf(&below, "%s/%s", prefix, name) < 0)
			die("name", name);
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && lstat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				each(path, below, fn, arg);
			else
				fn(below, arg);
		}
		free(path);
		free(below);
		free(names[i]);
	}
	free(names);
}

void io_each(const char *dir, void (*fn)(const char *path, void *arg), void *arg)
{
	each(dir, "", fn, arg);
}
