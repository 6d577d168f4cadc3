/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transaction: several files change hands together.
 *
 *     transaction_add(&t)             once per file, then fill the member
 *     transaction_prepare(&t, …)      writes all the temporary files; no live file is touched
 *     (write down what will be: members' `done`)
 *     transaction_commit(&t, …)       renames them, in order; all, or back
 *     transaction_release(&t)         removes what is left of the temporary files
 *
 * Nothing is written down here: a crash between two renames is healed by the owner's journal, which
 * names the temporary files beforehand.
 */
#ifndef MTA_STACK_TRANSACTION_H
#define MTA_STACK_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "effects/attrs.h"
#include "effects/clock.h"
#include "effects/publish.h"
#include "pure/text.h"

/* One file. All pointers are the caller's until transaction_release(). */
struct member {
	const char *real;
	const char *temp;	/* NULL only for the flags that need none */
	struct identity expect; /* the live file that this was planned on */
	unsigned flags;		/* PUBLISH_* */
	struct span bytes;	/* the new content … */
	int from;		/* … or this file's; -1: bytes */
	const struct attrs *attrs;
	const struct timespec *mtime; /* NULL: now */
	const char *mark;	      /* NULL: none */

	struct identity done; /* out, after prepare: what the live file will be */
	struct publish p;     /* private */
	bool begun, committed;
};

struct transaction {
	struct member *items;
	size_t n, cap;
};

#define TRANSACTION_INIT                                                                           \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/* NULL: out of memory. The pointer is valid until the next call. */
struct member *transaction_add(struct transaction *t);
void transaction_release(struct transaction *t);

int transaction_prepare(struct transaction *t, const struct deadline *d, struct diag *ret_diag);

/* 0 and no conflict: all are live and durable. Otherwise the live files are as before; when one
 * could not be put back *ret_torn is true and the text names it. With a conflict (some file is not
 * the expected one any more) the return is -1, too, with *ret_conflict. */
int transaction_commit(struct transaction *t, const struct deadline *d, bool *ret_conflict,
		       bool *ret_torn, struct diag *ret_diag);

#endif
