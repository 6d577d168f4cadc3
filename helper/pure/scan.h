/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan: what a backend is given and what it finds.
 *
 * A backend reads bytes and yields findings; it opens nothing and decides nothing. Order of calls:
 *
 *     scan_init(&s, config);                 the admin's --config
 *     s.facts = …;                           what the MTA's own tools said, may be empty
 *     do {
 *             backend->scan(&s, &diag)       findings so far are dropped first
 *             load each file with state FILE_WANTED, set bytes, len and state
 *     } while (there was one);
 *     read s.findings
 *     scan_release(&s);
 *
 * A scan that still lacks files (tables, includes) asks for them with scan_file() and returns 0;
 * it is called again from the start with all that was loaded before. So a scan is a pure function
 * of facts and files, and a golden test can hold all of it.
 *
 * Strings in findings live in s.pool until scan_release(). Bytes of files belong to the loader and
 * must stay until then too.
 */
#ifndef MTA_STACK_SCAN_H
#define MTA_STACK_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "data/diag.h"
#include "data/pool.h"
#include "pure/ipaddr.h"
#include "pure/names.h"
#include "pure/text.h"

enum file_state {
	FILE_WANTED,	 /* the scan asks for it */
	FILE_LOADED,	 /* bytes and len are valid */
	FILE_ABSENT,	 /* there is none; the scan decides whether that is an error */
	FILE_UNREADABLE, /* there, but not to be read; `why` says why */
	FILE_LISTED,	 /* a directory: bytes are the names of its files, a line each, sorted */
};

/* A file that the MTA's own tool makes from a source, such as transport.lmdb from transport.
 * The tool is run on a copy of the source in a private directory; its output is then published
 * like any other file. */
struct derived {
	const char *path;   /* absolute path of the file that the MTA reads */
	const char *suffix; /* what the tool adds to its input's name: ".lmdb"; "" if nothing */
	const char *const *argv; /* NULL-terminated; the word "{source}" inside an argument is
				    replaced by the copy's path: "postmap", "lmdb:{source}";
				    "<" as the last word: the source is its standard input */
	bool alone; /* it depends on the source and the tool alone, and may be kept for the next
		       start */
};

struct file {
	const char *path;    /* absolute, as the MTA would open it */
	int role;	     /* the backend's own, to know why it asked */
	bool secret;	     /* holds passwords: never shown, originals 0600 */
	bool has_secrets;    /* scan_secret() was called for some of its bytes */
	bool tmp_lock;	     /* its editors write PATH.tmp under flock(2), as postconf -e does */
	const char *comment; /* what begins a line that means nothing; "#" unless the backend says
				otherwise; NULL: there are no such lines */
	enum file_state state;
	const char *why;	 /* FILE_UNREADABLE: the system's reason */
	struct span bytes;	 /* FILE_LOADED, FILE_LISTED */
	struct derived *derived; /* made from this one; a list, NULL when none */
	size_t n_derived;
	size_t cap_derived;
};

enum finding_kind {
	FIND_REMOTE,  /* one place that names a remote host by its address */
	FIND_KEY,     /* a lookup key that follows a remote: TLS policy, password */
	FIND_SETTING, /* a local setting: what the stack binds to and is called */
	FIND_KEPT,    /* an address that cannot be rewritten here; `reason` says why */
	FIND_PATH,    /* the path of a file, for a copy; only if scan.copy is set */
	FIND_LOCAL,   /* an address of this machine's own that is no setting of the stack, such as
			 one to listen on; `reason` is the cure if it belongs to one node */
};

/* What value a setting wants; the planner fills it in, the backend does not know it. */
enum setting {
	SET_BIND4, /* the VIP's IPv4 address; IPADDR_NOWHERE4 when there is none */
	SET_BIND6, /* the same for IPv6 */
	SET_BINDS, /* both, IPv4 first, joined by `join`; with present_only just what the VIP has */
	SET_NAME,  /* the stack's name */
	SET_FIXED, /* `fixed`, whatever the VIP is: enforcing the bind, emptying an override */
};

