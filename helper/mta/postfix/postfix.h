/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postfix: what the parts of the Postfix scanner share. Nobody else includes this.
 *
 * The grammar is that of the Postfix sources (3.4 to 3.10); the function that a rule was read from
 * is named where the rule stands. Call order of one scan, all in postfix.c:
 *
 *     main_cf_read, master_cf_read     logical lines into params and services
 *     secrets_scan                     passwords among them
 *     places_scan                      every parameter that can name a host, in every context
 *     clients_scan                     bind addresses and names of the smtp and lmtp clients
 *
 * All memory belongs to struct pf and is given back when the scan ends; what findings point to is
 * in scan->pool or constant.
 */
#ifndef MTA_STACK_POSTFIX_H
#define MTA_STACK_POSTFIX_H

#include <string.h>

#include "data/buf.h"
#include "pure/scan.h"
#include "pure/traced.h"

struct pf;

/* --- logical lines (lines.c) ---------------------------------------------------------------- */

struct lines {
	size_t file;
	struct span bytes;
	size_t next; /* where the next line starts */
	size_t end;  /* the end of the last line that has text, without its newline */
};

/* The next logical line, as readllines() reads them. */
bool lines_next(struct pf *pf, struct lines *it, struct traced *ret);

/* The next line, if it is a logical line as it stands; *ret_next is where the one after it starts.
 * False: only lines_next() can tell. */
bool lines_peek(const struct lines *it, struct span *ret, size_t *ret_next);

/* Split at '=': split_nameval(). NULL, or why not. */
const char *split_nameval(struct traced t, struct traced *ret_name, struct traced *ret_value);

/* --- configuration -------------------------------------------------------------------------- */

struct param {
	struct span name;
	struct traced value;
	bool tight; /* nothing between '=' and where the value would stand */
};

struct params {
	struct param *items;
	size_t n, cap;
};

enum use {
	USE_LOOPBACK = 1, /* a nexthop on this machine */
	USE_REMOTE = 2,	  /* anything else that is reached over IP */
};

struct service {
	struct span name, type, command;
	struct params overrides; /* -o name=value, in order */
	size_t at;		 /* in master.cf: where its name stands */
	size_t end;		 /* in master.cf: where a line may be inserted after it */
	unsigned uses;		 /* enum use, or'ed */
	bool replaced;		 /* a later line has the same name and type */
};

/* A place already found: the same address may be reached in several ways. */
struct seen {
	size_t file, off, len;
	size_t finding;
};

/* What a lookup table's lines mean. */
enum table_kind {
	TABLE_TRANSPORT, /* results: transport:nexthop */
	TABLE_NEXTHOP,	 /* results: nexthop */
	TABLE_FILTER,	 /* results: FILTER transport:nexthop */
	TABLE_PASSWORD,	 /* keys: host or nexthop */
	TABLE_POLICY,	 /* keys: nexthop */
	TABLE_SITE,	 /* keys: host or nexthop, of a TLS policy */
};

/* A table, and what it is read for. */
struct map {
	enum table_kind kind;
	const char *what; /* the parameter */
	bool lmtp;	  /* keys are those of the lmtp client */
	bool idle;	  /* passwords that are not used: smtp_sasl_auth_enable = no */
};

struct visit {
	size_t file;
	enum table_kind kind;
};

struct pf {
	struct scan *scan;
	struct diag *diag;
	size_t main_cf, master_cf; /* scan->files */
	bool main_open_end;	   /* main.cf lacks the last newline */
	struct params params;	   /* of main.cf, in order; the last of a name counts */
	struct service *services;
	size_t n_services, cap_services;
	struct service *recent; /* the last one looked for: in tables mostly the next one too */
	const struct service *context; /* whose -o count now; NULL: main.cf alone */
	struct trace trace;
	struct seen *seen;
	size_t n_seen, cap_seen;
	struct visit *visits;
	size_t n_visits, cap_visits;
	const char **lost; /* tables that a warning was given of */
	size_t n_lost, cap_lost;
	const char *lost_keys; /* a table with keys that cannot follow a remote, or NULL */
	bool pin;	       /* passwords or policies go to every remote */
	struct pool pool;      /* texts that end with the scan */
};

