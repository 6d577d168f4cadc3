/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mtacmd: run the MTA's own tools, as its backend's row names them.
 */
#ifndef MTA_STACK_MTACMD_H
#define MTA_STACK_MTACMD_H

#include "data/buf.h"
#include "data/diag.h"
#include "effects/clock.h"
#include "effects/spawn.h"
#include "mta/backend.h"

/* Run one command of the row with "{config}" filled in: the file that the MTA reads. `enough` and
 * the result are those of spawn_run(). */
int mtacmd_run(const struct backend *b, const char *const *argv, const char *config, int enough,
	       const struct deadline *d, struct spawn_result *ret_result, struct diag *ret_diag);

/* The output of facts_argv, for scan.facts. Empty, and 0, where the tool is not installed: off the
 * cluster the scanner uses its own defaults. */
int mtacmd_facts(const struct backend *b, const char *config, const struct deadline *d,
		 struct buf *ret_facts, struct diag *ret_diag);

/* Everything that the MTA's checkers object to, a line each: what they print to standard error, and
 * "NAME failed with status N". *ret_ran is how many of them are installed. */
int mtacmd_objections(const struct backend *b, const char *config, const struct deadline *d,
		      struct buf *ret_lines, size_t *ret_ran, struct diag *ret_diag);

/* The first line of `after` that `before` does not have; false if there is none. */
bool mtacmd_new_objection(struct span before, struct span after, struct span *ret_line);

#endif
