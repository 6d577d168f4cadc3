/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clients.c guarantees that every smtp transport that goes to remote hosts is bound in both
 * families and says its name, and that a router whose hosts are renamed waits when a name does not
 * resolve. It does not know to what they are bound: the planner does.
 *
 * `interface` takes the first address of the host's family and is ignored when it lists none
 * (smtp_get_interface() in smtp_out.c); so it always lists both, if need be one that no machine
 * has: then bind(2) fails and the host is tried again later.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

static const char *indent_of(struct ex *ex, const struct line *l)
{
	const char *bytes = ex->scan->files[l->file].bytes.at;
	size_t from = l->off;

	while (from > 0 && bytes[from - 1] != '\n')
		from--;
	return pool_dup(&ex->scan->pool, bytes + from, l->off - from);
}

/* Where the value of an option stands, from the sign on. */
static int find_value(struct ex *ex, const struct option *o, size_t *ret_off, size_t *ret_len)
{
	const struct line *l = &ex->lines[o->line];
	struct span bytes = ex->scan->files[l->file].bytes;
	size_t eq = traced_find(l->text, '='), file, off;

	if (l->split || eq == l->text.len ||
	    !traced_where(&ex->trace, traced_part(l->text, eq, 1), &file, &off) ||
	    file != l->file || off < l->off || off >= l->end)
		return ex_bad(ex, l->text,
			      "this setting comes out of a macro; write it as an option");
	off++;
	while (off < l->end && (bytes.at[off] == ' ' || bytes.at[off] == '\t'))
		off++;
	*ret_off = off;
	*ret_len = l->end - off;
	return 0;
}

/* Two drivers may be written with the same lines, which they include. */
static struct finding *find_setting(struct ex *ex, size_t file, size_t off, const char *name)
{
	for (size_t i = 0; i < ex->scan->n_findings; i++) {
		struct finding *f = &ex->scan->findings[i];

		if (f->kind == FIND_SETTING && f->file == file && f->off == off &&
		    strcmp(f->what, name) == 0)
			return f;
	}
	return NULL;
}

/* A setting of a driver: the present one, or a line behind "driver = …". `lead` stands before the
 * value. NULL: an error. */
static struct finding *add_setting(struct ex *ex, const struct driver *d, const char *name,
				   const char *lead)
{
	const struct option *o = ex_option_find(d, name);
	struct line *l = &ex->lines[o != NULL ? o->line : d->type_line];
	size_t off = l->eol, len = 0;
	struct finding *f;

	if (o != NULL && find_value(ex, o, &off, &len) < 0)
		return NULL;
	f = find_setting(ex, l->file, off, name);
	if (f == NULL)
		f = scan_add(ex->scan, FIND_SETTING, &ex->scan->files[l->file], off, len);
	f->what = name;
	l->ours = o != NULL;
	if (o == NULL)
		f->before =
			pool_printf(&ex->scan->pool, "\n%s%s = %s", indent_of(ex, l), name, lead);
	else if (len == 0 && off > 0 && ex->scan->files[l->file].bytes.at[off - 1] == '=')
		f->before = pool_printf(&ex->scan->pool, " %s", lead);
	else
		f->before = lead;
	return f;
}

/* What it binds to now, spelled as the planner spells it; NULL: not one address of each family. */
static const char *binds_now(struct ex *ex, const struct option *o)
{
	struct list l = ex_list_of(o->value, ':');
	char v4[IPADDR_STRLEN] = "", v6[IPADDR_STRLEN] = "";
	struct traced item;

	while (ex_list_next(ex, &l, &item)) {
		struct ipaddr a;
		char *slot;

		if (!ipaddr_parse(item.text, item.len, &a))
			return NULL;
		slot = a.family == 4 ? v4 : v6;
		if (slot[0] == '\0')
			ipaddr_format(&a, slot);
	}
	return v4[0] == '\0' || v6[0] == '\0' ? NULL
					      : pool_printf(&ex->scan->pool, "%s ; %s", v4, v6);
}

static const char *helo_now(struct ex *ex, const struct driver *d)
{
	const struct option *o = ex_option_find(d, "helo_data");

	if (o == NULL || text_equal(traced_span(o->value), "$primary_hostname"))
		o = ex_option_find(&ex->main, "primary_hostname");
	return o == NULL || traced_find(o->value, '$') < o->value.len ? NULL
								      : ex_string(ex, o->value);
}

