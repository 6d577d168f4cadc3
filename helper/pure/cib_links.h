/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_links: colocation constraints, single ones and sets, as pairs "this one with that one".
 *
 * Names may be those of resources, tags or templates: cib_members() says which resources a name
 * stands for, cib_names() under which names a resource is spoken of.
 */
#ifndef MTA_STACK_CIB_LINKS_H
#define MTA_STACK_CIB_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "pure/cib_model.h"

struct cib_link {
	const char *constraint;			   /* its id */
	const char *dependent, *primary;	   /* names: dependent runs where primary runs */
	const char *dependent_role, *primary_role; /* NULL: any */
	int score;
	bool same_node;	    /* false: node-attribute makes it "a node like that one" */
	enum cib_truth now; /* its lifetime */
};

struct cib_links {
	struct cib_link *items;
	size_t n, cap;
};

/* All pairs of the colocations in the model. Release them. */
int cib_links_make(const struct cib_model *m, struct cib_links *ret_links, struct diag *ret_diag);
void cib_links_release(struct cib_links *l);

/* A link that forces the dependent onto the primary's node, now. */
static inline bool cib_link_binds(const struct cib_link *l)
{
	return l->score >= CIB_INFINITY && l->same_node && l->now == CIB_YES;
}

/* A list of names or of resources, for a short time. */
struct cib_list {
	const void **items;
	size_t n, cap;
};
void cib_list_release(struct cib_list *l);

/* const char *: its id, its template, what it is in, and tags of all these. Notes wants for
 * whatever names them. */
int cib_names(struct cib_model *m, const struct cib_resource *r, struct cib_list *ret_names,
	      struct diag *ret_diag);

/* const struct cib_resource *: what a name stands for. Notes wants. */
int cib_members(struct cib_model *m, const char *name, struct cib_list *ret_resources,
		struct diag *ret_diag);

bool cib_list_has_name(const struct cib_list *l, const char *name);

#endif
