/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rebuild: the command that the MTA wants after a change of its tables, such as dbmbuild.
 *
 *     rebuild_owe(inst, argv, diag)     before the files change: from now on it is owed
 *     rebuild_pay(inst, &d, diag)       afterwards: run it; when it succeeds nothing is owed any
 * more
 *
 * What is owed is a note of the instance, durable before the first file changes. So a kill or a
 * power cut between the two is made good by the next apply or restore, whatever its parameters are.
 */
#ifndef MTA_STACK_REBUILD_H
#define MTA_STACK_REBUILD_H

#include "effects/instance.h"

/* argv NULL: nothing is owed because of this change. */
int rebuild_owe(struct instance *inst, const char *const *argv, struct diag *ret_diag);

/* -1 with the command's own last words. Nothing owed: 0, and nothing runs. */
int rebuild_pay(struct instance *inst, const struct deadline *d, struct diag *ret_diag);

/* The files changed, and the command has not run to its end since. */
int rebuild_owed(struct instance *inst, bool *ret_owed, struct diag *ret_diag);

#endif
