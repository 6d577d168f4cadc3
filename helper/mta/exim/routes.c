/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * routes.c guarantees to look at each place where a router or a transport names hosts:
 * parse_route_item() and manualroute_router_entry() in Exim's routers/manualroute.c, the options
 * hosts and fallback_hosts of transports/smtp.c, fallback_hosts of every router.
 */
#include "mta/exim/exim.h"

static bool is_smtp(const struct driver *d)
{
	return d->section == SECTION_TRANSPORT && text_equal(d->type, "smtp");
}

/* The transport that a router names; NULL if that is decided when mail comes. */
static struct driver *transport_of(struct ex *ex, const struct driver *router, bool *ret_set)
{
	const struct option *o = ex_option_find(router, "transport");

	*ret_set = o != NULL;
	return o == NULL ? NULL : ex_driver_find(ex, SECTION_TRANSPORT, traced_span(o->value));
}

static void use_remotely(struct ex *ex, const struct driver *router)
{
	bool set;
	struct driver *t = transport_of(ex, router, &set);

	if (t != NULL)
		t->uses |= USE_REMOTE;
	else if (set)
		ex->any_transport = true;
}

/* Words behind the hosts: how they are looked up, or another transport. */
static void route_options(struct ex *ex, struct traced options, struct place *in)
{
	static const char *const words[] = {"randomize", "no_randomize", "bydns", "ipv4_only",
					    "ipv4_prefer"};
	struct traced word;

	while (traced_word(&options, " \t", false, &word)) {
		bool known = false;

		if (text_equal(traced_span(word), "byname")) {
			ex->by_name = true;
			continue;
		}
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			known |= text_equal(traced_span(word), words[i]);
		if (!known)
			in->transport = ex_driver_find(ex, SECTION_TRANSPORT, traced_span(word));
	}
}

const char *ex_route_keeps(const struct place *in)
{
	return in->transport != NULL && !is_smtp(in->transport) ? "its transport is no smtp client"
								: in->keep;
}

void ex_route_scan(struct ex *ex, struct traced route, struct place in)
{
	struct traced rest = traced_trim(route), hosts = ex_dequote(ex, &rest);

	route_options(ex, rest, &in);
	in.keep = ex_route_keeps(&in);
	ex_hosts_scan(ex, hosts, &in);
}

/* "lsearch;FILE" as the whole of a list of domains: what $value and $domain_data then are. */
static struct traced searched_file(struct traced domains)
{
	size_t semicolon = traced_find(domains, ';');
	struct traced none = traced_part(domains, 0, 0);

	if (semicolon == domains.len || !ex_lookup_is_text((struct span){domains.text, semicolon}))
		return none;
	return traced_trim(traced_part(domains, semicolon + 1, domains.len - semicolon - 1));
}

static bool is_variable(struct traced t, const char *name)
{
	const char *at = t.text;
	size_t n = strlen(name);

	if (t.len == n + 1)
		return at[0] == '$' && memcmp(at + 1, name, n) == 0;
	return t.len == n + 3 && memcmp(at, "${", 2) == 0 && memcmp(at + 2, name, n) == 0 &&
	       at[n + 2] == '}';
}

static int route_list(struct ex *ex, const struct option *o, const struct place *in)
{
	struct list l = ex_list_of(o->value, ';');
	struct traced item;

	while (ex_list_next(ex, &l, &item)) {
		struct traced rest = item, domains, route, hosts, file;

		if (item.len == 0)
			continue;
		domains = ex_dequote(ex, &rest);
		route = traced_trim(rest);
		rest = route;
		hosts = ex_dequote(ex, &rest);
		file = searched_file(domains);
		if (is_variable(hosts, "value") && file.len > 0) {
			struct place there = *in;

			route_options(ex, rest, &there);
			if (ex_table_scan(ex, file, &there) < 0)
				return -1;
		} else {
			ex_route_scan(ex, route, *in);
		}
	}
	return 0;
}

/* Is what the lookup gives used as it is? */
static bool gives_value(const struct lookup *l)
{
	return l->yes.len == 0 || (l->yes.len >= 6 && memcmp(l->yes.text, "$value", 6) == 0);
}

static int route_data(struct ex *ex, const struct option *o, const struct driver *router,
		      const struct place *in)
{
	const struct option *domains = ex_option_find(router, "domains");
	struct traced rest = o->value, file;
	struct lookup l;
	bool any = false;

	if (traced_find(o->value, '$') == o->value.len) {
		ex_route_scan(ex, o->value, *in);
		return 0;
	}
	if (is_variable(o->value, "domain_data") && domains != NULL) {
		file = searched_file(domains->value);
		if (file.len > 0)
			return ex_table_scan(ex, file, in);
	}
	while (ex_lookup_next(&rest, &l)) {
		if (!ex_lookup_is_text(traced_span(l.type)) || !gives_value(&l))
			continue;
		any = true;
		if (ex_table_scan(ex, l.file, in) < 0)
			return -1;
		rest = l.rest;
	}
	if (!any) {
		if (in->transport != NULL)
			in->transport->uses |= USE_REMOTE;
		else
			ex->any_transport = true;
		ex_hosts_report(ex, o->value, in);
	}
	return 0;
}

static int manualroute(struct ex *ex, struct driver *router)
{
	const struct option *list = ex_option_find(router, "route_list");
	const struct option *data = ex_option_find(router, "route_data");
	struct place in = {.router = router};
	bool set;

	in.transport = transport_of(ex, router, &set);
	if (set && in.transport == NULL)
		ex->any_transport = true;
	if (ex_option_is_on(router, "pass_on_timeout"))
		in.keep = "with pass_on_timeout a name that is not found in time goes elsewhere";
	if (list != NULL) {
		in.what = "route_list";
		in.line = list->line;
		if (route_list(ex, list, &in) < 0)
			return -1;
	}
	if (data != NULL) {
		in.what = "route_data";
		in.line = data->line;
		if (route_data(ex, data, router, &in) < 0)
			return -1;
	}
	return 0;
}

/* An option with a list of hosts and nothing else. */
static void host_option(struct ex *ex, const struct driver *d, const char *name,
			struct driver *transport)
{
	const struct option *o = ex_option_find(d, name);
	struct place in = {.what = name, .transport = transport};

	if (o == NULL)
		return;
	in.line = o->line;
	ex_hosts_scan(ex, o->value, &in);
}

int ex_routes_scan(struct ex *ex)
{
	for (size_t i = 0; i < ex->n_drivers; i++) {
		struct driver *d = &ex->drivers[i];
		bool set;

		if (is_smtp(d)) {
			host_option(ex, d, "hosts", d);
			host_option(ex, d, "fallback_hosts", d);
		}
		if (d->section != SECTION_ROUTER)
			continue;
		if (text_equal(d->type, "manualroute")) {
			if (manualroute(ex, d) < 0)
				return -1;
		} else if (!text_equal(d->type, "accept")) {
			use_remotely(ex, d);
		}
		if (ex_option_find(d, "fallback_hosts") != NULL)
			host_option(ex, d, "fallback_hosts", transport_of(ex, d, &set));
	}
	return 0;
}
