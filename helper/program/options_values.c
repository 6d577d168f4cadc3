/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options_values.c guarantees that a value which was taken can be used: it is one of the words, in
 * the range, absolute, a name. It looks at nothing but the text.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "program/options_priv.h"

#define LONGEST_PATH (PATH_MAX - 2 * NAME_MAX) /* names are put behind it */

int options_bad(const struct given *s, const char *wanted, struct diag *ret_diag)
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
	return options_bad(s, wanted, ret_diag);
}

int options_number(const struct given *s, long low, long high, long *ret_value,
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
		return options_bad(s, wanted, ret_diag);
	}
	*ret_value = v;
	return 0;
}

int options_path(struct options *o, const struct given *s, const char **ret_path,
		 struct diag *ret_diag)
{
	size_t len = strlen(s->value);

	if (len > LONGEST_PATH)
		return diag_set(ret_diag, s->blame,
				"cannot use %s: it is longer than a path may be", s->from);
	if (s->value[0] != '/')
		return options_bad(s, "give an absolute path", ret_diag);
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
		return options_bad(s, "give the id of a resource", ret_diag);
	o->resource = pool_dup(&o->pool, s->value, len);
	return 0;
}

int options_add_vips(struct options *o, const struct given *s, struct diag *ret_diag)
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
	return options_bad(s, known, ret_diag);
}

static int fqdn(const struct given *s, const char **ret_name, struct diag *ret_diag)
{
	if (!text_is_fqdn((struct span){s->value, strlen(s->value)}))
		return options_bad(s, "give a fully qualified host name, such as mail.example.com",
				   ret_diag);
	*ret_name = s->value;
	return 0;
}

int options_set(struct options *o, int opt, const struct given *s, struct diag *ret_diag)
{
	static const char *const policies[] = {"proven", "pinned", "off", NULL};
	static const char *const modes[] = {"in-place", "copy", NULL};
	static const char *const services[] = {"managed", "external", NULL};
	static const char *const drifts[] = {"report", "fail", NULL};
	static const char *const leaks[] = {"report", "fail", "accept", NULL};
	static const char *const remotes[] = {"report", "off", "fail", NULL};
	static const char *const unnameds[] = {"keep", "fail", NULL};
	static const char *const outputs[] = {"text", "json", NULL};
	int choice = 0;
	long n = 0;
	int r;

	switch (opt) {
	case OPT_RESOURCE:
		return resource_id(o, s, ret_diag);
	case OPT_VIP:
		return options_add_vips(o, s, ret_diag);
	case OPT_MTA:
		return choose_mta(o, s, ret_diag);
	case OPT_CONFIG:
		return options_path(o, s, &o->config, ret_diag);
	case OPT_COPY_DIR:
		return options_path(o, s, &o->copy_dir, ret_diag);
	case OPT_NAMES:
		return options_path(o, s, &o->names_file, ret_diag);
	case OPT_STATE_DIR:
		return options_path(o, s, &o->state_dir, ret_diag);
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
	case OPT_CONFIG_MODE:
		r = choose(s, modes, &choice, ret_diag);
		o->copies = choice == 1;
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
		o->leak = (enum on_leak)choice;
		return r;
	case OPT_MONITOR_REMOTES:
		r = choose(s, remotes, &choice, ret_diag);
		o->remotes = (enum on_remotes)choice;
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
		r = options_number(s, 0, 100, &n, ret_diag);
		o->level = (int)n;
		return r;
	case OPT_DEADLINE:
		r = options_number(s, 1, OPTIONS_MAX_DEADLINE_MS / 1000, &n, ret_diag);
		if (r == 0)
			o->deadline_ms = n * 1000;
		return r;
	default:
		return options_mta_set(o, opt, s, ret_diag);
	}
}
