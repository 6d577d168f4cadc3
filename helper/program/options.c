/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c guarantees that every value has been checked when options_parse() returns 0. It touches
 * no file.
 */
#include "program/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "data/array.h"

#define DEFAULT_DEADLINE_MS 58000L    /* the agent's default operation timeout less 2 s */
#define MAX_DEADLINE_MS	    86400000L /* one day */
#define MARGIN_MS	    2000L     /* left to the agent, of the operation's timeout */

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
	OPT_FOR
};

static const struct option long_options[] = {
	{"resource", required_argument, NULL, OPT_RESOURCE},
	{"vip", required_argument, NULL, OPT_VIP},
	{"mta", required_argument, NULL, OPT_MTA},
	{"config", required_argument, NULL, OPT_CONFIG},
	{"name", required_argument, NULL, OPT_NAME},
	{"names", required_argument, NULL, OPT_NAMES},
	{"remote-names", required_argument, NULL, OPT_REMOTE_NAMES},
	{"offline", no_argument, NULL, OPT_OFFLINE},
	{"service", required_argument, NULL, OPT_SERVICE},
	{"drift", required_argument, NULL, OPT_DRIFT},
	{"leak", required_argument, NULL, OPT_LEAK},
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
	{"deadline", required_argument, NULL, OPT_DEADLINE},
	{"output-as", required_argument, NULL, OPT_OUTPUT_AS},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* One named setting, wherever it came from; `from` is how the person knows it. */
struct given {
	const char *from, *value;
	enum exit_code blame; /* EX_ARGS or EX_CONFIGURED */
};

static int bad(const struct given *s, const char *wanted, struct diag *ret_diag)
{
	return diag_set(ret_diag, s->blame, "cannot use %s=%s: %s", s->from, s->value, wanted);
}

static int choose(const struct given *s, const char *const *words, int *ret_choice,
		  struct diag *ret_diag)
{
	char wanted[128] = "give";

	for (int i = 0; words[i] != NULL; i++) {
		size_t at = strlen(wanted);

		if (strcmp(s->value, words[i]) == 0) {
			*ret_choice = i;
			return 0;
		}
		(void)snprintf(wanted + at, sizeof(wanted) - at, "%s %s", i ? " or" : "", words[i]);
	}
	return bad(s, wanted, ret_diag);
}

static int number(const struct given *s, long low, long high, long *ret_value,
		  struct diag *ret_diag)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s->value, &end, 10);
	if (errno != 0 || end == s->value || *end != '\0' || v < low || v > high) {
		char wanted[96];

		(void)snprintf(wanted, sizeof(wanted), "give a whole number from %ld to %ld", low,
			       high);
		return bad(s, wanted, ret_diag);
	}
	*ret_value = v;
	return 0;
}

static int absolute(struct options *o, const struct given *s, const char **ret_path,
		    struct diag *ret_diag)
{
	size_t len = strlen(s->value);

	if (s->value[0] != '/')
		return bad(s, "give an absolute path", ret_diag);
	while (len > 1 && s->value[len - 1] == '/')
		len--;
	*ret_path = pool_dup(&o->pool, s->value, len);
	return 0;
}

/* A resource id becomes the name of a directory: XML's NCName has no '/', but --resource may. */
static int resource_id(struct options *o, const struct given *s, struct diag *ret_diag)
{
	size_t len = strcspn(s->value, ":");

	if (len == 0 || len > 200 || s->value[0] == '.' || strchr(s->value, '/') != NULL)
		return bad(s, "give the id of a resource", ret_diag);
	o->resource = pool_dup(&o->pool, s->value, len);
	return 0;
}

static int add_vips(struct options *o, const struct given *s, struct diag *ret_diag)
{
	const char *p = s->value;

	for (;;) {
		const char **slot;
		size_t n;

		p += strspn(p, " ,\t");
		n = strcspn(p, " ,\t");
		if (n == 0)
			return 0;
		slot = array_grow(&o->vips, &o->n_vips, &o->cap_vips);
		if (slot == NULL)
			return diag_oom(ret_diag);
		*slot = pool_dup(&o->pool, p, n);
		p += n;
	}
}

static int choose_mta(struct options *o, const struct given *s, struct diag *ret_diag)
{
	char known[128] = "this version knows";

	o->backend = backend_find(s->value);
	if (o->backend != NULL)
		return 0;
	for (size_t i = 0; backends[i] != NULL; i++) {
		size_t at = strlen(known);

		(void)snprintf(known + at, sizeof(known) - at, "%s %s", i ? "," : "",
			       backends[i]->name);
	}
	return bad(s, known, ret_diag);
}

static int fqdn(const struct given *s, const char **ret_name, struct diag *ret_diag)
{
	if (!text_is_fqdn((struct span){s->value, strlen(s->value)}))
		return bad(s, "give a fully qualified host name, such as mail.example.com",
			   ret_diag);
	*ret_name = s->value;
	return 0;
}

