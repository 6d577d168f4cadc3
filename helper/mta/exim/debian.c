/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debian.c guarantees the order in which Debian's update-exim4.conf(8) puts files together, and the
 * macros that it makes of its settings: dc_smarthost becomes DCsmarthost with its place kept.
 * It runs no shell: a setting with an expansion is taken as it is written.
 */
#include "mta/exim/exim.h"

#define SETTINGS "update-exim4.conf.conf"
#define MARKER	 "UPEX4CmacrosUPEX4C"

bool ex_debian_is_settings(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, SETTINGS) == 0;
}

bool ex_debian_wants_macros(const struct ex *ex, struct span line)
{
	return ex->settings != NULL && line.len >= strlen(MARKER) &&
	       memcmp(line.at, MARKER, strlen(MARKER)) == 0;
}

/* The directory of the settings, with a name behind it. */
static const char *beside(struct ex *ex, const char *name)
{
	return pool_printf(&ex->scan->pool, "%.*s%s",
			   (int)(strlen(ex->settings) - strlen(SETTINGS)), ex->settings, name);
}

static int settings_file(struct ex *ex, size_t *ret_index)
{
	return ex_ask(ex, ex->settings, ROLE_CONFIG, false, ret_index);
}

/* VAR='…', VAR="…" or VAR=…; the last one counts. *ret keeps its place; it is empty if unset. */
static struct traced setting(struct ex *ex, size_t file, const char *name)
{
	struct span bytes = ex->scan->files[file].bytes, line;
	struct traced found = traced_plain((struct span){"", 0});
	size_t n = strlen(name);

	for (size_t at = 0, next = 0; text_line(bytes, at, &line, &next); at = next) {
		struct traced t;

		while (line.len > 0 && text_is_blank(line.at[0]))
			line = (struct span){line.at + 1, line.len - 1};
		if (line.len <= n || memcmp(line.at, name, n) != 0 || line.at[n] != '=')
			continue;
		t = traced_of_span(&ex->trace, line, file, (size_t)(line.at - bytes.at));
		t = traced_part(t, n + 1, t.len - n - 1);
		if (t.len > 0 && (t.text[0] == '\'' || t.text[0] == '"')) {
			char quote = t.text[0];

			t = traced_part(t, 1, t.len - 1);
			t = traced_part(t, 0, traced_find(t, quote));
		} else {
			size_t end = 0;

			while (end < t.len && !text_is_blank(t.text[end]) && t.text[end] != ';')
				end++;
			t = traced_part(t, 0, end);
		}
		found = traced_trim(t);
	}
	return found;
}

static bool is_set_to(struct ex *ex, size_t file, const char *name, const char *value)
{
	return text_equal_nocase(traced_span(setting(ex, file, name)), value);
}

/* --- which files ------------------------------------------------------------------------------ */

static int read_one(struct ex *ex, const char *path, bool optional)
{
	size_t file;
	int got = ex_ask(ex, path, ROLE_CONFIG, optional, &file);

	return got == 1 ? ex_lines_file(ex, file) : got;
}