static int bind_transport(struct ex *ex, const struct driver *d)
{
	const struct option *o = ex_option_find(d, "interface");
	struct finding *f = add_setting(ex, d, "interface", "<; ");

	if (f == NULL)
		return -1;
	f->setting = SET_BINDS;
	f->join = " ; ";
	f->current = o != NULL ? binds_now(ex, o) : NULL;
	f = add_setting(ex, d, "helo_data", "");
	if (f == NULL)
		return -1;
	f->setting = SET_NAME;
	f->current = helo_now(ex, d);
	if ((d->uses & USE_LOOPBACK) != 0)
		scan_warn(ex->scan,
			  "the transport %.*s serves this machine as well as remote hosts: what "
			  "listens on loopback will see the VIP; give it a transport of its own",
			  (int)d->name.len, d->name.at);
	return 0;
}

/* Hosts that are ignored while they have no address make the message wait, if nothing else is said;
 * every other answer but "defer" would freeze, bounce or send it elsewhere. */
static bool waits(const struct driver *d)
{
	const struct option *failed = ex_option_find(d, "host_find_failed");
	const struct option *all = ex_option_find(d, "host_all_ignored");

	return failed != NULL && text_equal(traced_span(failed->value), "ignore") &&
	       (all == NULL || text_equal(traced_span(all->value), "defer"));
}

static bool is_renamed(const struct ex *ex, size_t group)
{
	for (size_t i = 0; i < ex->scan->n_findings; i++)
		if (ex->scan->findings[i].kind == FIND_REMOTE &&
		    ex->scan->findings[i].group == group)
			return true;
	return false;
}

static int keep_waiting(struct ex *ex, const struct driver *d)
{
	const struct option *o = ex_option_find(d, "host_find_failed");
	struct finding *f;

	if (waits(d) || !is_renamed(ex, d->group))
		return 0;
	f = add_setting(ex, d, "host_find_failed", "");
	if (f == NULL)
		return -1;
	f->setting = SET_FIXED;
	f->fixed = "defer";
	f->current = o != NULL ? ex_string(ex, o->value) : NULL;
	f->group = d->group;
	return 0;
}

/* --- macros that are used elsewhere too ------------------------------------------------------- */

static bool is_seen_in(const struct ex *ex, size_t finding, size_t line)
{
	for (size_t i = 0; i < ex->n_seen; i++)
		if (ex->seen[i].finding == finding && ex->seen[i].line == line)
			return true;
	return false;
}

/* A macro's text may be edited only if all of its uses name hosts, or are gone then. */
static void settle_macros(struct ex *ex)
{
	for (size_t i = 0; i < ex->n_borrowed; i++) {
		const struct borrowed *b = &ex->borrowed[i];

		for (size_t k = 0; k < ex->scan->n_findings; k++) {
			struct finding *f = &ex->scan->findings[k];

			if ((f->kind != FIND_REMOTE && f->kind != FIND_KEY) || f->file != b->file ||
			    f->off + f->len <= b->off || f->off >= b->off + b->len ||
			    is_seen_in(ex, k, b->line) || ex->lines[b->line].ours)
				continue;
			f->kind = FIND_KEPT;
			f->reason = "its macro is used for something else too";
		}
	}
}

int ex_clients_scan(struct ex *ex)
{
	for (size_t i = 0; i < ex->n_drivers; i++) {
		const struct driver *d = &ex->drivers[i];

		if (d->type.at != NULL && d->section == SECTION_TRANSPORT &&
		    text_equal(d->type, "smtp") && (d->uses != USE_LOOPBACK || ex->any_transport) &&
		    bind_transport(ex, d) < 0)
			return -1;
	}
	settle_macros(ex);
	for (size_t i = 0; i < ex->n_drivers; i++) {
		const struct driver *d = &ex->drivers[i];

		if (d->type.at != NULL && d->section == SECTION_ROUTER &&
		    text_equal(d->type, "manualroute") && keep_waiting(ex, d) < 0)
			return -1;
	}
	return 0;
}