static int set(struct options *o, int opt, const struct given *s, struct diag *ret_diag)
{
	static const char *const policies[] = {"proven", "pinned", "off", NULL};
	static const char *const services[] = {"managed", "external", NULL};
	static const char *const drifts[] = {"report", "fail", NULL};
	static const char *const leaks[] = {"report", "accept", NULL};
	static const char *const unnameds[] = {"keep", "fail", NULL};
	static const char *const outputs[] = {"text", "json", NULL};
	int choice = 0;
	long n = 0;
	int r;

	switch (opt) {
	case OPT_RESOURCE:
		return resource_id(o, s, ret_diag);
	case OPT_VIP:
		return add_vips(o, s, ret_diag);
	case OPT_MTA:
		return choose_mta(o, s, ret_diag);
	case OPT_CONFIG:
		return absolute(o, s, &o->config, ret_diag);
	case OPT_NAMES:
		return absolute(o, s, &o->names_file, ret_diag);
	case OPT_STATE_DIR:
		return absolute(o, s, &o->state_dir, ret_diag);
	case OPT_CIB_FILE:
		o->cib_file = s->value;
		return 0;
	case OPT_FOR:
		o->peer = s->value;
		return 0;
	case OPT_NODE:
		o->node = s->value;
		return 0;
	case OPT_NAME:
		return fqdn(s, &o->name, ret_diag);
	case OPT_REMOTE_NAMES:
		r = choose(s, policies, &choice, ret_diag);
		o->policy = (enum names_policy)choice;
		return r;
	case OPT_SERVICE:
		r = choose(s, services, &choice, ret_diag);
		o->external = choice == 1;
		return r;
	case OPT_DRIFT:
		r = choose(s, drifts, &choice, ret_diag);
		o->drift = (enum on_finding)choice;
		return r;
	case OPT_LEAK:
		r = choose(s, leaks, &choice, ret_diag);
		o->accept_leak = choice == 1;
		return r;
	case OPT_UNNAMED:
		r = choose(s, unnameds, &choice, ret_diag);
		o->unnamed = (enum on_finding)choice;
		return r;
	case OPT_OUTPUT_AS:
		r = choose(s, outputs, &choice, ret_diag);
		o->json = choice == 1;
		return r;
	case OPT_LEVEL:
		r = number(s, 0, 100, &n, ret_diag);
		o->level = (int)n;
		return r;
	case OPT_DEADLINE:
		r = number(s, 1, MAX_DEADLINE_MS / 1000, &n, ret_diag);
		if (r == 0)
			o->deadline_ms = n * 1000;
		return r;
	default:
		return diag_set(ret_diag, EX_ARGS,
				"cannot understand the command line: see mta-stack --help");
	}
}

static int from_environment(struct options *o, struct diag *ret_diag)
{
	static const struct {
		const char *variable, *shown;
		int opt;
	} map[] = {
		{"OCF_RESOURCE_INSTANCE", "OCF_RESOURCE_INSTANCE", OPT_RESOURCE},
		{"OCF_RESKEY_mta", "mta", OPT_MTA},
		{"OCF_RESKEY_config", "config", OPT_CONFIG},
		{"OCF_RESKEY_name", "name", OPT_NAME},
		{"OCF_RESKEY_names", "names", OPT_NAMES},
		{"OCF_RESKEY_remote_names", "remote_names", OPT_REMOTE_NAMES},
		{"OCF_RESKEY_state_dir", "state_dir", OPT_STATE_DIR},
		{"OCF_RESKEY_service", "service", OPT_SERVICE},
		{"OCF_RESKEY_drift", "drift", OPT_DRIFT},
		{"OCF_RESKEY_leak", "leak", OPT_LEAK},
		{"OCF_RESKEY_unnamed", "unnamed", OPT_UNNAMED},
		{"OCF_CHECK_LEVEL", "OCF_CHECK_LEVEL", OPT_LEVEL},
	};
	const char *timeout = getenv("OCF_RESKEY_CRM_meta_timeout");

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		const char *value = getenv(map[i].variable);
		struct given s = {map[i].shown, value, EX_CONFIGURED};

		if (value != NULL && value[0] != '\0' && set(o, map[i].opt, &s, ret_diag) < 0)
			return -1;
	}
	o->from_agent = getenv("OCF_RESOURCE_INSTANCE") != NULL;
	if (timeout != NULL && timeout[0] != '\0') {
		struct given s = {"timeout", timeout, EX_CONFIGURED};
		long ms = 0;

		if (number(&s, 1, MAX_DEADLINE_MS, &ms, ret_diag) < 0)
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
		if (set(o, opt, &s, ret_diag) < 0)
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

	*o = (struct options){.deadline_ms = DEFAULT_DEADLINE_MS,
			      .state_dir = LOCALSTATEDIR "/lib/mta-stack",
			      .pool = POOL_INIT};
	if (vip != NULL && add_vips(o, &s, ret_diag) < 0)
		return -1;
	if (from_environment(o, ret_diag) < 0 || from_argv(o, argc, argv, ret_diag) < 0)
		return -1;
	if (o->config == NULL && o->backend != NULL)
		o->config = o->backend->default_config;
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
