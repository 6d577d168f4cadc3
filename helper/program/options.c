/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c guarantees that every value has been checked when options_parse() returns 0. It touches
 * no file.
 */
#include "program/options_priv.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

/* Emptied by a boot, so that no copy outlives what it was made for. */
#define COPY_DIR "/run/mta-stack"

#define DEFAULT_DEADLINE_MS 58000L /* the agent's default operation timeout less 2 s */
#define MARGIN_MS	    2000L  /* left to the agent, of the operation's timeout */

static const struct option long_options[] = {
	{"resource", required_argument, NULL, OPT_RESOURCE},
	{"vip", required_argument, NULL, OPT_VIP},
	{"mta", required_argument, NULL, OPT_MTA},
	{"config", required_argument, NULL, OPT_CONFIG},
	{"config-mode", required_argument, NULL, OPT_CONFIG_MODE},
	{"copy-dir", required_argument, NULL, OPT_COPY_DIR},
	{"name", required_argument, NULL, OPT_NAME},
	{"names", required_argument, NULL, OPT_NAMES},
	{"remote-names", required_argument, NULL, OPT_REMOTE_NAMES},
	{"offline", no_argument, NULL, OPT_OFFLINE},
	{"service", required_argument, NULL, OPT_SERVICE},
	{"drift", required_argument, NULL, OPT_DRIFT},
	{"leak", required_argument, NULL, OPT_LEAK},
	{"monitor-remotes", required_argument, NULL, OPT_MONITOR_REMOTES},
	{"unnamed", required_argument, NULL, OPT_UNNAMED},
	{"state-dir", required_argument, NULL, OPT_STATE_DIR},
	{"cib-file", required_argument, NULL, OPT_CIB_FILE},
	{"node", required_argument, NULL, OPT_NODE},
	{"level", required_argument, NULL, OPT_LEVEL},
	{"quick", no_argument, NULL, OPT_QUICK},
	{"ours", no_argument, NULL, OPT_OURS},
	{"names-only", no_argument, NULL, OPT_NAMES_ONLY},
	{"stale", no_argument, NULL, OPT_STALE},
	{"for", required_argument, NULL, OPT_FOR},
	OPTIONS_MTA,
	{"deadline", required_argument, NULL, OPT_DEADLINE},
	{"output-as", required_argument, NULL, OPT_OUTPUT_AS},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int from_environment(struct options *o, struct diag *ret_diag)
{
	static const struct {
		const char *variable, *shown;
		int opt;
	} map[] = {
		{"OCF_RESOURCE_INSTANCE", "OCF_RESOURCE_INSTANCE", OPT_RESOURCE},
		{"OCF_RESKEY_mta", "mta", OPT_MTA},
		{"OCF_RESKEY_config", "config", OPT_CONFIG},
		{"OCF_RESKEY_config_mode", "config_mode", OPT_CONFIG_MODE},
		{"OCF_RESKEY_name", "name", OPT_NAME},
		{"OCF_RESKEY_names", "names", OPT_NAMES},
		{"OCF_RESKEY_remote_names", "remote_names", OPT_REMOTE_NAMES},
		{"OCF_RESKEY_state_dir", "state_dir", OPT_STATE_DIR},
		{"OCF_RESKEY_service", "service", OPT_SERVICE},
		{"OCF_RESKEY_drift", "drift", OPT_DRIFT},
		{"OCF_RESKEY_leak", "leak", OPT_LEAK},
		{"OCF_RESKEY_monitor_remotes", "monitor_remotes", OPT_MONITOR_REMOTES},
		{"OCF_RESKEY_unnamed", "unnamed", OPT_UNNAMED},
		{"OCF_CHECK_LEVEL", "OCF_CHECK_LEVEL", OPT_LEVEL},
	};
	const char *timeout = getenv("OCF_RESKEY_CRM_meta_timeout");
	const char *interval = getenv("OCF_RESKEY_CRM_meta_interval");
	const char *run_dir = getenv("HA_RSCTMP");

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		const char *value = getenv(map[i].variable);
		struct given s = {map[i].shown, value, EX_CONFIGURED};

		if (value != NULL && value[0] != '\0' &&
		    options_set(o, map[i].opt, &s, ret_diag) < 0)
			return -1;
	}
	if (options_mta_environment(o, ret_diag) < 0)
		return -1;
	o->from_agent = getenv("OCF_RESOURCE_INSTANCE") != NULL;
	o->recurring = interval != NULL && strcmp(interval, "") != 0 && strcmp(interval, "0") != 0;
	if (run_dir != NULL && run_dir[0] == '/')
		o->run_dir = run_dir;
	if (timeout != NULL && timeout[0] != '\0') {
		struct given s = {"timeout", timeout, EX_CONFIGURED};
		long ms = 0;

		if (options_number(&s, 1, OPTIONS_MAX_DEADLINE_MS, &ms, ret_diag) < 0)
			return -1;
		o->deadline_ms = ms > 2 * MARGIN_MS ? ms - MARGIN_MS : (ms + 1) / 2;
	}
	return 0;
}

