/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_agents: which parameter of which agent holds an address that is on the node.
 *
 * One table; an agent that is not in it is not known to hold an address.
 */
#ifndef MTA_STACK_CIB_AGENTS_H
#define MTA_STACK_CIB_AGENTS_H

#include <stdbool.h>

enum cib_holds {
	CIB_HOLDS_ADDRESS, /* an address of the node, in `param` */
	CIB_HOLDS_PUBLIC,  /* a public address that the provider translates: never on the node */
	CIB_HOLDS_NONE,	   /* no address at all */
};

struct cib_agent {
	const char *provider, *type;
	enum cib_holds holds;
	const char *param;     /* the address */
	const char *prefix;    /* the parameter with the prefix length, which wins, or NULL */
	const char *interface; /* the parameter with the interface, or NULL */
	bool with_prefix;      /* the address may be followed by /BITS */
};

/* NULL if it is not in the table. */
const struct cib_agent *cib_agent_find(const char *standard, const char *provider,
				       const char *type);

#endif