/* As run-parts(8): letters, digits, '_' and '-'. */
static bool is_part(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = text_lower(name.at[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return name.len > 0;
}

static bool has_name(struct span names, const char *wanted)
{
	struct span line;

	for (size_t at = 0; text_line(names, at, &line, &at);)
		if (text_equal(line, wanted))
			return true;
	return false;
}

/* NAME.rul takes the place of NAME. */
static int read_parts(struct ex *ex, const char *dir)
{
	struct span names, line;
	size_t listing;
	int got = ex_ask(ex, dir, ROLE_LISTING, false, &listing);

	if (got <= 0)
		return got;
	names = ex->scan->files[listing].bytes;
	for (size_t at = 0; text_line(names, at, &line, &at);) {
		const char *rule;

		if (!is_part(line))
			continue;
		rule = pool_printf(&ex->scan->pool, "%.*s.rul", (int)line.len, line.at);
		if (read_one(ex,
			     pool_printf(&ex->scan->pool, "%s%.*s%s", dir, (int)line.len, line.at,
					 has_name(names, rule) ? ".rul" : ""),
			     false) < 0)
			return -1;
	}
	return 0;
}

static int read_split(struct ex *ex)
{
	static const char *const sections[] = {"main",	"acl",	   "router", "transport",
					       "retry", "rewrite", "auth"};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (read_parts(ex, beside(ex, pool_printf(&ex->pool, "conf.d/%s/", sections[i]))) <
		    0)
			return -1;
	return 0;
}

int ex_debian_read(struct ex *ex)
{
	const char *own = beside(ex, "exim4.conf");
	size_t file, index;
	int got = ex_ask(ex, own, ROLE_CONFIG, true, &index);

	if (got < 0)
		return -1;
	if (got == 1)
		return diag_set(ex->diag, EX_INSTALLED,
				"cannot use %s: Exim reads %s, which is there too: set config=%s",
				ex->settings, own, own);
	got = settings_file(ex, &file);
	if (got <= 0)
		return got;
	if (is_set_to(ex, file, "dc_use_split_config", "true"))
		return read_split(ex);
	if (read_one(ex, beside(ex, "exim4.conf.localmacros"), true) < 0)
		return -1;
	return read_one(ex, beside(ex, "exim4.conf.template"), false);
}

/* --- what it puts in -------------------------------------------------------------------------- */

/* Semicolons become colons. */
static struct traced with_colons(struct ex *ex, struct traced t)
{
	struct builder b;
	size_t from = 0;

	builder_start(&ex->trace, &b, true);
	for (size_t i = 0; i < t.len; i++) {
		if (t.text[i] != ';')
			continue;
		builder_add(&ex->trace, &b, traced_part(t, from, i - from));
		builder_add(&ex->trace, &b, traced_plain((struct span){":", 1}));
		from = i + 1;
	}
	builder_add(&ex->trace, &b, traced_part(t, from, t.len - from));
	return builder_end(&ex->trace, &b);
}

static struct traced plain(struct ex *ex, const char *text)
{
	return traced_plain((struct span){pool_dups(&ex->pool, text), strlen(text)});
}

/* A list with semicolons says so. */
static struct traced with_separator(struct ex *ex, struct traced t)
{
	struct builder b;

	if (traced_find(t, ';') == t.len || t.text[0] == '<')
		return t;
	builder_start(&ex->trace, &b, true);
	builder_add(&ex->trace, &b, traced_plain((struct span){"<; ", 3}));
	builder_add(&ex->trace, &b, t);
	return builder_end(&ex->trace, &b);
}

/* Lines of the settings that begin with a capital letter are macros too. */
static void seed_capitals(struct ex *ex, size_t file)
{
	struct span bytes = ex->scan->files[file].bytes, line;

	for (size_t at = 0, next = 0; text_line(bytes, at, &line, &next); at = next) {
		struct traced t = traced_of_span(&ex->trace, line, file, at);
		size_t eq = traced_find(t, '=');

		if (eq == t.len || line.at[0] < 'A' || line.at[0] > 'Z' ||
		    text_starts_nocase(line, "CFILEMODE="))
			continue;
		ex_macros_seed(ex, pool_dup(&ex->pool, line.at, eq),
			       traced_trim(traced_part(t, eq + 1, t.len - eq - 1)));
	}
}

int ex_debian_seed(struct ex *ex)
{
	/* What no place that we look at needs is only known to be there. */
	static const char *const others[] = {"MAIN_PACKAGE_VERSION",
					     "MAIN_LOCAL_DOMAINS",
					     "MAIN_RELAY_TO_DOMAINS",
					     "ETC_MAILNAME",
					     "LOCAL_DELIVERY",
					     "MAIN_RELAY_NETS",
					     "DCreadhost"};
	static const char *const types[] = {"satellite", "smarthost", "local", "internet"};
	struct traced interfaces;
	size_t file, type = 0;
	int got = settings_file(ex, &file);

	if (got <= 0)
		return got;
	while (type < 4 && !is_set_to(ex, file, "dc_eximconfig_configtype", types[type]))
		type++;
	if (type == 4)
		return 0;
	interfaces = setting(ex, file, "dc_local_interfaces");
	if (interfaces.len > 0)
		ex_macros_seed(ex, "MAIN_LOCAL_INTERFACES", with_separator(ex, interfaces));
	if (is_set_to(ex, file, "dc_minimaldns", "true"))
		ex_macros_seed(ex, "DC_minimaldns", plain(ex, "1"));
	if (is_set_to(ex, file, "dc_hide_mailname", "true") &&
	    setting(ex, file, "dc_readhost").len > 0)
		ex_macros_seed(ex, "HIDE_MAILNAME", plain(ex, "1"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ex_macros_seed(ex, others[i], plain(ex, "empty"));
	ex_macros_seed(ex, "DCsmarthost", with_colons(ex, setting(ex, file, "dc_smarthost")));
	ex_macros_seed(ex, "DC_eximconfig_configtype", plain(ex, types[type]));
	ex_macros_seed(ex, pool_printf(&ex->pool, "DCconfig_%s", types[type]), plain(ex, "1"));
	seed_capitals(ex, file);
	return 0;
}
