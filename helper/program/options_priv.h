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
	OPT_FOR
};

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

#endif
