/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copytree: the directory that an MTA is started with in place of its own (config_mode=copy).
 *
 * The copy of /etc/postfix/main.cf is ROOT/etc/postfix/main.cf: every rewritten file has its own
 * path behind ROOT. Beside the rewritten files of a configuration directory everything else of it
 * is there as a symbolic link, so that the MTA finds all it would find at home. Directories have
 * owner and mode of those they stand for. Nothing in it is of value: it can always be made again,
 * and it is meant for a file system that a boot empties.
 */
#ifndef MTA_STACK_COPYTREE_H
#define MTA_STACK_COPYTREE_H

#include <stdbool.h>

#include "data/diag.h"
#include "effects/state.h"

/* Make or complete the directories and links for the copies that `s` names (records with `copied`),
 * but not those files themselves. What is there already stays. s->stack.copy is ROOT; NULL: nothing
 * to do. A configuration that is not there has nothing to link. */
int copytree_make(const struct state *s, struct diag *ret_diag);

/* Remove ROOT and all in it; NULL, or not there: 0. Links are not followed. A ROOT that cannot be a
 * copy, because it lies directly below / or is / itself, is refused, and so is one that a file
 * system is mounted in. */
int copytree_remove(const char *root, struct diag *ret_diag);

/* After the files have changed hands: remove what `now` has no copies in, complete what it has. */
int copytree_settle(const struct state *before, const struct state *now, struct diag *ret_diag);

bool copytree_there(const char *root);

#endif
