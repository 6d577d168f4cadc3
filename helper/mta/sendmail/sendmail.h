/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sendmail: what the parts of the Sendmail scanner share. Nobody else includes this.
 *
 * The grammar is that of Sendmail 8.12 to 8.18; the function or rule set that a rule was read from
 * is named where the rule stands. --config is sendmail.cf. Beside it, if they are there, belong to
 * it: submit.cf, of the program that takes mail on this machine, and the m4 sources of both
 * (sendmail.mc, submit.mc), so that the next run of m4 says the same.
 *
 * One pair of .cf and .mc is scanned like this, all of it in sendmail.c:
 *
 *     cf_scan         settings, mailers, maps; hosts in macros, options, mailers and rules
 *     sm_maps       tables: mailertable, and access and authinfo for their keys
 *     cf_settings   what the clients bind to and say: sendmail.cf always; submit.cf only if it
 *                     sends mail anywhere but to this machine
 *     mc_scan         the same places in m4
 */
#ifndef MTA_STACK_SENDMAIL_H
#define MTA_STACK_SENDMAIL_H

#include <string.h>

#include "pure/scan.h"

/* --- text that knows where it stands --------------------------------------------------------- */

/* Bytes of a file, or a copy of them in which some became blanks, so that both are of one length.
 */
struct placed {
	struct span text;
	size_t file, off;
};

/* The bytes [from, from+len) of p. */
static inline struct placed placed_part(struct placed p, size_t from, size_t len)
{
	p.text.at += from;
	p.text.len = len;
	p.off += from;
	return p;
}

static inline struct placed placed_skip(struct placed p, size_t n)
{
	return placed_part(p, n, p.text.len - n);
}

static inline struct placed placed_trim(struct placed p)
{
	struct span t = text_trim(p.text);

	/* of nothing but blanks the beginning: what follows may have been a comment */
	return placed_part(p, t.len > 0 ? (size_t)(t.at - p.text.at) : 0, t.len);
}

/* The offset of c, or the length. */
static inline size_t placed_find(struct placed p, char c)
{
	const char *at = p.text.len > 0 ? memchr(p.text.at, c, p.text.len) : NULL;

	return at != NULL ? (size_t)(at - p.text.at) : p.text.len;
}

/* --- what is known ---------------------------------------------------------------------------- */

/* A value in a file, or where it would be inserted. */
struct slot {
	bool there;	     /* the line or macro call is */
	bool valued;	     /* and it has the value */
	struct placed value; /* valued: the value; else an empty place behind the others */
};

/* The settings of one file. */
struct settings {
	struct slot client[2]; /* what counts for IPv4 and for IPv6 */
	struct slot helo;
};

struct mailer {
	struct span name;
	bool network; /* its hosts are reached over IP */
};

struct map {
	struct span name, type, arguments;
};

/* A .cf and the .mc that it was made from. */
struct pair {
	size_t cf, mc; /* scan->files */
	bool has_mc;
	struct settings settings;
	size_t options_end; /* where a line with an option may be inserted */
	struct span pid_file;
	int port;	/* on which it takes mail from the network; 0: none */
	bool daemon;	/* it has a line of its own for that */
	bool elsewhere; /* it sends mail to other machines */
	struct mailer *mailers;
	size_t n_mailers, cap_mailers;
	struct map *maps;
	size_t n_maps, cap_maps;
};

/* What a .mc includes. */
struct included {
	size_t file;	    /* scan->files */
	bool ends_comments; /* behind it '#' begins none any more */
};

struct sm {
	struct scan *scan;
	struct diag *diag;
	struct pair main, submit;
	bool has_submit;
	bool loopback;	 /* sendmail.cf sends to this machine over IP */
	bool pin;	 /* credentials or TLS policies go to every remote */
	size_t *visited; /* files that were read: scan->files */
	size_t n_visited, cap_visited;
	struct included *included; /* those that are known */
	size_t n_included, cap_included;
	const char *lost_keys; /* a table with keys that nobody can look into, or NULL */
	struct pool pool;      /* texts that end with the scan */
};

static inline struct file *sm_file(struct sm *sm, size_t index)
{
	return &sm->scan->files[index];
}

