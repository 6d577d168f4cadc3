/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c guarantees that a host which is asked for TLS, or given a password, by its address is
 * known, with the entry that follows it; and where an entry may mean any host, that all of the
 * transport's remotes want a pin. Where what depends on the host's name cannot be seen, addresses
 * stay.
 */
#include "mta/exim/exim.h"

/* Of transports/smtp.c: lists of hosts whose meaning must not be lost. Other lists are for servers
 * with a fault, and match an address as before. */
static const char *const lists[] = {"hosts_require_tls",  "hosts_avoid_tls",   "hosts_require_auth",
				    "hosts_try_auth",	  "tls_verify_hosts",  "hosts_require_dane",
				    "hosts_require_ocsp", "hosts_require_alpn"};

/* "$host" or "${host}", but not "$host_address". */
static bool is_host(struct traced t, size_t at)
{
	static const char *const forms[] = {"$host", "${host}", "${lc:$host"};

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(forms[i]);
		char next = at + n < t.len ? t.text[at + n] : ' ';

		if (at + n > t.len || memcmp(t.text + at, forms[i], n) != 0)
			continue;
		if (i == 1 || !(next == '_' || (next >= 'a' && next <= 'z')))
			return true;
	}
	return false;
}

static size_t count_host(struct traced t)
{
	size_t n = 0;

	for (size_t i = 0; i < t.len; i++)
		if (t.text[i] == '$' && is_host(t, i))
			n++;
	return n;
}

/* Tables that are asked for $host. *ret_any_host: an entry may be that of any host. */
static int look_up(struct ex *ex, struct traced value, const char *what, bool *ret_any_host)
{
	struct traced rest = value;
	size_t uses = count_host(value);
	struct lookup l;

	while (ex_lookup_next(&rest, &l)) {
		if (count_host(l.key) == 0 || !ex_lookup_is_text(traced_span(l.type)))
			continue;
		uses -= count_host(l.key);
		if (ex_table_keys(ex, l.file, what, ret_any_host) < 0)
			return -1;
	}
	if (uses > 0)
		ex->keep_all = "a password or TLS policy depends on $host in an expansion";
	return 0;
}

/* An item that is no single address and no plain name. */
static bool is_many(struct traced item)
{
	for (size_t i = 0; i < item.len; i++) {
		char c = item.text[i];

		if (c == '*' || c == '/' || c == '+' || c == '^' || c == ';' || c == '@')
			return true;
	}
	return false;
}

static int scan_list(struct ex *ex, struct driver *d, const struct option *o, const char *what)
{
	struct list l = ex_list_of(o->value, ':');
	struct traced item;

	if (traced_find(o->value, '$') < o->value.len) {
		size_t uses = count_host(o->value);
		bool any_host = false;

		if (look_up(ex, o->value, what, &any_host) < 0)
			return -1;
		d->pin |= any_host || uses == 0;
		return 0;
	}
	while (ex_list_next(ex, &l, &item))
		if (!ex_hosts_key(ex, item, l.sep, what, o->line) && is_many(item) &&
		    item.text[0] != '!')
			d->pin = true;
	return 0;
}

int ex_keys_scan(struct ex *ex)
{
	for (size_t i = 0; i < ex->n_drivers; i++) {
		struct driver *d = &ex->drivers[i];
		bool any_host = false;

		for (size_t k = 0; k < d->n && d->section == SECTION_AUTHENTICATOR; k++)
			if (text_starts_nocase(d->options[k].name, "client_") &&
			    look_up(ex, d->options[k].value, "client secrets", &any_host) < 0)
				return -1;
		ex->any_pin |= any_host;
		for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
			const struct option *o = ex_option_find(d, lists[k]);

			if (o != NULL && d->section == SECTION_TRANSPORT &&
			    scan_list(ex, d, o, lists[k]) < 0)
				return -1;
		}
	}
	return 0;
}
