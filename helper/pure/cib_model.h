/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_model: the part of a CIB that has been read so far, as plain structs, and what is still
 * wanted of it.
 *
 * A CIB may be large and is never read whole. So the questions (cib_choose.h) are asked again and
 * again; each notes in `wants` what it lacks; the caller reads that, all in one round trip, makes
 * the model anew from everything read and asks again. While something is wanted, an answer means
 * nothing:
 *
 *     do {
 *             make the model
 *             rc = cib_choose(…);
 *     } while (cib_wants_pending(wants) && read them);
 *
 * Strings and objects live in the model's pool until cib_model_release(); wants outlive models.
 */
#ifndef MTA_STACK_CIB_MODEL_H
#define MTA_STACK_CIB_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "data/pool.h"
#include "pure/cib_values.h"

enum cib_want_kind {
	CIB_WANT_NAME,	  /* what a constraint or a person can name: a resource with all that it is
			     in, a tag, a template */
	CIB_WANT_USERS,	  /* the resources that use a template */
	CIB_WANT_LINKS,	  /* colocations that name it, tags that hold it */
	CIB_WANT_ELEMENT, /* the element <tag id="id">, wherever it is */
	CIB_WANT_STATUS,  /* what was done to a resource on the nodes; tag "clone": and to its
			     instances ID:N */
	CIB_WANT_ANSWER,  /* parameter `tag` of resource `id`, by Pacemaker's own evaluation */
};

struct cib_want {
	enum cib_want_kind kind;
	const char *tag, *id; /* tag: "" where it has no meaning */
	bool asked;
	const char *answer; /* CIB_WANT_ANSWER, once asked: the value, or NULL if there is none */
};

struct cib_wants {
	struct cib_want *items;
	size_t n, cap;
	struct pool pool;
};

void cib_wants_release(struct cib_wants *w);

/* The want if it was asked for already; else NULL, and it is noted. */
const struct cib_want *cib_wants_asked(struct cib_wants *w, enum cib_want_kind kind,
				       const char *tag, const char *id);

bool cib_wants_pending(const struct cib_wants *w);

enum cib_kind {
	CIB_PRIMITIVE,
	CIB_GROUP,
	CIB_CLONE, /* <clone>, promotable or not, and <master> */
	CIB_BUNDLE,
};

struct cib_resource {
	const char *id;
	enum cib_kind kind;
	const struct cib_resource *parent; /* NULL at the top */
	size_t order;			   /* among its parent's children */

	const char *standard, *provider, *type; /* primitives, the template's if it has one */
	const char *tmpl;			/* the template's id, or NULL */
	struct cib_sets params, meta;		/* the template's sets come first */

	const char *ip_range_start, *host_interface, *host_netmask; /* bundles; may be NULL */
	int replicas;
};

struct cib_tag {
	const char *id;
	const char **refs;
	size_t n, cap;
};

struct cib_coloc_set {
	const char *role, *score; /* may be NULL */
	bool sequential, with_next;
	const char **refs;
	size_t n, cap;
};

/* One <rsc_colocation>: rsc and with, or sets. What is absent is NULL. */
struct cib_coloc {
	const char *id, *rsc, *with, *rsc_role, *with_role, *score, *node_attribute;
	const struct cib_rule **lifetime; /* rules; it counts if any holds */
	size_t n_lifetime, cap_lifetime;
	struct cib_coloc_set *sets;
	size_t n_sets, cap_sets;
};

struct cib_node {
	const char *id, *name;
	bool remote; /* runs pacemaker-remoted: a remote or a guest node */
	bool online; /* a cluster node that is a member; for remote ones, ask their connection */
};

/* One entry of a resource's history on a node. */
struct cib_op {
	const char *resource, *node, *operation;
	int rc, status, call; /* status -1 or rc 193: not finished */
	long interval;	      /* ms; 0 for a probe */
};

struct cib_model {
	struct cib_resource **resources; /* parents before children */
	size_t n_resources, cap_resources;
	struct cib_tag *tags;
	size_t n_tags, cap_tags;
	const char **templates;
	size_t n_templates, cap_templates;
	struct cib_coloc *colocs;
	size_t n_colocs, cap_colocs;
	struct cib_node *nodes;
	size_t n_nodes, cap_nodes;
	struct cib_op *ops;
	size_t n_ops, cap_ops;
	struct cib_sets properties, default_params, default_meta;

	const char *node;	     /* this node's name, or NULL */
	const char *dc;		     /* id of the DC node, or NULL */
	struct cib_sets node_sets;   /* this node's permanent attributes */
	struct cib_sets node_reboot; /* this node's transient attributes */
	struct cib_now now;
	struct cib_wants *wants;

	struct cib_set **sets; /* all there are, to be released */
	size_t n_sets, cap_sets;
	struct cib_rule **rules;
	size_t n_rules, cap_rules;
	struct pool pool;
};

void cib_model_init(struct cib_model *m, struct cib_wants *wants);
void cib_model_release(struct cib_model *m);

/* New objects that belong to the model. Never NULL: when memory runs out the pool is marked. */
struct cib_resource *cib_model_add_resource(struct cib_model *m, const char *id, enum cib_kind kind,
					    const struct cib_resource *parent);
struct cib_set *cib_model_add_set(struct cib_model *m, const char *id, int score);
struct cib_rule *cib_model_add_rule(struct cib_model *m, const char *id);

/* NULL if it has not been read, or does not exist. */
const struct cib_resource *cib_model_find(const struct cib_model *m, const char *id);
const struct cib_tag *cib_model_find_tag(const struct cib_model *m, const char *id);
const struct cib_node *cib_model_find_node(const struct cib_model *m, const char *name);
bool cib_model_is_template(const struct cib_model *m, const char *id);

/* "primitive", "group", "clone", "bundle". */
const char *cib_kind_name(enum cib_kind kind);

#endif
