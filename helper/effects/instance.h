/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance: what one resource did to the files of this node, and how to take it back.
 *
 * Each instance has a directory STATE_DIR/NAME (0700) with the admin's bytes as they were (the
 * originals), the edits made to them, who owns which file, and a journal while files change hands.
 * So at any time each file is one of: the admin's; ours, which is the original with our edits; or
 * ours with the admin's changes on top. This module tells them apart. With copies (change.target)
 * the admin's files are only read, and to take back is to remove (effects/copytree.h).
 *
 *     instance_open(dir, name, &deadline, &inst, &diag)      locks; finishes what was interrupted
 *     instance_load(inst, path, …)                           for each file: the admin's bytes
 *     (scan, plan on those bytes)
 *     instance_build(inst, …)                                compiled tables, if any
 *     instance_publish(inst, changes, n, &record, …)         all of them, or none
 *     instance_close(inst)
 *
 * and, later, instance_restore(). Guarantees: a kill or a power cut at any point leaves each file
 * either as it was or as it shall be, and the next instance_open() finishes the job; what the admin
 * wrote in between stays; a rewritten file is never saved as an original. Not guaranteed: that
 * someone who replaces a file in the microseconds between our last look and our rename(2), and who
 * does not take the lock that postconf(1) takes, is noticed.
 *
 * Paths are resolved once; from then on only the resolved file counts. Everything returned belongs
 * to the instance and is valid until instance_close().
 */
#ifndef MTA_STACK_INSTANCE_H
#define MTA_STACK_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/diag.h"
#include "effects/attrs.h"
#include "effects/clock.h"
#include "pure/plan.h"
#include "pure/scan.h"
#include "pure/text.h"

struct instance;

/* Make the directories, wait for the lock until the deadline, read the state, finish or undo an
 * interrupted apply or restore. -1: EX_CONFIGURED for an impossible name, EX_PERM when the
 * directory is not ours alone, EX_FAILED otherwise; the state is then as it was. */
int instance_open(const char *state_dir, const char *name, const struct deadline *d,
		  struct instance **ret_inst, struct diag *ret_diag);

/* For plan, check, monitor, status: no lock, nothing written, nothing waited for; a directory that
 * is not there means "not applied". */
int instance_open_readonly(const char *state_dir, const char *name, struct instance **ret_inst,
			   struct diag *ret_diag);

void instance_close(struct instance *inst); /* NULL is allowed */

/* --- what is known ---------------------------------------------------------------------------- */

enum instance_phase {
	INSTANCE_NOT_APPLIED,
	INSTANCE_APPLIED,
	INSTANCE_INTERRUPTED, /* only read-only: an apply or restore was cut short */
};

/* A file that was read and not rewritten, as it was then. */
struct source_file {
	const char *path;
	struct identity identity;
	uint64_t sum; /* of its bytes */
};

/* What the files were rewritten for. Strings may be NULL. */
struct stack_record {
	const char *mta, *config;
	const char *vip; /* the VIP resource, or the address that was given */
	const char *vip4, *vip6, *name;
	const char *pid_file, *exe; /* struct process of the scan: for a monitor without a scan */
	const char *argument;
	bool pid_file_locked, heads_family;
	int port;		  /* on which the MTA accepts mail; 0: none */
	int remotes, named;	  /* places that name a remote by address; those of them renamed */
	struct source_file names; /* the file of pinned names as it was used; path NULL: none */
	const char *const *rebuild; /* argv: to be run when a file changed; NULL: nothing */
	const char *copy; /* the MTA is started with copies in this directory, each with its own
			     path behind it, and its files stay as they are; NULL: in place */
};

enum instance_phase instance_phase(const struct instance *inst);

/* Applied, and the machine has not been booted since. */
bool instance_this_boot(const struct instance *inst);

/* NULL when not applied. */
const struct stack_record *instance_record(const struct instance *inst);

/* When it was applied: UTC, RFC 3339; "" when not applied. */
const char *instance_when(const struct instance *inst);

/* Another command works on this instance now: what is seen may be half of its work. */
bool instance_busy(const struct instance *inst);

/* What instance_open() had to finish, one line for people; NULL: nothing. */
const char *instance_recovered(const struct instance *inst);

/* --- the admin's bytes ------------------------------------------------------------------------ */

/* One of our edits that the admin's changes touch, so that it was not undone: their text wins. */
struct overlap {
	unsigned line;	   /* 1-based, in the admin's bytes */
	bool ours_remains; /* the text that we wrote is still there; else the admin removed it */
	const char *text;  /* what we had written; never for a secret file */
};

struct admin_file {
	const char *path; /* as asked */
	const char *real; /* resolved; NULL unless LOADED */
	enum file_state state;
	const char *why;     /* FILE_UNREADABLE */
	struct span bytes;   /* what the admin means: ours undone, theirs kept */
	struct span live;    /* what is on the disk; the same memory if nothing was to undo */
	bool rewritten;	     /* live holds our edits, some of them at least */
	const char *foreign; /* not NULL: carries the mark of a rewrite of which no state here
				knows; brought by csync2, rsync, a backup. One line for people */
	const struct overlap *overlaps;
	size_t n_overlaps;
};

/* Absent, not allowed and no regular file are answers. -1 for what may be gone the next time: an
 * I/O error, no descriptors, no memory. The same path is loaded once. */
