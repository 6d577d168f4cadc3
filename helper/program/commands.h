/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands: one function per command of mta-stack.
 *
 * Each prints its result to standard output and returns an exit code of data/diag.h, or -1 with the
 * reason in *ret_diag. None prints an error or exits.
 */
#ifndef MTA_STACK_COMMANDS_H
#define MTA_STACK_COMMANDS_H

#include "data/diag.h"
#include "program/options.h"

typedef int command_fn(const struct options *o, struct diag *ret_diag);

command_fn cmd_vip, cmd_plan, cmd_apply, cmd_restore, cmd_check, cmd_service, cmd_monitor,
	cmd_validate, cmd_probe, cmd_peer, cmd_explain, cmd_status;

#endif
