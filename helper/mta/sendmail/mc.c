/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mc.c guarantees that what is changed in a .cf is changed in the .mc that it is made from, so that
 * the next run of m4 does not lose it, wherever the .mc says it in the plain way: define, FEATURE,
 * CLIENT_OPTIONS, DAEMON_OPTIONS, lines of the .cf itself, files that it includes. An address in
 * any other m4 is reported. Nothing is expanded: that a definition is conditional, or undone later,
 * is not seen.
 */
#include "mta/sendmail/sendmail.h"

#define INCLUDES_MAX 8 /* of files within files */

static const char not_understood[] = "it stands in m4 that is not understood: change it yourself";

struct mc {
	struct sm *sm;
	struct pair *pair;
	struct settings settings;
	bool comments; /* '#' still begins one */
	bool diverted; /* text is thrown away */
	bool broken;   /* a part of it cannot be read */
	bool have_end;
	size_t end; /* where calls may be inserted */
	int depth;
};

static bool is_one_of(struct span name, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_equal(name, *words))
			return true;
	return false;
}

/* --- define ----------------------------------------------------------------------------------- */

static bool is_relay(struct span name)
{
	static const char *const relays[] = {"SMART_HOST",  "LOCAL_RELAY",  "MAIL_HUB",
					     "LUSER_RELAY", "UUCP_RELAY",   "BITNET_RELAY",
					     "FAX_RELAY",   "DECNET_RELAY", NULL};

	return is_one_of(name, relays);
}

static bool ends_with(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && memcmp(s.at + s.len - n, end, n) == 0;
}

/* Quotes within quotes, a macro in the middle: what it comes to is not known. */
static void not_plain(struct mc *mc, const struct m4_call *c, struct placed name,
		      struct placed value)
{
	const char *what = pool_dup(&mc->sm->scan->pool, name.text.at, name.text.len);

	sm_keep(mc->sm, value, what, not_understood);
	if (is_relay(name.text))
		sm_warn(mc->sm, c->whole,
			pool_printf(&mc->sm->pool, "%s is not understood: it stays as it is",
				    what));
}

static void define_scan(struct mc *mc, const struct m4_call *c)
{
	struct placed name, value;
	const char *what;

	if (c->n < 2 || !m4_unquote(c->arguments[0], &name))
		return;
	what = pool_dup(&mc->sm->scan->pool, name.text.at, name.text.len);
	if (!m4_unquote(c->arguments[1], &value))
		not_plain(mc, c, name, value);
	else if (is_relay(name.text))
		sm_triple(mc->sm, mc->pair, placed_trim(value), what);
	else if (text_equal(name.text, "confFALLBACK_MX") ||
		 text_equal(name.text, "confFALLBACK_SMARTHOST"))
		sm_hosts(mc->sm, mc->pair, value, what);
	else if (ends_with(name.text, "_MAILER_ARGS"))
		cf_arguments(mc->sm, mc->pair, value);
	else if (text_equal(name.text, "confHELO_NAME"))
		mc->settings.helo = (struct slot){true, true, value};
	else
		sm_keep(mc->sm, value, what, not_understood);
}

/* --- other calls ------------------------------------------------------------------------------ */

static void feature_scan(struct mc *mc, const struct m4_call *c)
{
	static const char *const relaying[] = {"msp", "nullclient", NULL};
	struct placed name, value;

	for (size_t i = 1; i < c->n && m4_unquote(c->arguments[0], &name); i++) {
		bool plain = m4_unquote(c->arguments[i], &value);

		if (i == 1 && plain && is_one_of(name.text, relaying))
			sm_triple(mc->sm, mc->pair, value,
				  text_equal(name.text, "msp") ? "msp" : "nullclient");
		else
			sm_keep(mc->sm, value, "FEATURE", not_understood);
	}
}

static void options_scan(struct mc *mc, const struct m4_call *c, bool client)
{
	struct placed value;

	if (c->n == 0)
		return;
	/* without quotes the first comma ends it */
	if (c->arguments[0].text.len == 0 || placed_find(c->arguments[0], '`') != 0 ||
	    !m4_unquote(c->arguments[0], &value))
		sm_warn(mc->sm, c->whole,
			"without plain quotes around it this call is not understood: see that it "
			"does not undo the stack");
	else if (client)
		sm_client_options(&mc->settings, value);
	else
		sm_daemon_options(mc->sm, mc->pair, value, false);
}

static void file_scan(struct mc *mc, const struct file *f);

static void include_scan(struct mc *mc, const struct m4_call *c)
{
	const struct file *f = mc->depth < INCLUDES_MAX ? mc_included(mc->sm, c) : NULL;

	if (f == NULL || !sm_visit(mc->sm, f))
		return;
	mc->depth++;
	file_scan(mc, f);
	mc->depth--;
}

