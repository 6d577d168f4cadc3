/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply: one apply under way. For instance_publish.c and apply_take.c only.
 */
#ifndef MTA_STACK_APPLY_H
#define MTA_STACK_APPLY_H

#include "effects/instance_priv.h"

struct apply {
	struct instance *inst;
	const struct deadline *d;
	struct state next; /* the journal: the state to come, with temporary names */
	struct buf *bytes; /* per record: the new text */
	int *from;	   /* per record: the new compiled table, or -1 */
	int *saving;	   /* originals and edits on their way to the disk */
	size_t n_saving, cap_saving;
	struct undoing *undos; /* files that get the admin's bytes back */
	size_t n_undos;
	struct timespec stamp; /* mtime of all that is published */
	struct transaction t;
};

/* Turn the changes into records of a->next, sources first; save originals and edits (not yet their
 * names: store_sync()). Refuses what must not be rewritten. */
int apply_take(struct apply *a, const struct change *changes, size_t n, struct diag *ret_diag);

#endif
