/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_priv: what the instance*.c files share. For them only.
 */
#ifndef MTA_STACK_INSTANCE_PRIV_H
#define MTA_STACK_INSTANCE_PRIV_H

#include "effects/edits.h"
#include "effects/file.h"
#include "effects/instance.h"
#include "effects/state.h"
#include "effects/store.h"
#include "effects/transaction.h"
#include "effects/undo.h"

#define BOOT_ID_MAX 64

/* A record's files, read and verified. */
struct origin {
	char *original;
	size_t len;
	struct edits edits;
	struct buf published; /* the original with the edits */
};

#define ORIGIN_INIT                                                                                \
	{                                                                                          \
		NULL, 0, EDITS_INIT, BUF_INIT                                                      \
	}

/* What became of a live file that we have a record of. */
struct undoing {
	const struct record *r;
	enum restored how;
	struct loaded live;
	struct origin origin; /* not for derived files */
	struct undone undone; /* MERGED, OVERLAP */
	struct span bytes;    /* what the admin means; nothing for derived files, GONE, ODD */
	int from;	      /* derived: what to copy; -1 */
	const char *detail;   /* constant, or NULL */
	char temp[NAME_MAX + 1];
};

/* One file as instance_load() gave it. */
struct entry {
	struct admin_file file;
	struct undoing u; /* u.r NULL: no record, only u.live is meant */
};

struct instance {
	struct store store;
	bool readonly;
	char boot[BOOT_ID_MAX];
	struct state state;
	struct state journal;
	bool interrupted; /* the journal is of a transaction that was not finished */
	const char *recovered;
	struct entry **entries;
	size_t n_entries, cap_entries;
	size_t first; /* entries before it are of an earlier round: kept, but not found */
	struct restored_file *restored; /* of the last restore */
	struct checked_file *checked;	/* of the last check */
	struct pool pool;
};

void origin_release(struct origin *o);

/* The saved original, its sum checked. Not for derived files. */
int origin_original(const struct store *s, const struct record *r, struct origin *ret_origin,
		    struct diag *ret_diag);

/* Of an origin with its original: the edits, and what was published, its sum checked. */
int origin_published(const struct store *s, const struct record *r, struct origin *o,
		     struct diag *ret_diag);

/* Both. */
int origin_read(const struct store *s, const struct record *r, struct origin *ret_origin,
		struct diag *ret_diag);

/* Compare the live file with the record. Never writes. For a derived file that somebody made anew
 * how is RESTORED_REBUILT and nothing is in `from` yet. */
int undoing_make(struct instance *inst, const struct record *r, const struct deadline *d,
		 struct undoing *ret_undoing, struct diag *ret_diag);
void undoing_release(struct undoing *u);

/* Add what must be done about it, if anything, to the transaction; u must stay where it is. */
int undoing_add(struct undoing *u, const char *temp, struct transaction *t, struct diag *ret_diag);

/* Make a derived file again from the bytes of its source: fills u->from. Failing that, the saved
 * original, with a word in u->detail. */
int undoing_rebuild(struct instance *inst, struct undoing *u, struct span source,
		    const struct deadline *d, struct diag *ret_diag);

/* Fill the journal's entry about it: a temporary name, which u->temp gets too, and the sum and size
 * of what undoing_add() will leave there. */
int undoing_enter(struct undoing *u, struct undo *entry, struct pool *p, struct diag *ret_diag);

/* instance_build() without looking for one from an earlier start, and without keeping this one. */
int instance_make(struct instance *inst, const char *source_path, struct span source,
		  const struct derived *derived, const struct deadline *d, const char **ret_content,
		  struct diag *ret_diag);

/* Look at the disk again from now on; what instance_load() gave stays valid until the end. */
void instance_forget(struct instance *inst);

/* Read the state again and recover: after a transaction that could not be taken back. */
int instance_reopen(struct instance *inst, const struct deadline *d, struct diag *ret_diag);

/* Finish what the journal says; instance_open() calls it under the lock. */
int instance_recover(struct instance *inst, const struct deadline *d, struct diag *ret_diag);

/* The current boot id; "" when /proc does not tell. */
void instance_boot_id(char ret_boot[BOOT_ID_MAX]);

/* A generation's file name, "7-3.original", in the pool. */
const char *instance_file_name(struct pool *p, unsigned generation, size_t k, const char *kind);

/* Refuse a file on a mount where another node may see it while our state stays behind. */
int instance_check_mount(const struct instance *inst, const char *real, struct diag *ret_diag);

#endif
