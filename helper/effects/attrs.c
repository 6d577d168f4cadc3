/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attrs.c guarantees that an attribute that the old file had and the new one cannot get is an
 * error, not a loss. It does not know about file flags (chattr) and quota projects.
 */
#include "effects/attrs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "data/array.h"

#define TRIES 8 /* a list may grow between asking for its size and reading it */

struct identity identity_of(const struct stat *st)
{
	return (struct identity){st->st_dev, st->st_ino, st->st_size, st->st_mtim};
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

void attrs_release(struct attrs *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->items[i].name);
		free(a->items[i].value);
	}
	free(a->items);
	*a = (struct attrs)ATTRS_INIT;
}

int attrs_add(struct attrs *a, const char *name, const void *value, size_t len)
{
	struct xattr *x = array_grow(&a->items, &a->n, &a->cap);

	if (x == NULL)
		goto fail;
	x->name = strdup(name);
	x->value = malloc(len + 1);
	if (x->name == NULL || x->value == NULL)
		goto fail;
	if (len > 0)
		memcpy(x->value, value, len);
	x->len = len;
	return 0;
fail:
	errno = ENOMEM;
	return -1;
}

int attrs_copy(const struct attrs *from, struct attrs *ret_attrs)
{
	struct attrs a = *from;

	a.items = NULL;
	a.n = a.cap = 0;
	for (size_t i = 0; i < from->n; i++)
		if (attrs_add(&a, from->items[i].name, from->items[i].value, from->items[i].len) <
		    0) {
			attrs_release(&a);
			errno = ENOMEM;
			return -1;
		}
	*ret_attrs = a;
	return 0;
}

/* The list of names, or one value when name is given, as a fresh block. -1 with errno. */
static ssize_t fetch(int fd, const char *name, char **ret_block)
{
	for (int i = 0; i < TRIES; i++) {
		ssize_t n = name ? fgetxattr(fd, name, NULL, 0) : flistxattr(fd, NULL, 0), got;
		char *block;

		if (n < 0)
			return -1;
		block = malloc((size_t)n + 1);
		if (block == NULL)
			return -1;
		got = name ? fgetxattr(fd, name, block, (size_t)n)
			   : flistxattr(fd, block, (size_t)n);
		if (n == 0 || got >= 0) {
			block[n == 0 ? 0 : got] = '\0';
			*ret_block = block;
			return n == 0 ? 0 : got;
		}
		free(block);
		if (errno != ERANGE)
			return -1;
	}
	return -1;
}

static bool is_kept(const char *name)
{
	return (strncmp(name, "user.", 5) == 0 && strcmp(name, ATTRS_MARK) != 0) ||
	       strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "security.selinux") == 0;
}

static int get_xattrs(int fd, struct attrs *a)
{
	char *names = NULL;
	ssize_t n = fetch(fd, NULL, &names);
	int rc = 0;

	if (n < 0)
		return errno == ENOTSUP ? 0 : -1;
	for (const char *p = names; rc == 0 && p < names + n; p += strlen(p) + 1) {
		char *value = NULL;
		ssize_t len;

		if (!is_kept(p))
			continue;
		len = fetch(fd, p, &value);
		if (len >= 0)
			rc = attrs_add(a, p, value, (size_t)len);
		else if (errno != ENODATA) /* gone meanwhile */
			rc = -1;
		free(value);
	}
	free(names);
	return rc;
}

int attrs_get(int fd, struct attrs *ret_attrs)
{
	struct attrs a = ATTRS_INIT;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	a.uid = st.st_uid;
	a.gid = st.st_gid;
	a.mode = st.st_mode & 07777;
	a.mtime = st.st_mtim;
	if (get_xattrs(fd, &a) < 0) {
		int e = errno;

		attrs_release(&a);
		errno = e;
		return -1;
	}
	*ret_attrs = a;
	return 0;
}

int attrs_put(int fd, const struct attrs *a)
{
	if (fchown(fd, a->uid, a->gid) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		if (fsetxattr(fd, a->items[i].name, a->items[i].value, a->items[i].len, 0) < 0)
			return -1;
	/* Last: changing the owner clears bits, setting an ACL changes the group's. */
	return fchmod(fd, a->mode);
}

char *attrs_mark(int fd)
{
	char *value = NULL;

	if (fetch(fd, ATTRS_MARK, &value) >= 0)
		return value;
	return errno == ENOMEM ? NULL : strdup("");
}
