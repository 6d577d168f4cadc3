/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cib_print: an answer as the lines of pure/vipfacts.h, with the findings that it gives rise to. */
#ifndef MTA_STACK_CIB_PRINT_H
#define MTA_STACK_CIB_PRINT_H

#include "cib/cib_read.h"
#include "data/buf.h"
#include "pure/cib_choose.h"

struct cib_print {
	const struct cib_read *read;
	struct cib_choice choice;
	struct cib_mode own;
	struct cib_state *states; /* one per VIP; NULL without a cluster */
};

/* `corosync` are the lines that cib_corosync_finish() made. */
void cib_print(const struct cib_print *p, const char *corosync, struct buf *out);

#endif
