/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs.c guarantees that a short or interrupted transfer is never taken for a whole one, and that
 * every failing fsync(2) is told. It does not retry an fsync: after a failure the kernel may have
 * dropped the pages.
 */
#include "effects/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pure/sum.h"

#define READ_MAX     ((off_t)1024 * 1024 * 1024)
#define COPY_STEP    ((size_t)1024 * 1024)
#define SUM_STEP     ((size_t)64 * 1024) /* stays in the processor's cache */
#define LOCK_NAP_MS  20
#define POPULATE_MIN ((size_t)1024 * 1024)

/* At once; given more, the kernel looks for pages of two megabytes first, which takes its time. */
#define WRITE_STEP ((size_t)256 * 1024)

/* After so much the disk begins, while more is written. */
#define WRITE_BEHIND ((size_t)8 * 1024 * 1024)

int fs_error(struct diag *ret_diag, const char *doing, const char *path)
{
	int e = errno;
	enum exit_code code = EX_FAILED;

	if (e == ENOMEM)
		return diag_oom(ret_diag);
	if (e == EACCES || e == EPERM)
		code = EX_PERM;
	else if (e == ENOENT || e == ENOTDIR)
		code = EX_INSTALLED;
	return diag_set(ret_diag, code, "cannot %s %s: %s", doing, path, strerror(e));
}

void fs_close(int fd)
{
	int e = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = e;
}

int fs_unlink(int dir, const char *name)
{
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

int fs_open_dir(const char *real)
{
	const char *p = real;
	int fd, next;

	if (real[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0) {
		char name[NAME_MAX + 1];
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len > NAME_MAX) {
			fs_close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, len ? p : ".", len ? len : 1);
		name[len ? len : 1] = '\0';
		p += len;
		p += strspn(p, "/");
		next = openat(fd, name,
			      (*p ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		fs_close(fd);
		fd = next;
		if (*p == '\0')
			break;
	}
	return fd;
}

int fs_make_dir(int dir, const char *name)
{
	return mkdirat(dir, name, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static ssize_t read_some(int fd, void *at, size_t len)
{
	ssize_t n;

	do
		n = read(fd, at, len);
	while (n < 0 && errno == EINTR);
	return n;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

void fs_populate(void *block, size_t len)
{
	const uintptr_t page = 4096, from = ((uintptr_t)block + page - 1) & ~(page - 1),
			to = ((uintptr_t)block + len) & ~(page - 1);

	if (len >= POPULATE_MIN)
		(void)madvise((void *)from, to - from, MADV_POPULATE_WRITE);
}

int fs_read_all(int fd, char **ret_bytes, size_t *ret_len)
{
	struct stat st;
	size_t len = 0, cap;
	char *bytes, *more;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -1;
	if (st.st_size > READ_MAX) {
		errno = EFBIG;
		return -1;
	}
	cap = (size_t)st.st_size + 2; /* one to see the end, one for the NUL */
	bytes = malloc(cap);
	if (bytes != NULL)
		fs_populate(bytes, cap);
	while (bytes != NULL) {
		n = read_some(fd, bytes + len, cap - 1 - len);
		if (n < 0)
			goto fail;
		if (n == 0) {
			bytes[len] = '\0';
			*ret_bytes = bytes;
			*ret_len = len;
			return 0;
		}
		len += (size_t)n;
		if (len < cap - 1)
			continue;
		if (cap > (size_t)READ_MAX) {
			errno = EFBIG;
			goto fail;
		}
		cap *= 2;
		more = realloc(bytes, cap);
		if (more == NULL)
			goto fail;
		bytes = more;
	}
fail:
	free(bytes);
	return -1;
}

void fs_send_off(int fd)
{
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int fs_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes, *sent = at;

	while (len > 0) {
		ssize_t n = write(fd, at, len < WRITE_STEP ? len : WRITE_STEP);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n < 0 ? errno : ENOSPC;
			return -1;
		}
		at += n;
		len -= (size_t)n;
		if ((size_t)(at - sent) >= WRITE_BEHIND) {
			fs_send_off(fd);
			sent = at;
		}
	}
	return 0;
}

static int copy_by_hand(int from, int to, off_t at)
{
	char *block = malloc(COPY_STEP);
	ssize_t n = -1;

	while (block != NULL) {
		do
			n = pread(from, block, COPY_STEP, at);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			break;
		if (fs_write_all(to, block, (size_t)n) < 0) {
			n = -1;
			break;
		}
		at += n;
	}
	free(block);
	return n < 0 ? -1 : 0;
}

int fs_copy(int from, int to)
{
	off_t at = 0;

	for (;;) {
		ssize_t n = copy_file_range(from, &at, to, NULL, (size_t)READ_MAX, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EIO || errno == EDQUOT))
			return -1;
		/* Not possible here, or the end: reading on from `at` tells. */
		return copy_by_hand(from, to, at);
	}
}

int fs_sum(int fd, uint64_t *ret_sum)
{
	char *block = malloc(SUM_STEP);
	struct sum sum;
	off_t at = 0;
	ssize_t n = -1;

	sum_init(&sum);
	while (block != NULL) {
		do
			n = pread(fd, block, SUM_STEP, at);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			break;
		sum_add(&sum, block, (size_t)n);
		at += n;
	}
	free(block);
	if (n < 0)
		return -1;
	*ret_sum = sum_end(&sum);
	return 0;
}

int fs_lock(int fd, const struct deadline *d)
{
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -1;
		if (deadline_passed(d)) {
			errno = ETIMEDOUT;
			return -1;
		}
		deadline_nap(d, LOCK_NAP_MS);
	}
	return 0;
}

int fs_new_file(int dir, const char *name, struct span bytes)
{
	int fd, e;

	if (fs_unlink(dir, name) < 0)
		return -1;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fs_write_all(fd, bytes.at, bytes.len) == 0)
		return fd;
	e = errno;
	fs_close(fd);
	(void)unlinkat(dir, name, 0);
	errno = e;
	return -1;
}

int fs_make_file(int dir, const char *name, struct span bytes)
{
	int fd = fs_new_file(dir, name, bytes);

	fs_close(fd);
	return fd < 0 ? -1 : 0;
}

int fs_put(int dir, const char *name, const char *temp, struct span bytes)
{
	int fd = fs_new_file(dir, temp, bytes), rc, e;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	fs_close(fd);
	if (rc == 0 && strcmp(name, temp) != 0)
		rc = renameat(dir, temp, dir, name);
	if (rc == 0)
		return 0;
	e = errno;
	(void)unlinkat(dir, temp, 0);
	errno = e;
	return -1;
}
