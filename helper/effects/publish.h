/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * publish: one file gets new content, all of it or none, and keeps what else it has.
 *
 *     publish_init(&p, real, temp, &expect, flags)
 *     publish_begin(&p, …)       opens the directory, takes the lock, makes the temporary file
 *     publish_add / publish_add_from(&p, …)    the new bytes, in order
 *     publish_seal(&p, …)        owner, mode, extended attributes, mtime; everything durable
 *     publish_commit(&p, …)      looks once more at the live file, then rename(2)
 *     publish_sync(&p, …)        makes the new name durable
 *     publish_release(&p)        removes the temporary file unless it was renamed
 *
 * With PUBLISH_REMOVE, to take a file away, and PUBLISH_SAME: init, begin, commit, sync, release.
 *
 * The temporary file is in the same directory, made with O_EXCL and O_NOFOLLOW, 0600 until it is
 * sealed. With PUBLISH_POSTCONF_LOCK it is NAME.tmp under flock(2), which is what postconf -e
 * does: of two such editors one waits. Refused with a reason: hard links, files that are not
 * regular, directories that everybody may write to, file names too long for a temporary one.
 */
#ifndef MTA_STACK_PUBLISH_H
#define MTA_STACK_PUBLISH_H

#include <limits.h>
#include <stdbool.h>

#include "data/diag.h"
#include "effects/attrs.h"
#include "effects/clock.h"
#include "pure/text.h"

#define PUBLISH_POSTCONF_LOCK 1u
#define PUBLISH_REMOVE	      2u
#define PUBLISH_SAME	      4u  /* the bytes are right already: only make them durable */
#define PUBLISH_ANY_LINKS     8u  /* a hard-linked file is replaced; its other names keep the old */
#define PUBLISH_OVER_LINK     16u /* a symbolic link in its place is no file and is replaced */

struct publish {
	const char *real; /* resolved path, the caller's */
	const char *name; /* its last part */
	char temp[NAME_MAX + 1];
	struct identity expect; /* the live file that was planned on; ino 0: there is none */
	unsigned flags;
	int dir, fd; /* fd: the temporary file */
	int old;     /* the live file as it was, to copy it back; -1: there was none */
	bool made;   /* the temporary file's name is there and ours */
};

/* temp: from publish_temp_name(), or NULL with PUBLISH_POSTCONF_LOCK or PUBLISH_REMOVE. */
void publish_init(struct publish *p, const char *real, const char *temp,
		  const struct identity *expect, unsigned flags);
void publish_release(struct publish *p);

/* Remove the temporary file and give the lock back, but keep the directory and the old file. */
void publish_drop(struct publish *p);

/* A name that nobody guesses: ".NAME.mta-stack.XXXXXXXXXXXX". -1 with errno. */
int publish_temp_name(const char *real, char ret_temp[NAME_MAX + 1]);

int publish_begin(struct publish *p, const struct deadline *d, struct diag *ret_diag);

/* Only what publish_release() needs to remove a NAME.tmp that a killed run left: waits for its
 * lock. */
int publish_lock_only(struct publish *p, const struct deadline *d, struct diag *ret_diag);

int publish_add(struct publish *p, struct span bytes, struct diag *ret_diag);
int publish_add_from(struct publish *p, int fd, struct diag *ret_diag);

/* mtime NULL: now. mark: the value of ATTRS_MARK, NULL for none. *ret_identity is what the live
 * file will be after the rename. */
int publish_seal(struct publish *p, const struct attrs *attrs, const struct timespec *mtime,
		 const char *mark, struct identity *ret_identity, struct diag *ret_diag);

/* 0: done, or *ret_conflict: the live file is another one than expected and was left alone. */
int publish_commit(struct publish *p, bool *ret_conflict, struct diag *ret_diag);
int publish_sync(struct publish *p, struct diag *ret_diag);

#endif
