/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backend: one kind of MTA, as a row of facts and one pure function.
 *
 * To add one: a folder helper/mta/NAME/ with its scanner, a row in backend.c, a folder of golden
 * cases. Nothing else of the program knows an MTA by name.
 *
 * In every argv the word "{config}" inside an argument is replaced by the --config path. Programs
 * are looked up in the system's administration directories; nothing passes through a shell.
 */
#ifndef MTA_STACK_BACKEND_H
#define MTA_STACK_BACKEND_H

#include "pure/scan.h"

enum probe_protocol {
	PROBE_SMTP,    /* a greeting, EHLO */
	PROBE_RFC1006, /* a transport connection over TCP */
};

/* Some distributions make the file that the MTA reads from others. Those are then --config. */
struct generated {
	const char *config;	 /* the --config that stands for this way */
	const char *path;	 /* what the MTA reads: this is then meant by "{config}" */
	const char *const *argv; /* makes it; to be run when those files have changed */
};

struct backend {
	const char *name;	    /* the agent's `mta` parameter */
	const char *title;	    /* for people: "Postfix" */
	const char *default_config; /* absolute */
	bool copies; /* config_mode=copy: the scan finds FIND_PATH, and the MTA can be started with
			another configuration than its own */

	/* Yield findings, or ask for files (pure/scan.h). 0, or -1 with *ret_diag when the
	 * configuration cannot be understood: EX_INSTALLED with file, line and reason. */
	int (*scan)(struct scan *s, struct diag *ret_diag);

	/* Prints "key = value" lines that the scanner uses: defaults, version. NULL: none. */
	const char *const *facts_argv;

	/* The MTA's own checkers, a NULL-terminated list. What they print to standard error and
	 * their exit codes are compared before and after; only new objections count. */
	const char *const *const *check_argvs;

	/* Of those lines the ones with any of these words are remarks about style, which quote the
	 * configuration and so may change with it. NULL-terminated, or NULL: none. */
	const char *const *remarks;

	/* Run by `mta-stack service`; each waits for its effect or is waited for. No start_argv:
	 * there is no process to be managed, only service=external. Otherwise the MTA without
	 * stop_argv is stopped by SIGTERM to its master, the one without abort_argv by SIGKILL to
	 * all of its processes; the one that has neither reload_argv nor reload_signal reads its
	 * configuration only when it starts, so to reload it is to restart it. */
	const char *const *start_argv;
	const char *const *stop_argv;
	const char *const *abort_argv;
	const char *const *reload_argv;
	bool ends_with_master; /* stop_argv and abort_argv only wait once the master has ended */
	int reload_signal;     /* to the master, where there is no reload_argv; 0: none */

	/* Names of the programs that carry mail to other machines (effects/leak.h).
	 * NULL-terminated, or NULL: their connections are not looked at. */
	const char *const *delivery;
	bool delivery_anywhere; /* they need not descend from the master */

	/* start, stop and reload are what the admin's parameters say, if they say it; so are the
	 * pid file and the program. */
	bool commands_given;

	const struct generated *generated; /* NULL: nothing is */

	const char *unit; /* the distribution's unit that would run it: "postfix.service"; NULL:
			     none */

	enum probe_protocol probe; /* what its remotes speak */
};

/* NULL-terminated, in the order of the documentation. */
extern const struct backend *const backends[];

/* The generated file of this configuration; NULL if the MTA reads the configuration itself. */
const struct generated *backend_generated(const struct backend *b, const char *config);

/* NULL if there is none of that name. */
const struct backend *backend_find(const char *name);

#endif
