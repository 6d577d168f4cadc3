/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state: what is remembered about one instance, and its journal, as values.
 *
 * Two JSON files of the same shape: state.json (what holds now) and journal.json (what a
 * transaction is making of it; there only while one runs). Both are small: a monitor reads
 * state.json alone. The admin's bytes and the edits are files of their own, named here.
 */
#ifndef MTA_STACK_STATE_H
#define MTA_STACK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/buf.h"
#include "data/diag.h"
#include "data/pool.h"
#include "effects/attrs.h"
#include "effects/instance.h"
#include "pure/text.h"

#define STATE_FORMAT 1

/* One file of the admin's that we rewrote. Names of files are relative to originals/. */
struct record {
	const char *path;	    /* as the MTA opens it */
	const char *real;	    /* resolved */
	const char *original;	    /* NULL: there was no such file */
	const char *edits;	    /* NULL: a derived file */
	const char *content;	    /* derived, in a journal only: what is being published */
	const char *temp;	    /* in a journal only: the temporary file's name, or NULL */
	uint64_t original_sum, sum; /* of the original; of what we published */
	struct identity was;	    /* the live file that the plan was made on */
	struct identity now;	    /* what we published, as stat(2) sees it */
	struct attrs attrs;	    /* of the original; of no meaning if there was none */
	bool postconf_lock, secret;
	const char *source; /* derived: the path of what it is made from */
	const char *suffix;
	const char *const *argv; /* NULL-terminated */
	/* Of a copy: what it was made from, resolved. `real` is ours then, was not there before,
	 * and is removed in the end; `original` is a text's bytes at that time, NULL of a derived
	 * file. */
	const char *copied;	    /* NULL: in place */
	struct identity copied_was; /* not of derived files */
};

/* In a journal: a file that gets the admin's bytes back. */
struct undo {
	const char *real, *temp;
	uint64_t sum; /* of the bytes it shall have */
	off_t size;   /* -1: it shall not exist */
	bool postconf_lock;
};

struct state {
	unsigned generation; /* counts transactions; names files in originals/ */
	const char *boot;    /* the kernel's boot id at the time of the apply */
	const char *when;    /* UTC, RFC 3339: for people */
	struct stack_record stack;
	struct record *records;
	size_t n, cap;
	struct undo *undos; /* in a journal only */
	size_t n_undos, cap_undos;
	bool restoring; /* a journal of a restore */
	struct pool pool;
};

void state_init(struct state *s);
void state_release(struct state *s);

/* The record of a resolved path, or NULL. */
struct record *state_find(const struct state *s, const char *real);

/* JSON, ending in a newline. -1 when a path is not UTF-8, or for lack of memory. */
int state_format(const struct state *s, struct buf *ret_bytes, struct diag *ret_diag);

/* Fill an initialised state. -1, EX_FAILED, with what is wrong at which place: no JSON, another
 * format number, a member missing or of the wrong type. `path` is for the text only. */
int state_parse(struct state *s, struct span bytes, const char *path, struct diag *ret_diag);

/* NULL-terminated, into s's pool. */
const char *const *state_copy_argv(struct state *s, const char *const *argv);

/* A deep copy of one record into s; NULL: out of memory. */
struct record *state_add_copy(struct state *s, const struct record *from);

#endif