/*
 * One finding. The bytes [off, off+len) of file are what would be replaced:
 * FIND_REMOTE, FIND_KEY: the address with whatever around it is spelled differently for a name; the
 *   new text is before + name + after. The bare nexthop 198.51.100.7 in 198.51.100.7:27 has before
 *   "[" and after "]".
 * FIND_SETTING: the present value, or an empty range where a new setting is to be inserted; the
 *   new text is before + value + after. `current` is what is in force now, NULL if unset: when it
 *   means the wanted value already, nothing is edited.
 * FIND_KEPT, FIND_LOCAL: only where to point.
 * FIND_PATH: if the file `to` is rewritten, the new text is where its copy is: scan.copy with
 * `path` behind it. With a `reason` the path cannot be edited: the copy is refused if `to` is
 * rewritten.
 */
struct finding {
	struct ipaddr addr; /* remote, key, kept, local */
	enum finding_kind kind : 8;
	enum setting setting : 8;
	bool bracketed_v6 : 1; /* FIND_SETTING binds: spell IPv6 as [addr] */
	bool present_only : 1; /* SET_BINDS: to the MTA a family that is not listed is closed */
	bool pin : 1;	       /* FIND_REMOTE: secrets or a TLS policy go to every remote here */
	uint32_t file;	       /* index into scan.files */
	size_t off, len;       /* bytes */
	const char *before, *after; /* never NULL */
	const char *what;	    /* for people: "relayhost", "smtp_bind_address" */
	/* A million routes are a million findings: what no kind has together shares its place. */
	union {
		const char *join; /* SET_BINDS; FIND_KEY: what sets a repeated entry off */
		const char *path; /* FIND_PATH */
		/* SET_BIND6: what closes the family to this MTA without closing IPv4 too; NULL:
		 * IPADDR_NOWHERE6 */
		const char *nowhere;
		size_t group; /* FIND_REMOTE: its group, or 0. SET_FIXED: wanted only if a remote
				 of this group is renamed; 0: always */
	};
	union {
		const char *reason; /* FIND_KEPT, FIND_LOCAL; FIND_PATH: NULL if it can be edited */
		const char *fixed;  /* SET_FIXED */
		size_t line_off;    /* FIND_KEY: the whole entry, to repeat it under another key */
	};
	union {
		const char *current; /* FIND_SETTING */
		size_t line_len;     /* FIND_KEY */
		size_t to;	     /* FIND_PATH: index into scan.files */
	};
};

/* The same finding at another place of the same file: a million routes lead to a few remotes. What
 * becomes of the one becomes of the other; who looks for what there is need not look here. */
struct repeat {
	size_t off;
	uint32_t like;	/* index into scan.findings */
	uint32_t after; /* how many findings were there before it */
};

/* A place that the MTA connects to, for a probe; named or by address. A backend whose remotes say
 * all that there is to know adds none. Strings and octets live in the pool. */
struct call {
	size_t file, off;
	const char *host;	     /* as the MTA is told: an address or a name, no brackets */
	struct ipaddr addr;	     /* host is this address; family 0: it is a name */
	int port;		     /* 0: the protocol's own */
	struct span called, calling; /* RFC 1006: transport selectors; empty: none is sent */
	const char *as;		     /* what the MTA calls itself there; NULL: not known */
	bool password;		     /* it shows a password there */
	bool mute; /* no greeting in clear text is to be expected: a probe leaves it out */
};

/* How to recognise the MTA that runs with this configuration. */
struct process {
	const char *pid_file; /* absolute; NULL: the backend has no way to tell */
	const char *exe;      /* absolute path of the master program, or NULL */
	bool pid_file_locked; /* the living master holds a lock on pid_file */
	bool heads_family; /* as root it runs exe, and so do children of it, but not its parent */
	const char *argument; /* a word of its command line, which no process that runs exe has but
				 it and children of it; NULL: none */
	int port; /* on which it accepts mail on the VIP; 0: it does not listen for the network */
};

