/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options_priv: what the two halves of options have in common: options.c knows where a value comes
 * from, options_values.c what it may be.
 */
#ifndef MTA_STACK_OPTIONS_PRIV_H
#define MTA_STACK_OPTIONS_PRIV_H

#include "program/options.h"

#define OPTIONS_MAX_DEADLINE_MS 86400000L /* one day */

enum {
	OPT_RESOURCE = 256,
	OPT_VIP,
	OPT_MTA,
	OPT_CONFIG,
	OPT_NAME,
	OPT_NAMES,
	OPT_OFFLINE,
	OPT_STATE_DIR,
	OPT_CIB_FILE,
	OPT_NODE,
	OPT_DEADLINE,
	OPT_OUTPUT_AS,
	OPT_REMOTE_NAMES,
	OPT_SERVICE,
	OPT_DRIFT,
	OPT_UNNAMED,
	OPT_LEVEL,
	OPT_QUICK,
	OPT_OURS,
	OPT_NAMES_ONLY,
	OPT_STALE,
	OPT_LEAK,
	OPT_MONITOR_REMOTES,
	OPT_FOR,
	OPT_CONFIG_MODE,
	OPT_COPY_DIR,
	OPT_START_COMMAND, /* from here on options_mta.c's, in the order of its table */
	OPT_STOP_COMMAND,
	OPT_RELOAD_COMMAND,
	OPT_REBUILD_COMMAND,
	OPT_ADDRESS_KEYS,
	OPT_LOCAL_KEYS,
	OPT_PID_FILE,
	OPT_PROGRAM
};

/* Their rows of getopt_long(3)'s table. */
#define OPTIONS_MTA                                                                                \
	{"start-command", required_argument, NULL, OPT_START_COMMAND},                             \
		{"stop-command", required_argument, NULL, OPT_STOP_COMMAND},                       \
		{"reload-command", required_argument, NULL, OPT_RELOAD_COMMAND},                   \
		{"rebuild-command", required_argument, NULL, OPT_REBUILD_COMMAND},                 \
		{"address-keys", required_argument, NULL, OPT_ADDRESS_KEYS},                       \
		{"local-keys", required_argument, NULL, OPT_LOCAL_KEYS},                           \
		{"pid-file", required_argument, NULL, OPT_PID_FILE},                               \
	{                                                                                          \
		"program", required_argument, NULL, OPT_PROGRAM                                    \
	}

/* One named setting, wherever it came from; `from` is how the person knows it. */
struct given {
	const char *from, *value;
	enum exit_code blame; /* EX_ARGS or EX_CONFIGURED */
};

/* Take one setting. -1 with the setting's blame and what may be given instead. */
int options_set(struct options *o, int opt, const struct given *s, struct diag *ret_diag);

/* More VIPs, separated by blanks or commas. */
int options_add_vips(struct options *o, const struct given *s, struct diag *ret_diag);

/* A whole number from low to high. */
int options_number(const struct given *s, long low, long high, long *ret_value,
		   struct diag *ret_diag);

/* Refuse it; `wanted` says what to give instead. Returns -1. */
int options_bad(const struct given *s, const char *wanted, struct diag *ret_diag);

/* An absolute path, without slashes at its end. */
int options_path(struct options *o, const struct given *s, const char **ret_path,
		 struct diag *ret_diag);

/* --- options_mta.c: what the admin says of an MTA that has no commands of its own ---------------
 */

int options_mta_set(struct options *o, int opt, const struct given *s, struct diag *ret_diag);

/* The same from OCF_RESKEY_*. */
int options_mta_environment(struct options *o, struct diag *ret_diag);

/* Do they go together, and with the MTA? Then o->backend has the commands as if they were its own.
 * EX_CONFIGURED. */
int options_mta_finish(struct options *o, struct diag *ret_diag);

#endif
