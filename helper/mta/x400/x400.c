/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x400.c guarantees that a file whose kind cannot be told is refused rather than guessed at.
 */
#include "mta/x400/x400.h"

#include <string.h>

#include "mta/backend.h"

enum role {
	ROLE_MAIN,  /* --config */
	ROLE_CHECK, /* the inbound table beside it */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* "…/x400out84" has "…/x400in84" beside it; NULL if the name tells of no such file. */
static const char *inbound_beside(struct scan *s, const char *path)
{
	const char *base = base_name(path), *out = NULL;

	for (const char *at = base; (at = strstr(at, "out")) != NULL; at++)
		out = at;
	return out == NULL ? NULL
			   : pool_printf(&s->pool, "%.*sin%s", (int)(out - path), path,
					 out + strlen("out"));
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int scan_main(struct scan *s, struct file *f, bool *ret_outbound, struct diag *ret_diag)
{
	const char *base = base_name(f->path);
	bool local = false;
	bool properties = s->address_keys != NULL || s->local_keys != NULL ||
			  ends_with(base, ".properties") || properties_is(s, f->bytes);

	if (properties) {
		properties_scan(s, f, &local);
	} else if (strstr(base, "isoentities") != NULL) {
		entities_scan(s, f);
	} else if (pp_is_out(f->bytes)) {
		*ret_outbound = true;
		return pp_scan_out(s, f, ret_diag);
	} else if (pp_is_in(f->bytes)) {
		pp_scan_in(s, f);
	} else if (entities_is(f->bytes)) {
		entities_scan(s, f);
	} else {
		return diag_set(ret_diag, EX_INSTALLED,
				"cannot understand %s: it is no table of UCL PP, no isoentities "
				"and has no presentationAddress",
				f->path);
	}
	if (s->n_calls > 0 && !local)
		scan_warn(s,
			  "%s does not say from which address calls are made: bind them to the "
			  "VIP where the MTA has a setting for it%s",
			  f->path, properties ? ", or name its key in local_keys" : "");
	return 0;
}

static int scan(struct scan *s, struct diag *ret_diag)
{
	size_t main_file, check = 0;
	bool outbound = false;
	const char *beside;

	s->lookup = RESOLVE_HOSTS_DNS; /* these MTAs ask the C library */
	s->process = s->given;
	if (scan_need(s, s->config, ROLE_MAIN, false, &main_file, ret_diag) < 0)
		return -1;
	if (scan_wants(s))
		return 0;
	if (scan_main(s, &s->files[main_file], &outbound, ret_diag) < 0)
		return -1;
	beside = outbound ? inbound_beside(s, s->config) : NULL;
	if (beside != NULL && scan_need(s, beside, ROLE_CHECK, true, &check, ret_diag) < 0)
		return -1;
	if (check != 0 && s->files[check].state == FILE_LOADED)
		pp_scan_in(s, &s->files[check]);
	return pool_ok(&s->pool) ? 0 : diag_oom(ret_diag);
}

const struct backend backend_x400 = {
	.name = "x400",
	.title = "the X.400 MTA",
	.default_config = "/usr/lib/pp/tables/x400out84",
	.scan = scan,
	.commands_given = true,
	.probe = PROBE_RFC1006,
};