/* True the first time: a file is read once, whoever names it. */
bool sm_visit(struct sm *sm, const struct file *f);

/* A warning about a place: "FILE line N: …". */
void sm_warn(struct sm *sm, struct placed where, const char *text);

/* --- hosts (hosts.c) -------------------------------------------------------------------------- */

/* host:host,host as in hostsignature() of deliver.c. */
void sm_hosts(struct sm *sm, struct pair *pair, struct placed list, const char *what);

/* mailer:host, mailer:user@host, or a list of hosts, as in the rule set MailerToTriple. */
void sm_triple(struct sm *sm, struct pair *pair, struct placed value, const char *what);

/* NULL: there is none of that name. */
const struct mailer *sm_mailer(const struct pair *pair, struct span name);

/* Addresses in text that is not understood: in brackets, or all of it. */
void sm_keep(struct sm *sm, struct placed text, const char *what, const char *reason);

/* --- lines of a .cf --------------------------------------------------------------------------- */

struct cf_reader {
	size_t file, next;
};

/* The next logical line that is no comment: continued lines joined, comments blanked. */
bool cf_next(struct sm *sm, struct cf_reader *r, struct placed *ret);

/* The hosts in one line that may stand in a .mc too: D, M and R. */
void cf_hosts(struct sm *sm, struct pair *pair, struct placed line);

/* "TCP $h port" of a mailer: the host may be a constant. */
void cf_arguments(struct sm *sm, struct pair *pair, struct placed arguments);

/* O and K lines too (options.c, maps.c). */
void cf_scan(struct sm *sm, struct pair *pair);
void cf_option(struct sm *sm, struct pair *pair, struct placed line);

/* Family=…, Address=…: of ClientPortOptions, CLIENT_OPTIONS; DaemonPortOptions, DAEMON_OPTIONS. */
void sm_client_options(struct settings *s, struct placed value);
void sm_daemon_options(struct sm *sm, struct pair *pair, struct placed value, bool listens);

/* --- tables (maps.c) -------------------------------------------------------------------------- */

void sm_map_read(struct sm *sm, struct pair *pair, struct placed line);
void sm_maps(struct sm *sm, struct pair *pair);

/* --- keys (keys.c) ---------------------------------------------------------------------------- */

/* A line of access or authinfo. */
void sm_key(struct sm *sm, struct placed line, struct placed key);

/* Once all is read: no remote becomes a name while its credentials stay behind. */
void sm_keys_settle(struct sm *sm);

/* --- settings (settings.c) -------------------------------------------------------------------- */

void cf_settings(struct sm *sm, struct pair *pair);

/* The same in m4; what is not there yet is inserted at `off`. */
void mc_settings(struct sm *sm, struct pair *pair, const struct settings *s, size_t off);

/* --- m4 (m4.c, include.c, mc.c) --------------------------------------------------------------- */

#define M4_ARGUMENTS 8 /* that are looked at; no call of interest has more */

struct m4_reader {
	struct placed text; /* all of it */
	size_t at;
	bool comments; /* '#' begins one */
	bool open;     /* the text ended inside of quotes or of a call */
};

/* A word outside of quotes, with its arguments if there are any; or a whole line for the .cf. */
struct m4_call {
	struct span name;
	struct placed arguments[M4_ARGUMENTS];
	size_t n;
	struct placed whole;
	bool at_line_start, is_line;
};

bool m4_next(struct m4_reader *r, struct m4_call *ret);

/* The text of an argument without the quotes around it. False if there are more inside. */
bool m4_unquote(struct placed t, struct placed *ret);

/* These may ask for files (scan_file()), so that pointers to files hold no longer. */

/* The file that an include names; NULL for cf.m4, for any other call, and until it is loaded. */
struct file *mc_included(struct sm *sm, const struct m4_call *c);

/* changecom(), or what calls it, be it in a file that is included. */
bool mc_ends_comments(struct sm *sm, const struct m4_call *c);

/* Reads r to its end, without a word about it: is each quote and each call closed? */
bool mc_is_whole(struct sm *sm, struct m4_reader *r);

void mc_scan(struct sm *sm, struct pair *pair);

#endif
