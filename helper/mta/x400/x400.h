/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x400: the tables of X.400 MTAs that hold presentation addresses. --config is one of these files:
 *
 * UCL PP, outbound   KEY:ATTRIBUTE=VALUE,…      recognised by an entry that has rpsap or lpsap
 *     rpsap  the remote: its host becomes a name
 *     lpsap  the local address: its host becomes the VIP's IPv4 address. An entry without one takes
 *            that of the entry "default"; an entry that has neither would call from the node's
 *            address and is an error
 *     If the file's name has "out" in it, the file named with "in" instead is looked at, too.
 * UCL PP, inbound    ADDRESS:ATTRIBUTE=VALUE,…  otherwise, with rname, rpass or rmta
 *     The key must be the caller's literal address: nothing is renamed, all is checked.
 * isoentities        NAME "QUALIFIER" OID ADDRESS   recognised by its name or by the OID
 *     The host becomes a name.
 * properties         KEY=VALUE, KEY: VALUE          recognised by its name (*.properties) or by a
 *     key presentationAddress, or one that ends in ".presentationAddress", or by those that the
 *     admin names instead (scan.address_keys): the host becomes a name. scan.local_keys: the VIP. A
 *     backslash escapes the next character, at the end of a line it continues it.
 *
 * Values of PP may be in single or double quotes; a backslash escapes inside of double ones. Lines
 * that begin with a blank continue an entry. What is not understood is reported with its line and
 * stays; so does what does not go over TCP.
 *
 * None of these says where a process is or how it is started: scan.given may. Tables that the MTA
 * reads in a compiled form (PP: flags=dbm) are compiled by the admin's rebuild command.
 */
#ifndef MTA_STACK_X400_H
#define MTA_STACK_X400_H

#include "mta/x400/rfc1278.h"
#include "pure/scan.h"

#define X400_VALUE_MAX 1024 /* bytes of one value; longer ones are reported */

/* A value as the MTA reads it, quotes and escapes gone, and where each of its bytes stands. */
struct x400_value {
	char text[X400_VALUE_MAX];
	size_t off[X400_VALUE_MAX]; /* in the file */
	size_t len;
	size_t at; /* where it begins in the file */
	bool too_long;
};

/* What a presentation address is to us. */
enum x400_use {
	X400_REMOTE, /* whom we call */
	X400_LOCAL,  /* from where we call */
	X400_CALLER, /* who calls us */
};

/* What stands around the address. */
struct x400_place {
	struct scan *scan;
	const struct file *file;
	const char *what;    /* "rpsap" */
	struct span calling; /* X400_REMOTE: our own transport selector, in the scan's pool */
	const char *as;	     /* and what we call ourselves, in the pool; NULL: not known */
	bool password;	     /* we show one */
};

/* Findings for one address. *ret_tcp (may be NULL): some part of it goes over TCP. */
void x400_address(const struct x400_place *p, enum x400_use use, const struct x400_value *v,
		  bool *ret_tcp);

/* The same for a local address, which may also be a bare address or host name. *ret_bound: some
 * part of it will be the VIP. */
void x400_local(const struct x400_place *p, const struct x400_value *v, bool *ret_bound);

/* Does this address give a place over TCP? If so, *ret_selector are the octets of its transport
 * selector, in the scan's pool, maybe none. */
bool x400_selector(struct scan *s, const struct x400_value *v, struct span *ret_selector);

/* --- values (value.c) ------------------------------------------------------------------------- */

void x400_value_init(struct x400_value *v, size_t at);
void x400_value_add(struct x400_value *v, char c, size_t off);
struct span x400_value_span(const struct x400_value *v);

/* All bytes of [from, to), as they are. */
void x400_value_plain(struct x400_value *v, struct span bytes, size_t from, size_t to);

/* --- one kind of file each -------------------------------------------------------------------- */

bool pp_is_out(struct span bytes);
bool pp_is_in(struct span bytes);
int pp_scan_out(struct scan *s, struct file *f, struct diag *ret_diag);
void pp_scan_in(struct scan *s, struct file *f);

bool entities_is(struct span bytes);
void entities_scan(struct scan *s, struct file *f);

/* *ret_local becomes true if some key gives the local address. */
bool properties_is(const struct scan *s, struct span bytes);
void properties_scan(struct scan *s, struct file *f, bool *ret_local);

#endif
