/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.c guarantees that all that the program could see of the world is in its hash, but for inode
 * numbers, times and owners, which memo.h speaks of (all files have one owner here).
 */
#include "memo.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "world.h"

#define FILES 128
#define BYTES 65536

static struct {
	ino_t ino;
	struct timespec mtime;
	uint64_t name;
} files[FILES];
static unsigned n_files;

static uint64_t find_live(unsigned long long ino, struct memo_time *ret_time)
{
	for (unsigned i = 0; i < n_files; i++)
		if (files[i].ino == ino) {
			*ret_time =
				(struct memo_time){files[i].mtime.tv_sec, files[i].mtime.tv_nsec};
			return files[i].name;
		}
	return 0;
}

typedef uint64_t visitor(uint64_t sum, const char *path, const struct stat *st);

/* Each entry, in an order that does not depend on the file system. */
static uint64_t walk(uint64_t sum, const char *path, visitor *visit)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort);

	if (n < 0)
		broken(path);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		char below[PATH_MAX];
		struct stat st;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			(void)snprintf(below, sizeof(below), "%s/%s", path, name);
			if (lstat(below, &st) < 0)
				broken(below);
			sum = visit(sum, below, &st);
			if (S_ISDIR(st.st_mode))
				sum = walk(memo_more(sum, "{", 1), below, visit);
			sum = memo_more(sum, "}", 1);
		}
		free(list[i]);
	}
	free(list);
	return sum;
}

static uint64_t remember(uint64_t sum, const char *path, const struct stat *st)
{
	if (n_files == FILES)
		broken("too many files");
	files[n_files].ino = st->st_ino;
	files[n_files].mtime = st->st_mtim;
	/* the first name of a linked file stands for all */
	files[n_files++].name = memo_more(1, path, strlen(path)) | 1;
	return sum;
}

static uint64_t attributes(uint64_t sum, const char *path)
{
	char names[1024], value[1024];
	ssize_t n = llistxattr(path, names, sizeof(names));

	for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
		ssize_t len = lgetxattr(path, name, value, sizeof(value));

		sum = memo_more(sum, name, strlen(name));
		sum = memo_more(sum, value, len > 0 ? (size_t)len : 0);
	}
	return sum;
}

static uint64_t look(uint64_t sum, const char *path, const struct stat *st)
{
	static char bytes[BYTES];
	struct memo_time time;
	uint64_t first = find_live(st->st_ino, &time);
	ssize_t n = 0;

	sum = memo_more(sum, path, strlen(path) + 1);
	sum = memo_more(sum, &st->st_mode, sizeof(st->st_mode));
	if (st->st_nlink > 1 && !S_ISDIR(st->st_mode))
		sum = memo_more(sum, &first, sizeof(first));
	sum = attributes(sum, path);
	if (S_ISLNK(st->st_mode)) {
		n = readlink(path, bytes, sizeof(bytes));
	} else if (S_ISREG(st->st_mode)) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
		(void)close(fd);
	}
	if (n < 0 || n == BYTES)
		broken(path);
	bytes[n] = '\0';
	return memo_text(sum, bytes, (size_t)n, find_live);
}

uint64_t disk_hash(unsigned question)
{
	uint64_t sum = memo_more(0xcbf29ce484222325u, &question, sizeof(question));

	n_files = 0;
	(void)walk(0, world_root, remember);
	sum = walk(sum, world_root, look);
	return sum != 0 ? sum : 1;
}
