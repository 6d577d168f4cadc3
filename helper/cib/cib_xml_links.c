/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_xml_links.c guarantees constraints, tags and nodes in the model as the XML has them, each
 * once. Sets are taken apart elsewhere (pure/cib_links.h).
 */
#include "cib/cib_xml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/array.h"

static void refs(struct cib_xml *x, const xmlNode *n, const char *tag, const char ***list,
		 size_t *n_list, size_t *cap)
{
	for (xmlNode *c = cib_xml_first(n); c != NULL; c = cib_xml_next(c)) {
		const char *id = cib_xml_is(c, tag) ? cib_xml_attr(x, c, "id") : NULL;
		const char **slot;

		if (id == NULL)
			continue;
		slot = array_grow(list, n_list, cap);
		if (slot == NULL)
			x->m->pool.failed = true;
		else
			*slot = id;
	}
}

static void set(struct cib_xml *x, const xmlNode *n, struct cib_coloc *coloc)
{
	struct cib_coloc_set *s = array_grow(&coloc->sets, &coloc->n_sets, &coloc->cap_sets);
	const char *ordering = cib_xml_attr(x, n, "ordering");

	if (s == NULL) {
		x->m->pool.failed = true;
		return;
	}
	s->role = cib_xml_attr(x, n, "role");
	s->score = cib_xml_attr(x, n, "score");
	s->sequential = cib_bool(cib_xml_attr(x, n, "sequential"), true);
	s->with_next = ordering != NULL && strcasecmp(ordering, "group") != 0;
	refs(x, n, "resource_ref", &s->refs, &s->n, &s->cap);
}

void cib_xml_coloc(struct cib_xml *x, const xmlNode *n)
{
	struct cib_model *m = x->m;
	const char *id = cib_xml_attr(x, n, "id");
	struct cib_coloc *coloc;

	for (size_t i = 0; i < m->n_colocs && id != NULL; i++)
		if (strcmp(m->colocs[i].id, id) == 0)
			return;
	coloc = array_grow(&m->colocs, &m->n_colocs, &m->cap_colocs);
	if (coloc == NULL) {
		m->pool.failed = true;
		return;
	}
	coloc->id = id ? id : "without an id";
	coloc->rsc = cib_xml_attr(x, n, "rsc");
	coloc->with = cib_xml_attr(x, n, "with-rsc");
	coloc->rsc_role = cib_xml_attr(x, n, "rsc-role");
	coloc->with_role = cib_xml_attr(x, n, "with-rsc-role");
	coloc->score = cib_xml_attr(x, n, "score");
	coloc->node_attribute = cib_xml_attr(x, n, "node-attribute");
	for (xmlNode *c = cib_xml_first(n); c != NULL; c = cib_xml_next(c)) {
		xmlNode *real = cib_xml_deref(x, c);

		if (real == NULL)
			continue;
		if (cib_xml_is(c, "resource_set"))
			set(x, real, coloc);
		else if (cib_xml_is(c, "lifetime"))
			cib_xml_rules(x, real, &coloc->lifetime, &coloc->n_lifetime,
				      &coloc->cap_lifetime);
	}
}

void cib_xml_tag(struct cib_xml *x, const xmlNode *n)
{
	struct cib_model *m = x->m;
	const char *id = cib_xml_attr(x, n, "id");
	struct cib_tag *tag;

	if (id == NULL || cib_model_find_tag(m, id) != NULL)
		return;
	tag = array_grow(&m->tags, &m->n_tags, &m->cap_tags);
	if (tag == NULL) {
		m->pool.failed = true;
		return;
	}
	tag->id = id;
	refs(x, n, "obj_ref", &tag->refs, &tag->n, &tag->cap);
}

/* A truth value, or since 2.1.7 the time since when it is so, 0 for not. */
static bool since(const char *s, const char *word)
{
	if (s == NULL)
		return false;
	return cib_bool(s, strtoll(s, NULL, 10) > 0) || (word != NULL && strcmp(s, word) == 0);
}

static struct cib_node *node(struct cib_xml *x, const char *name)
{
	struct cib_model *m = x->m;
	struct cib_node *n;

	for (size_t i = 0; i < m->n_nodes; i++)
		if (strcmp(m->nodes[i].name, name) == 0)
			return &m->nodes[i];
	n = array_grow(&m->nodes, &m->n_nodes, &m->cap_nodes);
	if (n == NULL)
		m->pool.failed = true;
	else
		n->name = name;
	return n;
}

static void state(struct cib_xml *x, const xmlNode *c, struct cib_node *n)
{
	const char *join = cib_xml_attr(x, c, "join");

	if (cib_bool(cib_xml_attr(x, c, "remote_node"), false))
		n->remote = true;
	n->online = since(cib_xml_attr(x, c, "in_ccm"), NULL) &&
		    since(cib_xml_attr(x, c, "crmd"), "online") && join != NULL &&
		    strcmp(join, "member") == 0;
}

void cib_xml_nodes(struct cib_xml *x, const xmlNode *header)
{
	for (xmlNode *c = cib_xml_first(header); c != NULL; c = cib_xml_next(c)) {
		const char *name = cib_xml_attr(x, c, "uname");
		const char *type = cib_xml_attr(x, c, "type");
		struct cib_node *n;

		if (cib_xml_is(c, "cib"))
			x->m->dc = cib_xml_attr(x, c, "dc-uuid");
		if (name == NULL || cib_xml_is(c, "cib"))
			continue;
		n = node(x, name);
		if (n == NULL)
			continue;
		if (n->id == NULL || cib_xml_is(c, "node"))
			n->id = cib_xml_attr(x, c, "id");
		if (n->id == NULL)
			n->id = name;
		if (cib_xml_is(c, "node_state"))
			state(x, c, n);
		else if (type != NULL && strcmp(type, "remote") == 0)
			n->remote = true;
	}
}
