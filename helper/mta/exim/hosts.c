/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts.c guarantees to find an address wherever a list of hosts names one, by the grammar of
 * host_build_hostlist() and host_item_get_port() in Exim's host.c, and to note what the transport
 * is used for. What is expanded when mail comes is reported, never rewritten.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The colon before the port; t.len if it ends in none. Brackets make it one, and so does being the
 * only colon. */
static size_t port_colon(struct traced t)
{
	size_t n = t.len;

	while (n > 0 && is_digit(t.text[n - 1]))
		n--;
	if (n < 2 || n == t.len || t.text[n - 1] != ':')
		return t.len;
	if (t.text[n - 2] == ']' && t.text[0] == '[')
		return n - 1;
	return traced_find(t, ':') == n - 1 ? n - 1 : t.len;
}

bool ex_host_parse(struct traced item, struct host *ret)
{
	struct host h = {.text = item};
	size_t colon = port_colon(item);

	if (item.len == 0 || text_equal(traced_span(item), "+"))
		return false;
	h.text = h.name = traced_part(item, 0, colon);
	/* without a port brackets are part of a name that nobody has */
	if (colon < item.len && h.text.text[0] == '[')
		h.name = traced_part(h.text, 1, h.text.len - 2);
	if (!ipaddr_parse(h.name.text, h.name.len, &h.addr))
		h.addr.family = 0;
	*ret = h;
	return true;
}

static bool is_elsewhere(const struct host *h)
{
	if (h->addr.family == 0)
		return !text_is_loopback_name(traced_span(h->name));
	return !ipaddr_is_loopback(&h->addr) && !ipaddr_is_any(&h->addr);
}

/* Between two bytes of a text at most one was dropped: a separator, a quote's escape. */
bool ex_cover(const struct ex *ex, struct traced t, size_t *ret_file, size_t *ret_off,
	      size_t *ret_len)
{
	size_t file = 0, first = 0, last = 0;

	for (size_t i = 0; i < t.len; i++) {
		size_t f, off;

		if (!traced_where(&ex->trace, traced_part(t, i, 1), &f, &off))
			return false;
		if (i == 0) {
			file = f;
			first = off;
		} else if (f != file || off <= last || off > last + 2) {
			return false;
		}
		last = off;
	}
	if (t.len == 0)
		return false;
	*ret_file = file;
	*ret_off = first;
	*ret_len = last + 1 - first;
	return true;
}

/* --- places ----------------------------------------------------------------------------------- */

static struct finding *find_seen(struct ex *ex, size_t file, size_t off, size_t line)
{
	bool here = false;
	size_t at = NO_LINE;

	for (size_t i = 0; i < ex->n_seen; i++) {
		const struct finding *f = &ex->scan->findings[ex->seen[i].finding];

		if (f->file != file || f->off != off)
			continue;
		at = ex->seen[i].finding;
		here |= ex->seen[i].line == line;
	}
	if (at == NO_LINE)
		return NULL;
	if (!here) {
		struct seen *s = array_grow(&ex->seen, &ex->n_seen, &ex->cap_seen);

		if (s == NULL)
			ex->pool.failed = true;
		else
			*s = (struct seen){at, line};
	}
	return &ex->scan->findings[at];
}

static void remember(struct ex *ex, size_t line)
{
	struct seen *s;

	if (line == NO_LINE) /* tables are read once for each of their meanings */
		return;
	s = array_grow(&ex->seen, &ex->n_seen, &ex->cap_seen);
	if (s == NULL)
		ex->pool.failed = true;
	else
		*s = (struct seen){ex->scan->n_findings - 1, line};
}

static void add_kept(struct ex *ex, struct traced t, const struct ipaddr *addr,
		     const struct place *in, const char *reason)
{
	size_t file = 0, off = 0;
	struct finding *f;

	(void)traced_start(&ex->trace, t, &file, &off);
	f = find_seen(ex, file, off, in->line);
	if (f != NULL && f->kind == FIND_REMOTE) {
		f->kind = FIND_KEPT;
		f->reason = reason;
	}
	if (f != NULL)
		return;
	f = scan_add(ex->scan, FIND_KEPT, &ex->scan->files[file], off, 0);
	f->addr = *addr;
	f->what = in->what;
	f->reason = reason;
	remember(ex, in->line);
}

void ex_group_join(struct ex *ex, struct finding *f, struct driver *router)
{
	size_t old = router->group;

	if (f->group == 0)
		f->group = old;
	if (f->group == old)
		return;
	for (size_t i = 0; i < ex->n_drivers; i++)
		if (ex->drivers[i].group == old)
			ex->drivers[i].group = f->group;
	for (size_t i = 0; i < ex->scan->n_findings; i++)
		if (ex->scan->findings[i].group == old)
			ex->scan->findings[i].group = f->group;
}

