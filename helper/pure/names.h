/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names: which host name stands for an address, and why, or why none does.
 *
 * A map from address to verdict. Filled from the admin's names file (names_parse), then from
 * evidence that a resolver gathered (names_judge), then read by the planner (names_find). Pure: the
 * resolver only fills `struct evidence`, the rule is here.
 */
#ifndef MTA_STACK_NAMES_H
#define MTA_STACK_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "pure/ipaddr.h"
#include "pure/text.h"

enum name_origin {
	NAME_NONE,   /* the address stays; `reason` says why */
	NAME_PINNED, /* the admin's names file */
	NAME_PROVEN, /* forward-confirmed now */
	NAME_SAVED,  /* forward-confirmed earlier, the resolver does not answer now */
};

struct name {
	struct ipaddr addr;
	enum name_origin origin;
	const char *host;   /* NULL for NAME_NONE */
	const char *reason; /* NAME_NONE, NAME_SAVED: one line for people */
	bool pinned;	    /* the names file has it, whatever became of it */
	bool pin_shared;    /* pinned: the names file has its name for another address, too */
	const char *pin;    /* pinned: the name there */
};

struct names {
	struct name *items; /* sorted by address */
	size_t n, cap;
	struct pool pool;
};

/* What to do with a remote whose name is not pinned: the agent's remote_names. */
enum names_policy {
	NAMES_PROVEN, /* DNS may prove it */
	NAMES_PINNED, /* only the names file */
	NAMES_OFF,    /* no remote is renamed */
};

/* Which sources the MTA itself uses, and in which order: a later one only when an earlier one
 * definitely has nothing. Postfix: DNS, unless smtp_host_lookup has native. Of the native sources
 * only the hosts file is known here. */
enum resolve_order {
	RESOLVE_DNS,
	RESOLVE_DNS_HOSTS,
	RESOLVE_HOSTS_DNS,
};

enum lookup_state {
	LOOKUP_NOT_DONE, /* not asked: --offline, pinned only, credentials */
	LOOKUP_OK,
	LOOKUP_NEGATIVE,  /* definitely no such name or record */
	LOOKUP_TEMPORARY, /* no answer in time, or the server failed: see evidence.trouble */
};

/* What a resolver saw for one address. With a pinned name `hosts` is that one name. */
struct evidence {
	struct ipaddr addr;
	const char *not_done;	   /* why nothing was asked: one line for people; may be NULL */
	enum lookup_state reverse; /* of the PTR question; NOT_DONE with a pinned name */
	const char *trouble;	   /* of a TEMPORARY state: what DNS did; NULL: no answer in time */
	const char *const *hosts;  /* the PTR's answers */
	size_t n_hosts;
	/* Of the A and AAAA questions for hosts[0]: TEMPORARY if one failed so, else OK if one has
	 * an answer, else NEGATIVE. NOT_DONE unless there is exactly one host. */
	enum lookup_state forward;
	const struct ipaddr *addrs; /* their answers together */
	size_t n_addrs;
};

void names_init(struct names *n);
void names_release(struct names *n);

/* Read a hosts(5) file: address, canonical name, aliases (ignored), '#' comments. An address that
 * occurs twice with different names, a name that is no FQDN and an address that does not parse are
 * errors (EX_INSTALLED: another node's file may be good) with path and line; then n is as it was.
 * Addresses that no remote has (loopback, unspecified, multicast, broadcast) and the names that
 * stand for them in the distributions' /etc/hosts (localhost, ip6-…) are passed over, so that
 * /etc/hosts itself can be used. Adds NAME_PINNED entries. */
int names_parse(struct names *n, struct span bytes, const char *path, struct diag *ret_diag);

/* The same from a map saved earlier (same format, written by names_save): those entries
 * (NAME_SAVED) serve only as a memory for names_judge(), never by themselves. A damaged map is
 * EX_FAILED. names_save() appends what DNS has confirmed, now or earlier; pins are not in it. */
struct buf;
int names_parse_saved(struct names *saved, struct span bytes, struct diag *ret_diag);
void names_save(const struct names *n, struct buf *out);

/* NULL if the address has no verdict yet. */
const struct name *names_find(const struct names *n, const struct ipaddr *addr);

/* The entry for addr, made empty (NAME_NONE, no reason) if there is none; NULL when memory ran out.
 * For names_judge.c. */
struct name *names_entry(struct names *n, const struct ipaddr *addr);

/* Decide on one address and store the verdict. `own` are this cluster's addresses: VIPs and nodes'.
 * `saved` may be NULL. The rule, in order:
 *   loopback or own → none;  policy off → none;
 *   pinned: definitely no such name, or another address by DNS or by another pin → none;
 *     else the pin stands (also when the lookup failed for now or was not done);
 *   policy pinned, or not looked up → none;
 *   exactly one PTR, a valid FQDN, whose addresses are this one alone, none of them in `own`:
 *     proven; a temporary failure → the saved name if there is one and no PTR says otherwise.
 * One wrong address decides even if the other family's question failed for now. Names from DNS are
 * kept in lower case, since DNS does not promise to spell them the same each time. */
int names_judge(struct names *n, const struct evidence *e, enum names_policy policy,
		const struct ipaddr *own, size_t n_own, const struct names *saved,
		struct diag *ret_diag);

#endif
