/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exim: what the parts of the Exim scanner share. Nobody else includes this.
 *
 * The grammar is that of the Exim sources (4.90 to 4.98); the function that a rule was read from is
 * named where the rule stands. --config is
 *
 *     update-exim4.conf.conf   of Debian: its settings, and below the same directory either conf.d/
 *                              or exim4.conf.localmacros and exim4.conf.template; what the MTA
 * reads is made from these by update-exim4.conf and is never edited any other file           what
 * the MTA reads; its .include files are followed
 *
 * Call order of one scan, all in exim.c:
 *
 *     ex_lines_read       physical lines, macros, conditions, includes into logical lines
 *     ex_options_parse    logical lines into main options, routers, transports, authenticators
 *     ex_keys_scan        lists of hosts that ask for TLS or a password, tables of passwords
 *     ex_routes_scan      every place that names a remote host, and which transport goes there
 *     ex_clients_scan     what the smtp transports bind to and call themselves; who follows a
 * rename ex_listen_scan      the port on which mail is taken
 *
 * All memory belongs to struct ex and is given back when the scan ends; what findings point to is
 * in scan->pool or constant.
 */
#ifndef MTA_STACK_EXIM_H
#define MTA_STACK_EXIM_H

#include "pure/scan.h"
#include "pure/traced.h"

/* A logical line: from its first byte that is no blank. */
struct line {
	struct traced text;
	size_t file;
	size_t off, end; /* in that file: its first byte, and behind its last one */
	size_t eol;	 /* where its last physical line ends, without the newline */
	bool split;	 /* it began in another file */
	bool ours;	 /* its value becomes a setting of the stack */
};

struct macro {
	struct span name;
	struct traced value;
};

struct option {
	struct span name;
	struct traced value; /* without quotes and escapes; empty for a boolean */
	size_t line;	     /* ex.lines */
};

enum section {
	SECTION_MAIN,
	SECTION_ROUTER,
	SECTION_TRANSPORT,
	SECTION_AUTHENTICATOR,
	SECTION_OTHER,
};

enum use {
	USE_LOOPBACK = 1, /* hosts on this machine */
	USE_REMOTE = 2,
};

/* One router, transport or authenticator; also the main section. */
struct driver {
	enum section section;
	struct span name, type; /* type: "smtp"; .at NULL until it is known */
	size_t type_line;	/* ex.lines: where "driver = …" stands */
	struct option *options;
	size_t n, cap;
	unsigned uses; /* transports: enum use, or'ed */
	bool pin;      /* transports: TLS or passwords for hosts that are not listed by address */
	size_t group;  /* routers: finding.group of its remotes */
};

/* A line has text that was written elsewhere: in a macro. */
struct borrowed {
	size_t line;
	size_t file, off, len;
};

/* A place found, and in which line. */
struct seen {
	size_t finding, line;
};

struct condition {
	bool outer;  /* what is around it is read */
	bool taken;  /* one of its branches was */
	bool active; /* this branch is read */
};

struct ex {
	struct scan *scan;
	struct diag *diag;
	struct trace trace;
	struct pool pool;
	const char *dir;      /* relative names are below it */
	const char *settings; /* update-exim4.conf.conf; NULL: there is none */

	struct macro *macros;
	size_t n_macros, cap_macros;
	struct condition *conditions;
	size_t n_conditions, cap_conditions;
	struct traced *parts; /* of the logical line that is being read */
	size_t n_parts, cap_parts;
	struct line begun;
	struct line *lines;
	size_t n_lines, cap_lines;
	unsigned depth; /* of includes */

	struct driver main;
	struct driver *drivers;
	size_t n_drivers, cap_drivers;
	struct borrowed *borrowed;
	size_t n_borrowed, cap_borrowed;
	struct seen *seen;
	size_t n_seen, cap_seen;
	size_t *tables; /* files that were read as tables of hosts */
	size_t n_tables, cap_tables;
	bool any_transport;   /* some router chooses its transport when mail comes */
	bool any_pin;	      /* passwords go to hosts whatever the transport is */
	const char *keep_all; /* why all addresses stay; NULL: they need not */
	bool by_name;	      /* some hosts are looked up with the C library alone */
};

enum role {
	ROLE_CONFIG,
	ROLE_LISTING,
	ROLE_TABLE,
};

/* -1 with "cannot understand FILE line N: reason". */
int ex_bad(struct ex *ex, struct traced where, const char *reason);

/* "FILE line N: what: text", as a warning. */
void ex_warn(struct ex *ex, struct traced where, const char *what, const char *text);

/* A NUL-terminated copy in scan->pool. */
const char *ex_string(struct ex *ex, struct traced t);

/* Ask for a file: 1: loaded, 0: not yet or, if that is `optional`, not there. -1: an error. */
int ex_ask(struct ex *ex, const char *path, enum role role, bool optional, size_t *ret_index);

