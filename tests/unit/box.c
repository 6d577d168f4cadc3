/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box.c: see box.h. Guarantees that box_remove() removes nothing outside the box.
 */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"

static char root[512];

int box_make(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char template[PATH_MAX], real[PATH_MAX];

	(void)snprintf(template, sizeof(template), "%s/mta-stack-test.XXXXXX", tmp ? tmp : "/tmp");
	if (mkdtemp(template) == NULL || realpath(template, real) == NULL ||
	    snprintf(root, sizeof(root), "%s", real) >= (int)sizeof(root))
		return -1;
	*state = root;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int box_remove(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void box_clear(const char *path)
{
	assert_int_equal(nftw(box_path(path), remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *box_path(const char *path)
{
	static char slots[8][PATH_MAX];
	static unsigned next;
	char *slot = slots[next++ % 8];

	if (snprintf(slot, PATH_MAX, "%s/%s", root, path) >= PATH_MAX)
		fail_msg("path too long: %s", path);
	return slot;
}

static void put(const char *full, const char *text, int flags)
{
	int fd = open(full, O_WRONLY | O_CREAT | flags, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

void box_put(const char *path, const char *text)
{
	put(box_path(path), text, O_TRUNC);
}

void box_replace(const char *path, const char *text)
{
	char temp[PATH_MAX + 8];

	(void)snprintf(temp, sizeof(temp), "%s.new", box_path(path));
	put(temp, text, O_EXCL);
	assert_int_equal(rename(temp, box_path(path)), 0);
}

const char *box_get(const char *path)
{
	static char slots[4][65536];
	static unsigned next;
	char *slot = slots[next++ % 4];
	int fd = open(box_path(path), O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, slot, sizeof(slots[0]) - 1);
	assert_true(n >= 0 && n < (ssize_t)sizeof(slots[0]) - 1);
	slot[n] = '\0';
	assert_int_equal(close(fd), 0);
	return slot;
}

int box_has(const char *path)
{
	return access(box_path(path), F_OK) == 0;
}

struct stat box_stat(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(box_path(path), &st), 0);
	return st;
}

int box_count(const char *path)
{
	DIR *dir = opendir(box_path(path));
	struct dirent *e;
	int n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(dir);
	return n;
}
