/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff: which lines of one text became which lines of another, by diff(1) of GNU diffutils.
 *
 * Nothing is written to a disk: the texts are handed over in memory files. A last line without a
 * newline counts as if it had one.
 */
#ifndef MTA_STACK_DIFF_H
#define MTA_STACK_DIFF_H

#include <stddef.h>

#include "data/diag.h"
#include "effects/clock.h"
#include "pure/text.h"

/* The old lines [old_at, old_at + old_n) were replaced by the new [new_at, new_at + new_n). Counted
 * from 0; old_n 0: inserted before line old_at. */
struct hunk {
	size_t old_at, old_n, new_at, new_n;
};

struct hunks {
	struct hunk *items; /* ascending */
	size_t n, cap;
};

#define HUNKS_INIT                                                                                 \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void hunks_release(struct hunks *h);

int diff_lines(struct span old, struct span new, const struct deadline *d, struct hunks *ret_hunks,
	       struct diag *ret_diag);

#endif