/* --- lines (lines.c, macros.c, debian.c) ------------------------------------------------------ */

int ex_lines_read(struct ex *ex);

/* Read one file of the configuration. */
int ex_lines_file(struct ex *ex, size_t file);

/* Replace macros from `from` on. *ret_found: there was one. */
struct traced ex_macros_expand(struct ex *ex, struct traced t, size_t from, bool *ret_found);

/* The length of the name, with blanks, before the '=' of a definition; 0 if t is none. */
size_t ex_macros_definition(struct traced t);
int ex_macros_define(struct ex *ex, struct traced t);

/* Unless it is defined already. */
void ex_macros_seed(struct ex *ex, const char *name, struct traced value);
const struct macro *ex_macros_find(const struct ex *ex, struct span name);

/* Debian: all files in the order in which update-exim4.conf puts them together. */
int ex_debian_read(struct ex *ex);
bool ex_debian_is_settings(const char *path);

/* What update-exim4.conf puts in behind this line, if it is the one. */
bool ex_debian_wants_macros(const struct ex *ex, struct span line);
int ex_debian_seed(struct ex *ex);

/* --- options (options.c) ---------------------------------------------------------------------- */

int ex_options_parse(struct ex *ex);

/* NULL if it is not set. */
const struct option *ex_option_find(const struct driver *d, const char *name);
bool ex_option_is_on(const struct driver *d, const char *name);
struct driver *ex_driver_find(struct ex *ex, enum section section, struct span name);

/* What stands in "…", its escapes resolved, or up to the next blank: string_dequote(). */
struct traced ex_dequote(struct ex *ex, struct traced *rest);

/* The bytes of a file that t was read from, from its first to its last one. False if they are from
 * several places. */
bool ex_cover(const struct ex *ex, struct traced t, size_t *ret_file, size_t *ret_off,
	      size_t *ret_len);

/* --- lists (list.c) --------------------------------------------------------------------------- */

struct list {
	struct traced rest;
	char sep; /* 0 until the first item was taken */
	char usual;
};

/* "<;" at the start changes the separator, twice it stands for itself: string_nextinlist(). */
static inline struct list ex_list_of(struct traced t, char usual)
{
	return (struct list){.rest = t, .usual = usual};
}
bool ex_list_next(struct ex *ex, struct list *l, struct traced *ret_item);

/* --- places (hosts.c, routes.c, table.c, keys.c) ---------------------------------------------- */

struct place {
	const char *what;
	size_t line; /* ex.lines; NO_LINE: in a table */
	struct driver *router;
	struct driver *transport; /* NULL: unknown */
	const char *keep;	  /* why its addresses stay; NULL: they need not */
	bool again;		  /* a table that was read before: its findings are there */
};

#define NO_LINE ((size_t)-1)

/* A list of hosts. */
void ex_hosts_scan(struct ex *ex, struct traced list, const struct place *in);

/* It is expanded when mail comes: report it. */
void ex_hosts_report(struct ex *ex, struct traced text, const struct place *in);

/* Remotes that are renamed together with this one: settings of all their routers depend on it. */
void ex_group_join(struct ex *ex, struct finding *f, struct driver *router);

/* An item of a list of hosts that something depends on; true if it is one address. */
bool ex_hosts_key(struct ex *ex, struct traced item, char sep, const char *what, size_t line);

/* Only the host, without its port; false for what is no host: "+". */
struct host {
	struct traced text; /* what a name replaces, brackets included */
	struct traced name; /* without brackets */
	struct ipaddr addr; /* family 0: it is a name */
};
bool ex_host_parse(struct traced item, struct host *ret);

int ex_routes_scan(struct ex *ex);

/* Why the addresses of this place stay; NULL: they need not. */
const char *ex_route_keeps(const struct place *in);

/* "hosts options", as in route_data and in a table. */
void ex_route_scan(struct ex *ex, struct traced route, struct place in);

/* Values of an lsearch file. -1: it cannot be read. */
int ex_table_scan(struct ex *ex, struct traced path, const struct place *in);

/* Keys of a table with secrets. *ret_any_host is set if one may be that of any host. */
int ex_table_keys(struct ex *ex, struct traced path, const char *what, bool *ret_any_host);

/* A lookup in an expansion: ${lookup{KEY}TYPE{FILE}{YES}…}. */
struct lookup {
	struct traced key, type, file, yes; /* yes: empty when there is none */
	struct traced rest;		    /* behind the file */
};
bool ex_lookup_next(struct traced *rest, struct lookup *ret);
bool ex_lookup_is_text(struct span type);

int ex_keys_scan(struct ex *ex);
int ex_clients_scan(struct ex *ex);
void ex_listen_scan(struct ex *ex);

#endif
