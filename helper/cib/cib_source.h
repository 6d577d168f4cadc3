/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_source: a CIB to be asked by XPath, live or in a file.
 *
 * Of libcib only what compiles unchanged from Pacemaker 2.1.5 to 3.x is used: crm_log_init,
 * cib_new, signon, query, signoff, cib_delete, free_xml. A file is read by libxml2 alone, so it
 * needs neither a cluster nor Pacemaker's schemas.
 *
 * Order: open, query any number of times, close. A live query may hang for half a minute when
 * pacemaker-based is stopped, whatever its time-out says: only a deadline from outside helps.
 */
#ifndef MTA_STACK_CIB_SOURCE_H
#define MTA_STACK_CIB_SOURCE_H

#include <stdbool.h>
#include <libxml/tree.h>

#include "data/diag.h"

/* libxml2's strings are unsigned. */
static inline const xmlChar *cib_xml_str(const char *s)
{
	return (const xmlChar *)s;
}

struct cib_source {
	void *live;   /* cib_t */
	xmlDoc *file; /* or this */
};

enum cib_open {
	CIB_OPEN_FAILED = -1,
	CIB_OPEN_OK,
	CIB_OPEN_NO_CLUSTER, /* live: no daemon here; *ret_diag says so */
};

/* file NULL: live. */
enum cib_open cib_source_open(struct cib_source *s, const char *file, struct diag *ret_diag);
void cib_source_close(struct cib_source *s);

/* Copies of all elements that match, in document order, become children of `into`; with `shallow`
 * without their own children. No match is no error. The path must be absolute. */
int cib_source_query(struct cib_source *s, const char *xpath, bool shallow, xmlNode *into,
		     struct diag *ret_diag);

/* Say of each entry of a resource's history on which node it was. What stands there is the node
 * whose controller wrote it: for a remote node, the one that holds its connection. */
void cib_source_set_node(xmlNode *entry, const char *name);

/* For cib_source.c only. */
enum cib_open cib_live_open(struct cib_source *s, struct diag *ret_diag);
void cib_live_close(struct cib_source *s);
int cib_live_query(struct cib_source *s, const char *xpath, bool shallow, xmlNode *into,
		   struct diag *ret_diag);

#endif