struct scan {
	const char *config; /* Postfix: directory; others: main file; no trailing slash */
	struct span facts;  /* output of backend->facts_argv; empty off the cluster */
	bool accept_leak;   /* the admin consents to an MTA that cannot be kept to the VIP */
	const char *copy; /* rewritten files go to this directory with their path behind it, and the
			     MTA is started with those; NULL: in place */
	/* What the admin says where the configuration does not: which keys hold addresses of
	 * remotes and which the local one (NULL-terminated lists, or NULL), and the process. */
	const char *const *address_keys, *const *local_keys;
	struct process given;

	struct file *files;
	size_t n_files, cap_files;
	struct finding *findings;
	size_t n_findings, cap_findings;
	struct repeat *repeats; /* in the order of the scan */
	size_t n_repeats, cap_repeats;
	size_t n_keys; /* FIND_KEYs that were added: 0 spares a search */
	struct call *calls;
	size_t n_calls, cap_calls;
	const char **warnings; /* one line each, for people; about nothing that can be edited */
	size_t n_warnings, cap_warnings;
	struct span *secrets; /* bytes of files that no output may show, a line each at most */
	size_t n_secrets, cap_secrets;
	struct process process;
	enum resolve_order lookup; /* how the MTA itself finds a host's address */
	bool blind; /* remotes may stand where the scan cannot look: a key keeps its old form too */
	struct pool pool;
};

void scan_init(struct scan *s, const char *config);
void scan_release(struct scan *s);

/* Forget findings, calls, warnings and secrets; files stay. The loader calls it before each
 * backend->scan().
 */
void scan_restart(struct scan *s);

/* The file at this absolute path: loaded earlier, or now asked for. NULL when memory ran out. The
 * pointer is valid until the next scan_file(). What a relative path means the backend knows. */
struct file *scan_file(struct scan *s, const char *path, int role);

/* A path that ends with a slash asks for the names of the regular files in that directory, links to
 * such files included; it becomes FILE_LISTED and is never edited. */
static inline bool scan_is_listing(const struct file *f)
{
	return f->path[strlen(f->path) - 1] == '/';
}

/* The same for a file that must be read, or at least may not be there (absent_ok), as its index. It
 * may be FILE_WANTED still; -1, EX_INSTALLED, if it is known not to be there or to be unreadable.
 */
int scan_need(struct scan *s, const char *path, int role, bool absent_ok, size_t *ret_index,
	      struct diag *ret_diag);

/* Some file is still FILE_WANTED. */
bool scan_wants(const struct scan *s);

size_t scan_file_index(const struct scan *s, const struct file *f);

/* Add what the MTA's tool makes from f. argv's strings must live in the pool or be constant. The
 * same path is added once. The new one, for what else is to be said of it; NULL if there is none.
 */
struct derived *scan_derived(struct scan *s, struct file *f, const char *path, const char *suffix,
			     const char *const *argv);

/* A new finding, zeroed but for kind, file, range and empty before/after; never NULL: when memory
 * runs out the pool is marked failed. */
struct finding *scan_add(struct scan *s, enum finding_kind kind, const struct file *f, size_t off,
			 size_t len);

/* The same as s->findings[like], at `off`. */
void scan_repeat(struct scan *s, size_t like, size_t off);

/* Drop the findings for which drop() holds; none of them may have repeats. -1: out of memory. */
int scan_drop(struct scan *s, bool (*drop)(const struct finding *f));

/* A new place to call, zeroed but for file and off; never NULL, as scan_add(). */
struct call *scan_call(struct scan *s, const struct file *f, size_t off);

/* These bytes of f are a password, perhaps over several lines, in a file that is shown otherwise.
 */
void scan_secret(struct scan *s, struct file *f, size_t off, size_t len);

void scan_warn(struct scan *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The value of `key` in s->facts, which has one "key = value" a line; false if it is not there. */
bool scan_fact(const struct scan *s, const char *key, struct span *ret_value);

#endif
