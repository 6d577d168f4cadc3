/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.c guarantees that every client that goes to remote hosts is bound in both families and
 * says its name, and that one which serves this machine alone is left as it is.
 *
 * makeconnection() in sendmail/daemon.c tries IPv6 before IPv4, and gives up for now, without IPv4,
 * when it cannot bind. So where the VIP has no IPv6 address the clients are bound to an IPv4
 * address in its IPv6 form: that can be bound anywhere, and the kernel refuses at once to connect
 * from it to any IPv6 address (EAFNOSUPPORT), so that IPv4 is tried next. It is a loopback address,
 * so that nothing leaves even over an IPv4 address in that form. IPv4 comes last: an address that
 * cannot be bound is good for it.
 */
#include "mta/sendmail/sendmail.h"

#define NOWHERE6 "::ffff:127.0.0.1"

struct text {
	const char *new_line; /* before the value, where the line is new */
	const char *what;
};

static const struct text texts[] = {
	{"O ClientPortOptions=Family=inet, Address=", "ClientPortOptions Family=inet"},
	{"O ClientPortOptions=Family=inet6, Address=", "ClientPortOptions Family=inet6"},
	{"O HeloName=", "HeloName"},
};

static const struct text macros[] = {
	{"CLIENT_OPTIONS(`Family=inet, Address=", "CLIENT_OPTIONS Family=inet"},
	{"CLIENT_OPTIONS(`Family=inet6, Address=", "CLIENT_OPTIONS Family=inet6"},
	{"define(`confHELO_NAME', `", "confHELO_NAME"},
};

static const enum setting kinds[] = {SET_BIND4, SET_BIND6, SET_NAME};

static struct finding *add(struct sm *sm, size_t file, size_t off, size_t len, size_t which,
			   const struct text *t)
{
	struct finding *f = scan_add(sm->scan, FIND_SETTING, sm_file(sm, file), off, len);

	f->setting = kinds[which];
	f->what = t->what;
	if (f->setting == SET_BIND6)
		f->nowhere = NOWHERE6;
	return f;
}

/* The line is there: change its value, or give it one. */
static void edit_slot(struct sm *sm, const struct slot *s, size_t which, const struct text *t)
{
	struct finding *f = add(sm, s->value.file, s->value.off, s->value.text.len, which, t);

	if (s->valued)
		f->current = pool_dup(&sm->scan->pool, s->value.text.at, s->value.text.len);
	else if (f->setting != SET_NAME)
		f->before = ", Address=";
}

/* It is not: a line of its own at `off`, which ends a line, or begins one (the end of the file). */
static void new_line(struct sm *sm, size_t file, size_t off, size_t which, const struct text *t,
		     const char *close)
{
	struct span bytes = sm_file(sm, file)->bytes;
	bool at_start = off == 0 || bytes.at[off - 1] == '\n';
	struct finding *f = add(sm, file, off, 0, which, t);

	f->before = at_start ? t->new_line : pool_printf(&sm->scan->pool, "\n%s", t->new_line);
	f->after = pool_printf(&sm->scan->pool, "%s%s", close, at_start ? "\n" : "");
}

static void put(struct sm *sm, const struct settings *s, size_t file, size_t off,
		const struct text *all, const char *const *close)
{
	for (size_t i = 0; i < 3; i++) {
		const struct slot *slot = i < 2 ? &s->client[i] : &s->helo;

		if (slot->there)
			edit_slot(sm, slot, i, &all[i]);
		else
			new_line(sm, file, off, i, &all[i], close[i]);
	}
}

void cf_settings(struct sm *sm, struct pair *pair)
{
	static const char *const close[] = {"", "", ""};
	size_t end = pair->options_end ? pair->options_end : sm_file(sm, pair->cf)->bytes.len;

	if (pair == &sm->main || pair->elsewhere)
		put(sm, &pair->settings, pair->cf, end, texts, close);
}

void mc_settings(struct sm *sm, struct pair *pair, const struct settings *s, size_t off)
{
	static const char *const close[] = {"')dnl", "')dnl", "')dnl"};

	if (pair == &sm->main || pair->elsewhere)
		put(sm, s, pair->mc, off, macros, close);
}