int instance_load(struct instance *inst, const char *path, const struct deadline *d,
		  const struct admin_file **ret_file, struct diag *ret_diag);

/* --- apply ------------------------------------------------------------------------------------ */

/* Run the MTA's tool on a private copy of `source` (the new bytes of the file d belongs to, whose
 * path is source_path) and give the path of what it made: the `content` of a change. Where the same
 * was made for an earlier start, that is given instead (effects/tables.h). */
int instance_build(struct instance *inst, const char *source_path, struct span source,
		   const struct derived *derived, const struct deadline *d,
		   const char **ret_content, struct diag *ret_diag);

struct change {
	const char *path;   /* as given to instance_load(); a derived file: its own path */
	const char *target; /* where the copy goes: the record's `copy` with the real path behind
			       it; NULL: in place */
	/* Either edits of the admin's bytes, sorted, of this file alone … */
	const struct edit *edits;
	size_t n_edits;
	/* … or a file that instance_build() made, from the file `source` of the same transaction.
	 */
	const char *content;
	const char *source;
	const struct derived *derived;
	bool postconf_lock; /* take part in the protocol of postconf -e: PATH.tmp under flock(2) */
	bool secret;	    /* its text appears in no message */
};

enum publish_end {
	PUBLISH_DONE,
	PUBLISH_CONFLICT, /* a file changed since it was loaded: nothing published; load again */
};

/* Publish all changes as one transaction, in the order given, derived files last. A file that was
 * rewritten before and is not among the changes gets the admin's bytes back. -1, or
 * PUBLISH_CONFLICT with *ret_diag filled: every file is as before (or the message says which are
 * not, and the next instance_open() puts them right). Refused, EX_INSTALLED: hard links, files that
 * are not regular, files in directories that everybody may write. Refused, EX_CONFIGURED: a file
 * that another instance has rewritten; a file on a mount of its own when the state is elsewhere
 * (not with copies).
 * Afterwards instance_load() looks at the disk again; what it gave before stays valid. */
int instance_publish(struct instance *inst, const struct change *changes, size_t n,
		     const struct stack_record *record, const struct deadline *d,
		     enum publish_end *ret_end, struct diag *ret_diag);

/* --- restore ---------------------------------------------------------------------------------- */

enum restored {
	RESTORED_EXACT,	  /* the original, byte for byte, with its owner, mode, xattrs, mtime */
	RESTORED_ALREADY, /* held nothing of ours any more */
	RESTORED_MERGED,  /* ours undone, the admin's changes kept */
	RESTORED_OVERLAP, /* the same, but some text of ours had been changed and stays */
	RESTORED_REBUILT, /* a compiled table, made again from its restored source */
	RESTORED_GONE,	  /* somebody deleted the file: left so, the original is kept */
	RESTORED_ODD,	  /* it is no regular file any more: left so, the original is kept */
	RESTORED_REMOVED, /* a copy, which is gone now; the file itself never changed */
	RESTORED_EDITED,  /* the same, but somebody had edited the copy: what they wrote is kept */
};

struct restored_file {
	const char *path;
	enum restored how;
	const char *detail; /* one line for people; NULL when there is nothing to say */
	const struct overlap *overlaps;
	size_t n_overlaps;
	const char *kept; /* where the original is kept; NULL: it is the live file */
};

struct restore_report {
	const struct restored_file *files;
	size_t n;
	bool clean; /* no file needs a person: no OVERLAP, GONE, ODD, EDITED */
};

/* Put the admin's bytes back. Afterwards the state says not applied, also when some files need a
 * person. -1: nothing is forgotten; call it again. Not applied: 0 and an empty report. */
int instance_restore(struct instance *inst, const struct deadline *d,
		     struct restore_report *ret_report, struct diag *ret_diag);

/* --- check ------------------------------------------------------------------------------------ */

enum in_sync {
	SYNC_IN,      /* the bytes that we published */
	SYNC_DRIFTED, /* other bytes */
	SYNC_GONE,    /* absent, unreadable or no regular file */
};

struct checked_file {
	const char *path;
	enum in_sync state;
	const char *reason; /* NULL when in sync */
	bool bind_lost;	    /* an edit that keeps mail on the VIP is no longer there */
};

struct check_report {
	const struct checked_file *files;
	size_t n;
	bool in_sync, bind_lost; /* of all files */
};

/* Are the files as published, and what they were made from (the file of names, if one was used; the
 * originals of copies) as it was? Quick, for a monitor: stat(2) decides; only a small file whose
 * stat differs is read. Otherwise all bytes are compared. Nothing is written, nothing is forked.
 * The report is empty and in_sync unless applied.
 */
int instance_check(struct instance *inst, bool quick, struct check_report *ret_report,
		   struct diag *ret_diag);

/* The bytes that were published in the place of this path, appended to ret_bytes; *ret_ours false:
 * none were, or more than `max`, or it is a compiled table. */
int instance_published(struct instance *inst, const char *path, off_t max, struct buf *ret_bytes,
		       bool *ret_ours, struct diag *ret_diag);

/* --- notes ------------------------------------------------------------------------------------ */

/* Small files beside the state, such as the names proven earlier. Replaced atomically. Reading one
 * that is not there gives no bytes. */
int instance_note_read(struct instance *inst, const char *note, struct buf *ret_bytes,
		       struct diag *ret_diag);
int instance_note_write(struct instance *inst, const char *note, struct span bytes,
			struct diag *ret_diag);

#endif
