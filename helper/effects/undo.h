/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undo: take our edits out of a file that somebody else has edited since.
 *
 * diff(1) tells which lines of what we published the live file still has. An edit whose lines are
 * all there is undone where they are now; an edit whose lines were changed stays as the admin left
 * it, and is reported: their text wins. Inserted lines of ours are undone one by one.
 *
 * Not diff3(1): it takes changes of neighbouring lines for one conflict, so that a line that
 * `postconf -e` appends behind ours would keep ours for ever. We know our edits byte by byte, so
 * only the comparison is left to the tool. There are never conflict markers.
 */
#ifndef MTA_STACK_UNDO_H
#define MTA_STACK_UNDO_H

#include "data/buf.h"
#include "data/diag.h"
#include "data/pool.h"
#include "effects/clock.h"
#include "effects/instance.h"
#include "pure/plan.h"
#include "pure/text.h"

struct undone {
	struct buf bytes; /* live without our edits */
	struct overlap *overlaps;
	size_t n, cap;
	struct pool pool;
};

#define UNDONE_INIT                                                                                \
	{                                                                                          \
		BUF_INIT, NULL, 0, 0, POOL_INIT                                                    \
	}

void undone_release(struct undone *u);

/* original with edits is `published`; live is anything. secret: overlaps carry no text. -1: diff(1)
 * is missing, failed, or the deadline passed. */
int undo_merge(struct span original, const struct edit *edits, size_t n, struct span published,
	       struct span live, bool secret, const struct deadline *d, struct undone *ret_undone,
	       struct diag *ret_diag);

#endif
