/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c guarantees to know which line of a setting counts, by setoption() in sendmail/readcf.c
 * and setsockaddroptions() in sendmail/daemon.c: the last of an option, for ClientPortOptions the
 * last of each family; and to find on which port mail is taken. Abbreviated names of options are
 * not understood, as Sendmail itself warns of them.
 */
#include "mta/sendmail/sendmail.h"

/* --- pairs: Family=inet, Address=192.0.2.10, M=S -----------------------------------------------
 */

/* The next one: its first letter, which is all that Sendmail looks at, and its value. */
static bool next_pair(struct placed *rest, char *ret_letter, struct placed *ret_value)
{
	size_t comma, eq;
	struct placed one;

	while (rest->text.len > 0 && (rest->text.at[0] == ',' || text_is_blank(rest->text.at[0])))
		*rest = placed_skip(*rest, 1);
	if (rest->text.len == 0)
		return false;
	comma = placed_find(*rest, ',');
	one = placed_part(*rest, 0, comma);
	*rest = placed_skip(*rest, comma);
	eq = placed_find(one, '=');
	*ret_letter = eq < one.text.len ? one.text.at[0] : '\0';
	*ret_value = placed_trim(placed_skip(one, eq < one.text.len ? eq + 1 : eq));
	return true;
}

struct socket_options {
	bool v6, other; /* Family=inet6; something else than inet and inet6 */
	bool addressed;
	struct placed address, port, modifiers;
};

static void read_pairs(struct placed value, struct socket_options *o)
{
	struct placed rest = value, v;
	char letter;

	*o = (struct socket_options){0};
	while (next_pair(&rest, &letter, &v)) {
		switch (letter) {
		case 'F':
		case 'f':
			o->v6 = text_equal_nocase(v.text, "inet6") || text_equal(v.text, "10");
			o->other = !o->v6 && !text_equal_nocase(v.text, "inet") &&
				   !text_equal(v.text, "2");
			break;
		case 'A':
		case 'a':
			o->address = v;
			o->addressed = true;
			break;
		case 'P':
		case 'p':
			o->port = v;
			break;
		case 'M':
		case 'm':
			o->modifiers = v;
			break;
		}
	}
	if (o->v6 && text_starts_nocase(o->address.text, "IPv6:"))
		o->address = placed_skip(o->address, 5);
}

void sm_client_options(struct settings *s, struct placed value)
{
	struct placed trimmed = placed_trim(value);
	struct socket_options o;
	struct slot *slot;

	read_pairs(value, &o);
	if (o.other)
		return;
	slot = &s->client[o.v6 ? 1 : 0];
	slot->there = true;
	slot->valued = o.addressed;
	slot->value = o.addressed ? o.address : placed_skip(trimmed, trimmed.text.len);
}

static int port_number(struct span port)
{
	int n = 0;

	if (port.len == 0 || text_equal(port, "smtp") || text_equal(port, "25"))
		return 25;
	if (text_equal(port, "submission"))
		return 587;
	for (size_t i = 0; i < port.len; i++) {
		if (port.at[i] < '0' || port.at[i] > '9' || n > 65535)
			return 0;
		n = n * 10 + (port.at[i] - '0');
	}
	return n <= 65535 ? n : 0;
}

static bool is_loopback(struct span address)
{
	struct ipaddr a;

	if (ipaddr_parse(address.at, address.len, &a))
		return ipaddr_is_loopback(&a);
	return text_equal_nocase(address, "localhost");
}

void sm_daemon_options(struct sm *sm, struct pair *pair, struct placed value, bool listens)
{
	struct socket_options o;
	int port;

	read_pairs(value, &o);
	/* "bind to the interface that the mail came in by" goes before ClientPortOptions */
	for (size_t i = 0; i < o.modifiers.text.len; i++) {
		struct finding *f;

		if (o.modifiers.text.at[i] != 'b')
			continue;
		f = scan_add(sm->scan, FIND_SETTING, sm_file(sm, value.file), o.modifiers.off + i,
			     1);
		f->setting = SET_FIXED;
		f->fixed = "";
		f->what = "DaemonPortOptions Modifiers";
	}
	if (!listens)
		return;
	pair->daemon = true;
	port = o.other || is_loopback(o.address.text) ? 0 : port_number(o.port.text);
	if (port != 0 && (pair->port == 0 || port == 25))
		pair->port = port;
}

/* --- options ---------------------------------------------------------------------------------- */

/* "O Name=value", "O Name.sub=value", "Oxvalue" */
static bool split_option(struct placed line, struct span *ret_name, struct placed *ret_value)
{
	size_t eq;

	if (line.text.len < 2)
		return false;
	if (line.text.at[1] != ' ') {
		*ret_name = (struct span){line.text.at + 1, 1};
		*ret_value = placed_trim(placed_skip(line, 2));
		return true;
	}
	eq = placed_find(line, '=');
	if (eq == line.text.len)
		return false;
	*ret_name = text_trim((struct span){line.text.at + 2, eq - 2});
	*ret_value = placed_trim(placed_skip(line, eq + 1));
	return true;
}

static bool is_option(struct span name, const char *word, char letter)
{
	return text_equal_nocase(name, word) || (name.len == 1 && name.at[0] == letter);
}

void cf_option(struct sm *sm, struct pair *pair, struct placed line)
{
	struct placed value;
	struct span name;

	pair->options_end = line.off + line.text.len;
	if (!split_option(line, &name, &value))
		return;
	if (text_equal_nocase(name, "ClientPortOptions"))
		sm_client_options(&pair->settings, value);
	else if (is_option(name, "DaemonPortOptions", 'O'))
		sm_daemon_options(sm, pair, value, true);
	else if (text_equal_nocase(name, "HeloName"))
		pair->settings.helo = (struct slot){true, true, value};
	else if (is_option(name, "FallbackMXhost", 'V'))
		sm_hosts(sm, pair, value, "FallbackMXhost");
	else if (text_equal_nocase(name, "FallbackSmartHost"))
		sm_hosts(sm, pair, value, "FallbackSmartHost");
	else if (text_equal_nocase(name, "ConnectOnlyTo"))
		sm_keep(sm, value, "ConnectOnlyTo", "this option takes an address alone");
	else if (text_equal_nocase(name, "PidFile"))
		pair->pid_file = value.text;
	else if (text_equal_nocase(name, "DefaultAuthInfo"))
		sm->pin |= value.text.len > 0;
}