/* A call that is none of those: no setting of ours, and no address, is expected in it. */
static void unknown_scan(struct mc *mc, const struct m4_call *c)
{
	static const char *const ours[] = {"CLIENT_OPTIONS", "confHELO_NAME"};

	for (size_t i = 0; i < c->n; i++)
		sm_keep(mc->sm, c->arguments[i], "m4", not_understood);
	for (size_t i = 0; i < 2 && c->n > 0; i++)
		if (memmem(c->whole.text.at, c->whole.text.len, ours[i], strlen(ours[i])) != NULL)
			sm_warn(mc->sm, c->whole,
				pool_printf(&mc->sm->pool,
					    "%s inside of other m4: see that it does not undo the "
					    "stack",
					    ours[i]));
}

static void note_end(struct mc *mc, const struct m4_call *c)
{
	if (mc->have_end || mc->depth > 0 || !c->at_line_start)
		return;
	mc->have_end = true;
	mc->end = c->whole.off;
}

/* Texts, patterns, own names: no remotes. */
static const char *const ignored[] = {"VERSIONID",
				      "OSTYPE",
				      "DOMAIN",
				      "undefine",
				      "MASQUERADE_AS",
				      "MASQUERADE_DOMAIN",
				      "EXPOSED_USER",
				      "LOCAL_DOMAIN",
				      "RELAY_DOMAIN",
				      "VIRTUSER_DOMAIN",
				      "GENERICS_DOMAIN",
				      "CANONIFY_DOMAIN",
				      "INPUT_MAIL_FILTER",
				      "MAIL_FILTER",
				      "MODIFY_MAILER_FLAGS",
				      NULL};

static void call_scan(struct mc *mc, const struct m4_call *c)
{
	struct placed first = {0};

	if (c->n > 0)
		(void)m4_unquote(c->arguments[0], &first);
	if (text_equal(c->name, "define"))
		define_scan(mc, c);
	else if (text_equal(c->name, "FEATURE"))
		feature_scan(mc, c);
	else if (text_equal(c->name, "CLIENT_OPTIONS"))
		options_scan(mc, c, true);
	else if (text_equal(c->name, "DAEMON_OPTIONS"))
		options_scan(mc, c, false);
	else if (text_equal(c->name, "include") || text_equal(c->name, "sinclude"))
		include_scan(mc, c);
	else if (text_equal(c->name, "divert"))
		mc->diverted = first.text.len > 0 && first.text.at[0] == '-';
	else if (text_equal(c->name, "MAILER") || text_equal(c->name, "MAILER_DEFINITIONS"))
		note_end(mc, c);
	else if (!is_one_of(c->name, ignored))
		unknown_scan(mc, c);
	if (text_starts_nocase(c->name, "LOCAL_"))
		mc->diverted = false;
	if (mc->comments && mc_ends_comments(mc->sm, c))
		mc->comments = false;
}

/* A line for the .cf: a comment of m4 at its end is no part of it. */
static void line_scan(struct mc *mc, struct placed line)
{
	size_t at = 0;

	while (at + 3 < line.text.len && memcmp(line.text.at + at, "dnl", 3) != 0)
		at++;
	if (at + 3 < line.text.len)
		line = placed_part(line, 0, at);
	if (placed_find(line, '`') == line.text.len && line.text.len > 1)
		cf_hosts(mc->sm, mc->pair, line);
	else
		sm_keep(mc->sm, line, "m4", not_understood);
}

static void file_scan(struct mc *mc, const struct file *f)
{
	struct m4_reader r = {
		.text = {f->bytes, scan_file_index(mc->sm->scan, f), 0},
		.comments = mc->comments,
	};
	struct m4_reader ahead = r;
	struct m4_call c;

	if (!mc_is_whole(mc->sm, &ahead)) {
		scan_warn(mc->sm->scan,
			  "%s: a quote or a call is not closed: nothing is changed in it",
			  sm_file(mc->sm, r.text.file)->path);
		mc->broken = true;
		return;
	}
	while (m4_next(&r, &c)) {
		if (!c.is_line)
			call_scan(mc, &c);
		else if (!mc->diverted)
			line_scan(mc, c.whole);
		r.comments = mc->comments;
	}
}

void mc_scan(struct sm *sm, struct pair *pair)
{
	struct mc mc = {.sm = sm, .pair = pair, .comments = true};
	const struct file *f = sm_file(sm, pair->mc);

	file_scan(&mc, f);
	if (!mc.broken)
		mc_settings(sm, pair, &mc.settings,
			    mc.have_end ? mc.end : sm_file(sm, pair->mc)->bytes.len);
}
