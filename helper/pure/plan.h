/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: the list of byte-range edits that make a configuration speak as the VIP.
 *
 * Made from a finished scan, the wanted stack and the names. Pure; knows no MTA. Edits are sorted
 * by file and offset and never overlap, so a new file is the old bytes with the edits poured in.
 */
#ifndef MTA_STACK_PLAN_H
#define MTA_STACK_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "data/buf.h"
#include "data/diag.h"
#include "pure/ipaddr.h"
#include "pure/names.h"
#include "pure/scan.h"

/* What the stack shall be. */
struct stack {
	struct ipaddr vip4, vip6; /* family 0: the VIP has no address of it */
	const char *name;	  /* FQDN, or NULL: leave the MTA's name alone */
	const struct ipaddr *own; /* VIPs and the nodes' addresses: never remotes */
	size_t n_own;
	const char *resource; /* whose rewrite it is: named in each file's mark; NULL: no marks */
	const struct ipaddr *nodes; /* those of own that stay with their node */
	size_t n_nodes;
};

enum edit_kind {
	EDIT_BIND,   /* bind, and what makes the MTA keep to it */
	EDIT_NAME,   /* what the MTA calls itself */
	EDIT_REMOTE, /* a remote, from address to name */
	EDIT_KEY,    /* a key that follows a remote */
	EDIT_FAMILY, /* a family that the VIP lacks, closed without a bounce */
	EDIT_PATH,   /* of a rewritten file, to its copy */
	EDIT_MARK,   /* the line that says whose rewrite this is (pure/mark.h) */
};

/* There may be millions: it is as small as files are, which have a gigabyte at most. */
struct edit {
	enum edit_kind kind : 8;
	uint32_t file : 24; /* index into scan.files */
	uint32_t seq;	    /* the place of its finding in the scan, to keep insertions in order */
	size_t off;	    /* the bytes replaced */
	uint32_t len;
	uint32_t text_len;
	const char *text;
	const char *what; /* from the finding */
};

struct kept {
	size_t file, off;
	unsigned line; /* 1-based */
	struct ipaddr addr;
	const char *what;
	const char *reason;
};

/* A local address that only one node has, where the MTA is to work on each of them. */
struct pinned {
	size_t file, off;
	unsigned line; /* 1-based */
	struct ipaddr addr;
	const char *what;
	const char *cure;
};

struct plan {
	struct edit *edits;
	size_t n_edits, cap_edits;
	struct kept *kept;
	size_t n_kept, cap_kept;
	struct pinned *pinned; /* in the scan's order */
	size_t n_pinned, cap_pinned;
	size_t remotes, named; /* places that name a remote by address; those of them renamed */
	struct pool pool;
};

void plan_init(struct plan *p);
void plan_release(struct plan *p);

/* Addresses that want a verdict before plan_make(): remotes and keys, but neither loopback, nor
 * any, nor own. Sorted, each once, with whether a key depends on it (it then must be pinned). */
struct remote_addr {
	struct ipaddr addr;
	bool has_key;
};
int plan_addresses(const struct scan *s, const struct stack *want, struct remote_addr **ret_addrs,
		   size_t *ret_n, struct diag *ret_diag);

/* Fill an initialised plan. EX_FAILED only for lack of memory; EX_INSTALLED when two findings
 * claim the same bytes, which would be a fault of the scanner, or when a copy cannot be made. */
int plan_make(struct plan *p, const struct scan *s, const struct stack *want,
	      const struct names *names, struct diag *ret_diag);

const char *edit_kind_name(enum edit_kind k);

/* The edits of this file, which lie together; NULL if there are none. */
const struct edit *plan_edits(const struct plan *p, size_t file, size_t *ret_n);

/* The bytes that it replaces; none for an insertion. */
static inline struct span plan_old(const struct scan *s, const struct edit *e)
{
	return (struct span){s->files[e->file].bytes.at + e->off, e->len};
}

/* For people: the number of the line, 1-based, in which this byte of a file stands. Asked of the
 * edits in their order, which starts with {0}, each file is looked through once. */
struct plan_line {
	size_t file, off;
	unsigned line;
};
unsigned plan_line(struct plan_line *at, const struct scan *s, size_t file, size_t off);

/* Does any edit touch this file? */
bool plan_touches(const struct plan *p, size_t file);

/* The file's new bytes, appended to out. */
void plan_render(const struct plan *p, size_t file, struct span old, struct buf *out);

#endif
