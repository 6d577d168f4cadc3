/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mark: a comment line in every file that we rewrite, so that whoever finds it knows.
 *
 * An extended attribute says the same, but csync2, plain rsync, scp and many backups lose it. On
 * the node that wrote it the state knows the file; on any other node the line tells that this is
 * not what the admin wrote, and it must not be saved as such.
 */
#ifndef MTA_STACK_MARK_H
#define MTA_STACK_MARK_H

#include <stdbool.h>

#include "data/pool.h"
#include "pure/text.h"

/* The line, without its newline: "# mta-stack wrote this for the resource ID; …". copy_of: the file
 * that it is a copy of; NULL: it stands in the place of the admin's. */
const char *mark_line(struct pool *p, const char *comment, const char *resource,
		      const char *copy_of);

/* Is there such a line? *ret_resource is what it says. */
bool mark_find(struct span bytes, struct span *ret_resource);

#endif
