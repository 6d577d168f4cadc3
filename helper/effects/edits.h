/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edits: the edits of one file, kept beside its original.
 *
 * The original with the edits poured in is what we published: so a large table is stored once, not
 * twice. The stored form is text, as short as the edits are alike:
 *
 *     mta-stack edits 3
 *     = KIND OLD NEW     a shape, numbered from 0: OLD bytes are replaced by the NEW that follow
 *     [mx1.example]
 *     SKIP SHAPE         an edit of that shape, so many bytes after the end of the one before it
 */
#ifndef MTA_STACK_EDITS_H
#define MTA_STACK_EDITS_H

#include <stddef.h>

#include "data/buf.h"
#include "data/diag.h"
#include "data/pool.h"
#include "pure/plan.h"
#include "pure/text.h"

struct edits {
	struct edit *items; /* sorted, not overlapping; `file` and `what` mean nothing */
	size_t n, cap;
	struct pool pool;
};

#define EDITS_INIT                                                                                 \
	{                                                                                          \
		NULL, 0, 0, POOL_INIT                                                              \
	}

void edits_release(struct edits *e);

void edits_format(const struct edit *items, size_t n, struct buf *ret_bytes);

/* -1, EX_FAILED: damaged. */
int edits_parse(struct edits *e, struct span bytes, const char *path, struct diag *ret_diag);

/* Sorted, apart from each other, inside of the original? */
bool edits_fit(const struct edit *items, size_t n, size_t original_len);

/* The original with the edits, appended. They must fit. */
void edits_pour(struct span original, const struct edit *items, size_t n, struct buf *ret_bytes);

#endif