/* -1 with "cannot understand FILE line N: reason". */
int pf_bad(struct pf *pf, struct traced where, const char *reason);

struct file *pf_file(const struct pf *pf, size_t index);

int main_cf_read(struct pf *pf);
int master_cf_read(struct pf *pf);

/* The definition that counts in this context, NULL if there is none. */
const struct param *param_find(const struct params *p, struct span name);
const struct param *pf_param(const struct pf *pf, struct span name);

/* The expanded value of a parameter: -o, main.cf, facts, or what Postfix has built in. */
int pf_value(struct pf *pf, const char *name, struct traced *ret);

/* Postfix's own default for it; empty if unknown. */
struct span default_value(const struct pf *pf, struct span name);

/* $name, ${name}, ${name?…}, ${{a} == {b} ? {…} : {…}}: mac_expand(). */
int expand(struct pf *pf, struct traced t, struct traced *ret);

/* A NUL-terminated copy in scan->pool. */
const char *pf_string(struct pf *pf, struct traced t);

/* A service of the given transport name, NULL if master.cf has none. */
struct service *service_find(struct pf *pf, struct span name);
bool service_is_client(const struct service *s);
bool service_is_lmtp(const struct service *s);

/* --- hosts (nexthop.c) ---------------------------------------------------------------------- */

/* What a nexthop is found in, for its spelling and for who uses it. */
struct setting_place {
	const char *what;	 /* the parameter's name */
	bool plain;		 /* a bare address becomes a bare name: lmtp */
	struct service *service; /* who delivers; NULL: unknown or several */
};

/* A list of nexthops. */
void nexthops_scan(struct pf *pf, struct traced list, const struct setting_place *in);

/* Only who goes where: s goes to this list too. */
void nexthops_use(struct traced list, struct service *s);

/* transport:nexthop */
void transport_scan(struct pf *pf, struct traced value, const char *what);

/* A lookup key, of an entry that `join` would set off from another one. `line` is that entry in the
 * key's file; .at NULL: it is put together from several places, so the remotes stay addresses. */
void key_scan(struct pf *pf, struct traced key, const struct map *m, struct span line,
	      const char *join);

/* A host without brackets and port: smtp_connection_cache_destinations. */
void host_scan(struct pf *pf, struct traced host, const char *what);

/* A result of a table. */
void result_scan(struct pf *pf, struct traced value, const struct map *m);

/* --- tables (maps.c, table.c, patterns.c) --------------------------------------------------- */

/* A list of type:name. */
int maps_scan(struct pf *pf, struct traced list, enum table_kind kind, const char *what);

static inline bool table_has_keys(enum table_kind kind)
{
	return kind == TABLE_PASSWORD || kind == TABLE_POLICY || kind == TABLE_SITE;
}

/* The lines of a file, "key value". */
void table_scan(struct pf *pf, size_t file, const struct map *m);

/* The lines of a regexp, pcre or cidr file. */
void patterns_scan(struct pf *pf, size_t file, const char *type, const struct map *m);

/* The scan cannot look into this table, or not rewrite it. */
void map_lost(struct pf *pf, const struct map *m, const char *name, const char *why);

/* --- all of it ------------------------------------------------------------------------------ */

void secrets_scan(struct pf *pf); /* secrets.c: what no output may show */
int places_scan(struct pf *pf);	  /* places.c */
int keys_settle(struct pf *pf);	  /* keys.c: what keys mean for the remotes found */
int clients_scan(struct pf *pf);  /* clients.c */
int copy_scan(struct pf *pf);	  /* copy.c: what a copy must say otherwise */

/* For a copy: where the path of file `to` is written; `name` is what it was read from. */
int path_scan(struct pf *pf, struct traced name, const char *path, size_t to);
int listen_scan(struct pf *pf); /* listen.c: where mail is accepted */

/* listen.c: the addresses in a list of words, of this machine by what they are there for */
void locals_scan(struct pf *pf, struct traced list, const char *what, const char *cure);

extern const struct backend backend_postfix;

#endif
