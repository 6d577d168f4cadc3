/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c guarantees the sections and options of readconf_handle_option() and
 * readconf_driver_init() in Exim's readconf.c. It does not judge whether Exim knows an option.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

static bool is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static struct traced name_of(struct traced *rest)
{
	struct traced name;
	size_t n = 0;

	while (n < rest->len && is_name(rest->text[n]))
		n++;
	name = traced_part(*rest, 0, n);
	*rest = traced_trim(skip(*rest, n));
	return name;
}

/* A value in quotes is nothing else: read_string(). */
static int value_of(struct ex *ex, struct traced t, struct traced *ret)
{
	struct traced rest = t;

	if (t.len == 0 || t.text[0] != '"') {
		*ret = t;
		return 0;
	}
	*ret = ex_dequote(ex, &rest);
	if (traced_trim(rest).len > 0 || t.len < 2 || t.text[t.len - 1] != '"')
		return ex_bad(ex, t, "something behind the closing quote, or no such quote");
	return 0;
}

static int add_option(struct ex *ex, struct driver *d, size_t line)
{
	struct traced rest = ex->lines[line].text, name = name_of(&rest);
	struct option *o;

	if (text_equal(traced_span(name), "hide"))
		name = name_of(&rest);
	if (name.len == 0)
		return ex_bad(ex, ex->lines[line].text, "option setting expected");
	o = array_grow(&d->options, &d->n, &d->cap);
	if (o == NULL)
		return diag_oom(ex->diag);
	o->name = traced_span(name);
	o->line = line;
	if (rest.len > 0 && rest.text[0] == '=')
		rest = traced_trim(skip(rest, 1));
	return value_of(ex, rest, &o->value);
}

static enum section section_of(struct traced t)
{
	static const struct {
		const char *word;
		enum section section;
	} words[] = {{"router", SECTION_ROUTER},
		     {"routers", SECTION_ROUTER},
		     {"transport", SECTION_TRANSPORT},
		     {"transports", SECTION_TRANSPORT},
		     {"authenticator", SECTION_AUTHENTICATOR},
		     {"authenticators", SECTION_AUTHENTICATOR}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_equal_nocase(traced_span(t), words[i].word))
			return words[i].section;
	return SECTION_OTHER;
}

/* A name, a colon, nothing else: the next driver. */
static int driver_line(struct ex *ex, enum section section, size_t line)
{
	struct traced rest = ex->lines[line].text, name = name_of(&rest);
	struct driver *d = ex->n_drivers > 0 ? &ex->drivers[ex->n_drivers - 1] : NULL;

	if (name.len > 0 && rest.len > 0 && rest.text[0] == ':') {
		if (rest.len > 1)
			return ex_bad(ex, rest, "extra characters after driver name");
		d = array_grow(&ex->drivers, &ex->n_drivers, &ex->cap_drivers);
		if (d == NULL)
			return diag_oom(ex->diag);
		d->section = section;
		d->name = traced_span(name);
		d->group = ex->n_drivers;
		return 0;
	}
	if (d == NULL || d->section != section)
		return ex_bad(ex, ex->lines[line].text, "the name of a driver is missing");
	if (add_option(ex, d, line) < 0)
		return -1;
	if (text_equal(d->options[d->n - 1].name, "driver")) {
		d->type = traced_span(d->options[d->n - 1].value);
		d->type_line = line;
	}
	return 0;
}

static bool is_named_list(struct span line)
{
	static const char *const words[] = {"domainlist", "hostlist", "addresslist",
					    "localpartlist"};

	if (text_starts_nocase(line, "hide "))
		line = text_trim((struct span){line.at + 5, line.len - 5});
	for (size_t i = 0; i < 4; i++)
		if (line.len > strlen(words[i]) && text_starts_nocase(line, words[i]) &&
		    text_is_blank(line.at[strlen(words[i])]))
			return true;
	return false;
}

static void hide(struct ex *ex, size_t line)
{
	const struct line *l = &ex->lines[line];

	scan_secret(ex->scan, &ex->scan->files[l->file], l->off, l->end - l->off);
}

/* Options with passwords are shown to nobody. */
static void note_secrets(struct ex *ex)
{
	for (size_t i = 0; i < ex->n_drivers; i++) {
		const struct driver *d = &ex->drivers[i];

		for (size_t k = 0; k < d->n && d->section == SECTION_AUTHENTICATOR; k++)
			if (text_starts_nocase(d->options[k].name, "client_") ||
			    text_starts_nocase(d->options[k].name, "server_"))
				hide(ex, d->options[k].line);
	}
	for (size_t i = 0; i < ex->n_lines; i++)
		if (text_starts_nocase(traced_span(ex->lines[i].text), "hide "))
			hide(ex, i);
}

int ex_options_parse(struct ex *ex)
{
	enum section section = SECTION_MAIN;

	for (size_t i = 0; i < ex->n_lines; i++) {
		struct traced t = ex->lines[i].text;
		int rc = 0;

		if (text_starts_nocase(traced_span(t), "begin ")) {
			section = section_of(traced_trim(skip(t, strlen("begin "))));
			continue;
		}
		if (section == SECTION_MAIN && !is_named_list(traced_span(t)))
			rc = add_option(ex, &ex->main, i);
		else if (section != SECTION_MAIN && section != SECTION_OTHER)
			rc = driver_line(ex, section, i);
		if (rc < 0)
			return -1;
	}
	note_secrets(ex);
	return 0;
}

const struct option *ex_option_find(const struct driver *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (text_equal(d->options[i].name, name))
			return &d->options[i];
	return NULL;
}

bool ex_option_is_on(const struct driver *d, const char *name)
{
	const struct option *o = ex_option_find(d, name);

	return o != NULL && !text_equal_nocase(traced_span(o->value), "false") &&
	       !text_equal_nocase(traced_span(o->value), "no");
}

struct driver *ex_driver_find(struct ex *ex, enum section section, struct span name)
{
	for (size_t i = 0; i < ex->n_drivers; i++) {
		struct driver *d = &ex->drivers[i];

		if (d->section == section && d->name.len == name.len &&
		    memcmp(d->name.at, name.at, name.len) == 0)
			return d;
	}
	return NULL;
}
