/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mask: texts for people without the secrets in them.
 *
 *     mask_init(&m, &scan, &diag)       while the scan lives
 *     puts(mask_text(&m, text, &buf))
 *     mask_release(&m);
 *
 * Secrets are told by their bytes, wherever they occur: in a diff, in an edit that repeats an
 * entry, in what the MTA's own checker says of it.
 */
#ifndef MTA_STACK_MASK_H
#define MTA_STACK_MASK_H

#include "data/buf.h"
#include "data/diag.h"
#include "pure/scan.h"

#define MASK "********"

struct mask {
	struct span *secrets; /* the longest first */
	size_t n;
	bool starts[256]; /* bytes that a secret starts with */
};

#define MASK_INIT                                                                                  \
	{                                                                                          \
		.secrets = NULL, .n = 0                                                            \
	}

/* The scan's secrets; their bytes stay the files'. -1 for lack of memory. */
int mask_init(struct mask *m, const struct scan *s, struct diag *ret_diag);
void mask_release(struct mask *m);

/* Append text with each secret replaced by MASK. */
void mask_add(const struct mask *m, struct span text, struct buf *out);

/* The same of a string: itself if it has no secret, else *out's, valid until *out is used again. */
const char *mask_text(const struct mask *m, const char *text, struct buf *out);

#endif
