/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing: which files a directory holds, for a configuration that is put together from all of
 * them.
 */
#ifndef MTA_STACK_LISTING_H
#define MTA_STACK_LISTING_H

#include "data/diag.h"
#include "data/pool.h"
#include "pure/scan.h"

/* The names of the regular files in the directory f->path, links to such files included, each with
 * a newline, in the order of their bytes: f becomes FILE_LISTED, its bytes live in the pool. No
 * such directory, or not allowed: FILE_ABSENT, FILE_UNREADABLE. -1 only for lack of memory. */
int listing_read(struct file *f, struct pool *pool, struct diag *ret_diag);

#endif
