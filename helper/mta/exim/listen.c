/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c tells on which port mail is taken in clear text on addresses that are not loopback: 25
 * if it is among them, else the first one. daemon_smtp_ports and local_interfaces of Exim's
 * daemon.c and host.c: "address", "address.port", "[address]:port".
 */
#include "mta/exim/exim.h"

static int port_of(struct traced t)
{
	int n = 0;

	if (text_equal(traced_span(t), "smtp"))
		return 25;
	if (text_equal(traced_span(t), "submission"))
		return 587;
	for (size_t i = 0; i < t.len && n < 65536; i++) {
		if (t.text[i] < '0' || t.text[i] > '9')
			return 0;
		n = n * 10 + (t.text[i] - '0');
	}
	return n < 65536 ? n : 0;
}

static struct traced part(struct traced t, size_t from)
{
	return traced_part(t, from, t.len - from);
}

/* Split an item of local_interfaces; the port may be empty. */
static bool split(struct traced item, struct ipaddr *ret_addr, struct traced *ret_port)
{
	size_t dot = item.len;

	if (item.len > 0 && item.text[0] == '[') {
		size_t end = traced_find(item, ']');

		*ret_port = end + 2 <= item.len ? part(item, end + 2) : part(item, item.len);
		return end < item.len && ipaddr_parse(item.text + 1, end - 1, ret_addr);
	}
	*ret_port = part(item, item.len);
	if (ipaddr_parse(item.text, item.len, ret_addr))
		return true;
	while (dot > 0 && item.text[dot - 1] != '.')
		dot--;
	if (dot == 0)
		return false;
	*ret_port = part(item, dot);
	return ipaddr_parse(item.text, dot - 1, ret_addr);
}

static bool is_in(struct ex *ex, const struct option *o, int port)
{
	struct list l;
	struct traced item;

	if (o == NULL)
		return false;
	l = ex_list_of(o->value, ':');
	while (ex_list_next(ex, &l, &item))
		if (port_of(item) == port)
			return true;
	return false;
}

static void take(struct ex *ex, int port)
{
	int *best = &ex->scan->process.port;

	if (port != 0 && port != 465 && (*best == 0 || port == 25) &&
	    !is_in(ex, ex_option_find(&ex->main, "tls_on_connect_ports"), port))
		*best = port;
}

static void take_ports(struct ex *ex)
{
	const struct option *o = ex_option_find(&ex->main, "daemon_smtp_ports");
	struct traced item;
	struct list l;

	if (o == NULL)
		o = ex_option_find(&ex->main, "daemon_smtp_port");
	if (o == NULL) {
		take(ex, 25);
		return;
	}
	l = ex_list_of(o->value, ':');
	while (ex_list_next(ex, &l, &item))
		take(ex, port_of(item));
}

/* An address of one node alone: the daemon listens on it there, and nowhere else. */
static void note_local(struct ex *ex, struct traced item, const struct ipaddr *addr)
{
	size_t file, off;
	struct finding *f;

	if (ipaddr_is_any(addr) || !traced_start(&ex->trace, item, &file, &off))
		return;
	f = scan_add(ex->scan, FIND_LOCAL, &ex->scan->files[file], off, 0);
	f->addr = *addr;
	f->what = "local_interfaces";
	f->reason = "elsewhere Exim cannot listen on it; leave local_interfaces unset, or list the "
		    "VIP and loopback";
}

void ex_listen_scan(struct ex *ex)
{
	const struct option *o = ex_option_find(&ex->main, "local_interfaces");
	struct traced item, port;
	struct list l;

	ex->scan->process.port = 0;
	if (o == NULL || o->value.len == 0) {
		take_ports(ex);
		return;
	}
	l = ex_list_of(o->value, ':');
	while (ex_list_next(ex, &l, &item)) {
		struct ipaddr addr;

		if (!split(item, &addr, &port) || ipaddr_is_loopback(&addr))
			continue;
		note_local(ex, item, &addr);
		if (port.len > 0)
			take(ex, port_of(port));
		else
			take_ports(ex);
	}
}
