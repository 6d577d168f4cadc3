/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options_mta.c guarantees that an MTA of which the backend knows no commands gets those of the
 * admin as a whole or not at all, and that no other MTA gets any.
 */
#include <stdlib.h>
#include <string.h>

#include "program/options_priv.h"
#include "pure/words.h"

static const char *const variables[] = {"OCF_RESKEY_start_command",  "OCF_RESKEY_stop_command",
					"OCF_RESKEY_reload_command", "OCF_RESKEY_rebuild_command",
					"OCF_RESKEY_address_keys",   "OCF_RESKEY_local_keys",
					"OCF_RESKEY_pid_file",	     "OCF_RESKEY_program"};

#define N_PARAMETERS (sizeof(variables) / sizeof(variables[0]))

/* The parameter's name. */
static const char *name_of(size_t i)
{
	return variables[i] + strlen("OCF_RESKEY_");
}

static int words(struct options *o, const struct given *s, const char *const **ret_words,
		 struct diag *ret_diag)
{
	const char *reason;

	return words_split(&o->pool, s->value, ret_words, &reason)
		       ? 0
		       : options_bad(s, reason, ret_diag);
}

int options_mta_set(struct options *o, int opt, const struct given *s, struct diag *ret_diag)
{
	switch (opt) {
	case OPT_START_COMMAND:
		return words(o, s, &o->start, ret_diag);
	case OPT_STOP_COMMAND:
		return words(o, s, &o->stop, ret_diag);
	case OPT_RELOAD_COMMAND:
		return words(o, s, &o->reload, ret_diag);
	case OPT_REBUILD_COMMAND:
		return words(o, s, &o->rebuild, ret_diag);
	case OPT_ADDRESS_KEYS:
		return words(o, s, &o->address_keys, ret_diag);
	case OPT_LOCAL_KEYS:
		return words(o, s, &o->local_keys, ret_diag);
	case OPT_PID_FILE:
		return options_path(o, s, &o->pid_file, ret_diag);
	case OPT_PROGRAM:
		return options_path(o, s, &o->program, ret_diag);
	default:
		return diag_set(ret_diag, EX_ARGS,
				"cannot understand the command line: see mta-stack --help");
	}
}

int options_mta_environment(struct options *o, struct diag *ret_diag)
{
	for (size_t i = 0; i < N_PARAMETERS; i++) {
		struct given s = {name_of(i), getenv(variables[i]), EX_CONFIGURED};

		if (s.value != NULL && s.value[0] != '\0' &&
		    options_mta_set(o, OPT_START_COMMAND + (int)i, &s, ret_diag) < 0)
			return -1;
	}
	return 0;
}

static int refuse(struct diag *ret_diag, const char *what, const char *why)
{
	return diag_set(ret_diag, EX_CONFIGURED, "cannot use %s: %s", what, why);
}

int options_mta_finish(struct options *o, struct diag *ret_diag)
{
	const bool given[] = {o->start,	       o->stop,	      o->reload,   o->rebuild,
			      o->address_keys, o->local_keys, o->pid_file, o->program};
	struct backend *mine;

	if (o->backend == NULL)
		return 0;
	if (!o->backend->commands_given) {
		for (size_t i = 0; i < N_PARAMETERS; i++)
			if (given[i])
				return refuse(ret_diag, name_of(i),
					      "it is for mta=x400 alone; this MTA has its own");
		return 0;
	}
	if (o->start == NULL && o->stop != NULL)
		return refuse(ret_diag, "stop_command", "give start_command, too");
	if ((o->pid_file == NULL) != (o->program == NULL))
		return refuse(ret_diag, o->pid_file ? "pid_file" : "program",
			      "give both pid_file and program, so that the process is known");
	if ((o->start != NULL || o->reload != NULL) && o->pid_file == NULL)
		return refuse(ret_diag, o->start ? "start_command" : "reload_command",
			      "give pid_file and program, too, so that the process is known");
	if (o->pid_file != NULL && o->start == NULL && o->reload == NULL)
		return refuse(ret_diag, "pid_file", "give start_command or reload_command, too");
	if (o->start != NULL && o->external)
		return refuse(ret_diag, "start_command",
			      "with service=external somebody else starts the MTA");
	mine = pool_alloc(&o->pool, sizeof(*mine));
	*mine = *o->backend;
	mine->start_argv = o->start;
	mine->stop_argv = o->stop;
	mine->reload_argv = o->reload;
	o->backend = mine;
	return 0;
}