static void add_remote(struct ex *ex, const struct host *h, char sep, const struct place *in)
{
	size_t file, off, len;
	struct finding *f;
	bool pin = ex->any_pin || (in->transport != NULL && in->transport->pin);

	for (size_t i = 0; in->transport == NULL && i < ex->n_drivers; i++)
		pin |= ex->drivers[i].pin;
	if (in->keep != NULL || ex->keep_all != NULL || sep == '.' || sep == '-') {
		add_kept(ex, h->text, &h->addr, in,
			 in->keep != NULL	? in->keep
			 : ex->keep_all != NULL ? ex->keep_all
						: "a name may hold the list's separator");
		return;
	}
	if (!ex_cover(ex, h->text, &file, &off, &len)) {
		add_kept(ex, h->text, &h->addr, in,
			 "the address is put together from several places");
		return;
	}
	f = find_seen(ex, file, off, in->line);
	if (f == NULL) {
		f = scan_add(ex->scan, FIND_REMOTE, &ex->scan->files[file], off, len);
		f->addr = h->addr;
		f->what = in->what;
		remember(ex, in->line);
	}
	if (f->kind == FIND_KEY) {
		f->kind = FIND_KEPT;
		f->reason = "its macro is used in a list of hosts with TLS or passwords too";
	}
	if (f->kind != FIND_REMOTE)
		return;
	f->pin |= pin;
	if (in->router != NULL)
		ex_group_join(ex, f, in->router);
}

static void note_use(struct ex *ex, struct driver *transport, unsigned use)
{
	if (transport != NULL)
		transport->uses |= use;
	else
		ex->any_transport = true;
}

void ex_hosts_scan(struct ex *ex, struct traced list, const struct place *in)
{
	struct list l = ex_list_of(list, ':');
	struct traced item;
	struct host h;

	if (traced_find(list, '$') < list.len) {
		note_use(ex, in->transport, USE_REMOTE);
		if (!in->again)
			ex_hosts_report(ex, list, in);
		return;
	}
	while (ex_list_next(ex, &l, &item)) {
		if (!ex_host_parse(item, &h))
			continue;
		note_use(ex, in->transport, is_elsewhere(&h) ? USE_REMOTE : USE_LOOPBACK);
		if (h.addr.family != 0 && is_elsewhere(&h) && !in->again)
			add_remote(ex, &h, l.sep, in);
	}
}

/* --- what is expanded ------------------------------------------------------------------------- */

static bool is_of_address(char c)
{
	c = text_lower(c);
	return is_digit(c) || (c >= 'a' && c <= 'f') || c == '.' || c == ':';
}

static bool is_of_word(char c)
{
	c = text_lower(c);
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

/* The next thing in t that looks like an address. */
static bool next_address(struct traced *rest, struct traced *ret, struct ipaddr *ret_addr)
{
	struct traced t = *rest;

	for (size_t i = 0; i < t.len; i++) {
		size_t n = 0;

		if (!is_of_address(t.text[i]) || (i > 0 && is_of_word(t.text[i - 1])))
			continue;
		while (i + n < t.len && is_of_address(t.text[i + n]))
			n++;
		*rest = skip(t, i + n);
		*ret = traced_part(t, i, n);
		for (; ret->len > 2; ret->len--) { /* a port, a separator may follow */
			if (ipaddr_parse(ret->text, ret->len, ret_addr))
				return true;
		}
		i += n;
	}
	return false;
}

void ex_hosts_report(struct ex *ex, struct traced text, const struct place *in)
{
	struct traced rest = text, at;
	struct ipaddr addr;
	bool any = false;

	while (next_address(&rest, &at, &addr)) {
		const struct host h = {.text = at, .name = at, .addr = addr};

		any = true;
		if (is_elsewhere(&h))
			add_kept(ex, at, &addr, in, "it stands in an expansion");
	}
	if (!any)
		ex_warn(ex, text, in->what,
			"its hosts come out of an expansion; addresses there stay addresses");
}

/* --- what depends on hosts -------------------------------------------------------------------- */

bool ex_hosts_key(struct ex *ex, struct traced item, char sep, const char *what, size_t line)
{
	const struct place in = {.what = what, .line = line};
	struct traced t = item;
	size_t file, off, len, key_off, key_len;
	struct ipaddr addr;
	struct finding *f;

	if (t.len > 0 && t.text[0] == '!')
		t = traced_trim(skip(t, 1));
	if (!ipaddr_parse(t.text, t.len, &addr))
		return false;
	if (!ex_cover(ex, item, &file, &off, &len) || !ex_cover(ex, t, &file, &key_off, &key_len) ||
	    sep == '.' || sep == '-') {
		add_kept(ex, t, &addr, &in, "it is put together from several places");
		return true;
	}
	f = find_seen(ex, file, key_off, line);
	if (f != NULL)
		return true;
	f = scan_add(ex->scan, FIND_KEY, &ex->scan->files[file], key_off, key_len);
	f->addr = addr;
	f->what = what;
	f->join = pool_printf(&ex->scan->pool, " %c ", sep);
	f->line_off = off;
	f->line_len = len;
	remember(ex, line);
	ex->scan->blind = true; /* Exim looks at both, name and address */
	return true;
}
