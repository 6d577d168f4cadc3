/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attrs: what a file has besides its bytes, and which file it is.
 *
 * Kept: owner, group, mode, mtime, and the extended attributes user.*, system.posix_acl_access and
 * security.selinux. Never: security.ima, security.evm and security.capability, which vouch for the
 * bytes that were there before; and our own mark.
 */
#ifndef MTA_STACK_ATTRS_H
#define MTA_STACK_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* Which file, in which state: what tells that nobody wrote since. ctime is left out on purpose: a
 * rename or a backup changes it and no byte. */
struct identity {
	dev_t dev;
	ino_t ino; /* 0: there is no file */
	off_t size;
	struct timespec mtime;
};

struct identity identity_of(const struct stat *st);
bool identity_equal(const struct identity *a, const struct identity *b);

struct xattr {
	char *name;
	void *value;
	size_t len;
};

struct attrs {
	uid_t uid;
	gid_t gid;
	mode_t mode; /* permission bits alone */
	struct timespec mtime;
	struct xattr *items;
	size_t n, cap;
};

#define ATTRS_INIT                                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

/* The extended attribute that marks a file as rewritten by us; its value names the instance. */
#define ATTRS_MARK "user.mta-stack"

void attrs_release(struct attrs *a);

/* 0, or -1 with errno; a file system without extended attributes has none. */
int attrs_get(int fd, struct attrs *ret_attrs);

int attrs_copy(const struct attrs *from, struct attrs *ret_attrs);

/* Add one by value; ENOMEM. */
int attrs_add(struct attrs *a, const char *name, const void *value, size_t len);

/* Everything but the mtime. -1 with errno if one of them cannot be set. */
int attrs_put(int fd, const struct attrs *a);

/* The mark's value as a string, "" if there is none; free() it. NULL: ENOMEM. */
char *attrs_mark(int fd);

#endif
