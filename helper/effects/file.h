/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file: one configuration file as it is on the disk now.
 *
 * The path may lead through symbolic links, as admins like it: it is resolved once, and only the
 * resolved file counts from then on. The bytes are a private copy: a mapping would end this program
 * with SIGBUS when an editor shortens the file under it. They are one moment's: a file that is
 * written to while it is read is read again.
 */
#ifndef MTA_STACK_FILE_H
#define MTA_STACK_FILE_H

#include <stdbool.h>

#include "data/diag.h"
#include "effects/attrs.h"
#include "pure/scan.h"
#include "pure/text.h"

struct loaded {
	enum file_state state; /* LOADED, ABSENT, UNREADABLE */
	const char *why;       /* UNREADABLE: a constant string, or from strerror(3) */
	int error;	       /* UNREADABLE: errno of a call that failed; 0: it is something odd */
	char *real;	       /* resolved path; with ABSENT: where it would be; may be NULL */
	char *bytes;
	size_t len;
	struct identity identity; /* ino 0 unless LOADED */
	struct attrs attrs;
	nlink_t links;
	char *mark; /* see ATTRS_MARK; "" if there is none */
};

void file_release(struct loaded *f);

/* Absent, not to be read, no regular file: answers, not errors. -1 only when memory ran out. */
int file_load(const char *path, struct loaded *ret_file, struct diag *ret_diag);

/* The same without its bytes (bytes NULL), for a file that only changes hands. */
int file_look(const char *path, struct loaded *ret_file, struct diag *ret_diag);

/* Which file is there now, following no link at the end; ino 0: none or no regular file. Reads
 * nothing. -1 with a diagnosis when that cannot be seen. */
int file_identity(const char *real, struct identity *ret_identity, struct diag *ret_diag);

static inline struct span file_span(const struct loaded *f)
{
	return (struct span){f->bytes, f->len};
}

/* The directory of a resolved path, and its last part, which points into real. -1 with errno. */
int file_open_parent(const char *real, const char **ret_name);

/* Open a resolved path for reading; links are not followed, nothing is waited for. -1 with errno.
 */
int file_open(const char *real);

#endif
