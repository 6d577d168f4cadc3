/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store: the directory of one instance, STATE_DIR/NAME, and the files in it.
 *
 *     state.json     what holds now                     state.next    what will, before its rename
 *     journal.json   a transaction under way            lock          flock(2), never removed
 *     originals/     the admin's bytes and our edits    build/        compiled tables being made
 *     kept/          originals that could not simply be put back, one per path
 *     tables/        compiled tables for the next start (effects/tables.h)
 *     NOTE           see instance_note_write()
 *
 * Everything is 0700 and 0600 and root's. STATE_DIR/.claims is locked while a transaction claims
 * its files, so that two instances never claim the same.
 */
#ifndef MTA_STACK_STORE_H
#define MTA_STACK_STORE_H

#include <stdbool.h>

#include "data/buf.h"
#include "data/diag.h"
#include "effects/clock.h"
#include "effects/state.h"
#include "pure/text.h"

struct store {
	char *path;			/* STATE_DIR/NAME, resolved */
	const char *name;		/* its last part */
	int root, dir, originals, lock; /* descriptors; all -1: there is nothing (read-only) */
};

#define STORE_INIT                                                                                 \
	{                                                                                          \
		NULL, NULL, -1, -1, -1, -1                                                         \
	}

/* See instance_open() and instance_open_readonly(). */
int store_open(struct store *ret_store, const char *state_dir, const char *name,
	       const struct deadline *d, struct diag *ret_diag);
int store_open_readonly(struct store *ret_store, const char *state_dir, const char *name,
			struct diag *ret_diag);
void store_close(struct store *s);

enum store_file {
	STORE_STATE,
	STORE_JOURNAL,
};

/* *ret_there false: there is none, ret_state as it was. */
int store_load(const struct store *s, enum store_file which, struct state *ret_state,
	       bool *ret_there, struct diag *ret_diag);

/* Durable when it returns 0. */
int store_save_journal(const struct store *s, const struct state *state, struct diag *ret_diag);

/* The state that will hold: written and durable under another name, then renamed. */
int store_save_next(const struct store *s, const struct state *state, struct diag *ret_diag);
int store_commit_next(const struct store *s, struct diag *ret_diag);

/* The transaction is over: remove journal and state.next. */
int store_drop_journal(const struct store *s, struct diag *ret_diag);

/* Files in originals/. Adding one makes its bytes durable; store_sync() then the names. */
int store_put(const struct store *s, const char *name, struct span bytes, struct diag *ret_diag);
/* The same, but its bytes are only on their way to the disk: store_settle() waits for those that
 * have such a descriptor. Close it. */
int store_put_soon(const struct store *s, const char *name, struct span bytes, int *ret_fd,
		   struct diag *ret_diag);
int store_settle(const struct store *s, const int *fds, size_t n, struct diag *ret_diag);
int store_put_from(const struct store *s, const char *name, int fd, struct diag *ret_diag);
int store_put_built(const struct store *s, const char *name, const char *path,
		    struct diag *ret_diag);
int store_sync(const struct store *s, struct diag *ret_diag);
int store_get(const struct store *s, const char *name, char **ret_bytes, size_t *ret_len,
	      struct diag *ret_diag);
int store_open_file(const struct store *s, const char *name, struct diag *ret_diag);

/* A lasting second name for an original: kept/PATH with '%' for '/'. The full path; free() it. */
int store_keep(const struct store *s, const char *original, const char *path, char **ret_kept,
	       struct diag *ret_diag);

/* Remove from originals/ and build/ what `state` does not name. Failures leave garbage, no harm. */
void store_collect(const struct store *s, const struct state *state);

/* An empty private directory STORE/build; its path, free() it. */
int store_build_dir(const struct store *s, char **ret_path, struct diag *ret_diag);

/* Wait for the claims' lock: a descriptor to close, or -1. */
int store_lock_claims(const struct store *s, const struct deadline *d, struct diag *ret_diag);

/* Does another instance hold this resolved path? *ret_owner: its name, free() it; NULL: nobody. */
int store_claimed(const struct store *s, const char *real, char **ret_owner, struct diag *ret_diag);

#endif
