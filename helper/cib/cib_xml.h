/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_xml: from what was read of a CIB to the plain structs of pure/cib_model.h.
 *
 * `store` has as children copies of all elements read so far, in any order, some of them twice.
 * What they refer to and is not there is noted in the model's wants.
 */
#ifndef MTA_STACK_CIB_XML_H
#define MTA_STACK_CIB_XML_H

#include <libxml/tree.h>

#include "cib/cib_source.h"
#include "data/diag.h"
#include "pure/cib_model.h"

/* Where the conversion is. */
struct cib_xml {
	struct cib_model *m;
	xmlNode *store;
	bool apart; /* in the sets of a resource that is a document of its own, see cib_xml_sets.c
		     */
};

/* The attribute in the model's pool, or NULL. */
const char *cib_xml_attr(struct cib_xml *x, const xmlNode *n, const char *name);

bool cib_xml_is(const xmlNode *n, const char *tag);
xmlNode *cib_xml_first(const xmlNode *n); /* first child element */
xmlNode *cib_xml_next(const xmlNode *n);  /* next sibling element */

/* The element itself, or what its id-ref points to; NULL if that is not there (yet). */
xmlNode *cib_xml_deref(struct cib_xml *x, xmlNode *n);

/* All child elements `tag` of parent (instance_attributes, meta_attributes, …) as sets. */
void cib_xml_sets(struct cib_xml *x, const xmlNode *parent, const char *tag,
		  struct cib_sets *ret_sets);

/* The rules that are children of n, added to a list. */
void cib_xml_rules(struct cib_xml *x, const xmlNode *n, const struct cib_rule ***list,
		   size_t *n_list, size_t *cap);

/* One colocation, one tag. */
void cib_xml_coloc(struct cib_xml *x, const xmlNode *n);
void cib_xml_tag(struct cib_xml *x, const xmlNode *n);

/* The header: the elements <cib>, <node> and <node_state> without children. */
void cib_xml_nodes(struct cib_xml *x, const xmlNode *header);

/* Fill an initialised model. Lack of memory shows in m->pool. */
void cib_xml_model(struct cib_xml *x);

#endif