/* An option without a value. False if it has one. */
static bool set_flag(struct options *o, int opt)
{
	const struct {
		int opt;
		bool *flag;
	} flags[] = {
		{'h', &o->help},	{'V', &o->version},   {OPT_OFFLINE, &o->offline},
		{OPT_QUICK, &o->quick}, {OPT_OURS, &o->ours}, {OPT_NAMES_ONLY, &o->names_only},
		{OPT_STALE, &o->stale},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].opt == opt) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

static int from_argv(struct options *o, int argc, char **argv, struct diag *ret_diag)
{
	bool vips_given = false;
	int opt, index = 0;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "hV", long_options, &index)) != -1) {
		struct given s = {NULL, optarg, EX_ARGS};
		char shown[64];

		if (opt == '?' || opt == ':')
			return diag_set(ret_diag, EX_ARGS,
					"cannot understand %s: unknown option or missing value; "
					"see mta-stack --help",
					argv[optind - 1]);
		(void)snprintf(shown, sizeof(shown), "--%s", long_options[index].name);
		s.from = shown;
		if (set_flag(o, opt))
			continue;
		if (opt == OPT_VIP && !vips_given) {
			o->n_vips = 0;
			vips_given = true;
		}
		if (options_set(o, opt, &s, ret_diag) < 0)
			return -1;
	}
	if (optind < argc)
		o->command = argv[optind++];
	if (optind < argc)
		o->argument = argv[optind++];
	if (optind < argc)
		return diag_set(ret_diag, EX_ARGS, "cannot understand %s: too many words",
				argv[optind]);
	return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct diag *ret_diag)
{
	const char *vip = getenv("OCF_RESKEY_vip");
	struct given s = {"vip", vip, EX_CONFIGURED};
	const struct generated *made;

	*o = (struct options){.deadline_ms = DEFAULT_DEADLINE_MS,
			      .run_dir = "/run/resource-agents",
			      .state_dir = LOCALSTATEDIR "/lib/mta-stack",
			      .copy_dir = COPY_DIR,
			      .pool = POOL_INIT};
	if (vip != NULL && options_add_vips(o, &s, ret_diag) < 0)
		return -1;
	if (from_environment(o, ret_diag) < 0 || from_argv(o, argc, argv, ret_diag) < 0)
		return -1;
	if (options_mta_finish(o, ret_diag) < 0)
		return -1;
	if (o->config == NULL && o->backend != NULL)
		o->config = o->backend->default_config;
	if (o->backend != NULL && (made = backend_generated(o->backend, o->config)) != NULL)
		o->rebuild = made->argv;
	if (o->copies && o->backend != NULL) {
		if (!o->backend->copies)
			return diag_set(
				ret_diag, EX_CONFIGURED,
				"cannot use config_mode=copy with mta=%s: it always reads its "
				"own files; use config_mode=in-place",
				o->backend->name);
		o->copy = pool_printf(&o->pool, "%s/%s", o->copy_dir, options_instance(o));
	}
	return pool_ok(&o->pool) ? 0 : diag_oom(ret_diag);
}

void options_release(struct options *o)
{
	free(o->vips);
	pool_release(&o->pool);
	*o = (struct options){.pool = POOL_INIT};
}

const char *options_instance(const struct options *o)
{
	return o->resource != NULL ? o->resource : o->backend->name;
}
