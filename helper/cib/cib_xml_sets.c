/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_xml_sets.c guarantees that each set, pair and rule of the XML is in the structs once, with
 * references resolved as Pacemaker does: by element name and id, one step. An element it does not
 * know becomes an expression that cannot be judged, never nothing.
 *
 * Pacemaker 2.1 evaluates a resource with a template, and one in a clone, as a document of its own,
 * so that its rules' references lead nowhere, and takes such a rule for one that holds; later
 * versions do not. Such a rule cannot be judged either.
 */
#include "cib/cib_xml.h"

#include <string.h>
#include <strings.h>

#include "data/array.h"

#define DEPTH_MAX 32 /* rules in rules; beyond it they cannot be judged */

const char *cib_xml_attr(struct cib_xml *x, const xmlNode *n, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(n, cib_xml_str(name));
	const char *kept;

	if (value == NULL)
		return NULL;
	kept = pool_dups(&x->m->pool, (const char *)value);
	xmlFree(value);
	return kept;
}

bool cib_xml_is(const xmlNode *n, const char *tag)
{
	return strcmp((const char *)n->name, tag) == 0;
}

static xmlNode *element(xmlNode *n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

xmlNode *cib_xml_first(const xmlNode *n)
{
	return element(n->children);
}

xmlNode *cib_xml_next(const xmlNode *n)
{
	return element(n->next);
}

static xmlNode *find(xmlNode *at, const char *tag, const char *id)
{
	for (xmlNode *n = cib_xml_first(at); n != NULL; n = cib_xml_next(n)) {
		xmlNode *deeper;
		xmlChar *value = cib_xml_is(n, tag) ? xmlGetNoNsProp(n, cib_xml_str("id")) : NULL;
		bool hit = value != NULL && strcmp((const char *)value, id) == 0;

		xmlFree(value);
		if (hit)
			return n;
		deeper = find(n, tag, id);
		if (deeper != NULL)
			return deeper;
	}
	return NULL;
}

xmlNode *cib_xml_deref(struct cib_xml *x, xmlNode *n)
{
	const char *tag = (const char *)n->name;
	const char *ref = cib_xml_attr(x, n, "id-ref");
	xmlNode *there;

	if (ref == NULL)
		return n;
	there = find(x->store, tag, ref);
	if (there == NULL)
		(void)cib_wants_asked(x->m->wants, CIB_WANT_ELEMENT, tag, ref);
	return there;
}

static void date_expr(struct cib_xml *x, const xmlNode *n, struct cib_date_expr *d)
{
	d->operation = cib_xml_attr(x, n, "operation");
	d->start = cib_xml_attr(x, n, "start");
	d->end = cib_xml_attr(x, n, "end");
	for (xmlNode *c = cib_xml_first(n); c != NULL; c = cib_xml_next(c)) {
		xmlNode *real = cib_xml_deref(x, c);

		if (real == NULL)
			continue;
		if (cib_xml_is(c, "duration") && !d->has_duration) {
			d->has_duration = true;
			for (int i = 0; i < CIB_DUR_FIELDS; i++)
				d->duration[i] = cib_xml_attr(x, real, cib_duration_names[i]);
		} else if (cib_xml_is(c, "date_spec") && !d->has_spec) {
			d->has_spec = true;
			for (int i = 0; i < CIB_SPEC_FIELDS; i++)
				d->spec[i] = cib_xml_attr(x, real, cib_spec_names[i]);
			d->moon = cib_xml_attr(x, real, "moon");
		}
	}
}

static const struct cib_rule *rule(struct cib_xml *x, xmlNode *n, int depth);

static void expr(struct cib_xml *x, xmlNode *n, struct cib_expr *e, int depth)
{
	e->kind = CIB_EXPR_OTHER;
	if (cib_xml_is(n, "expression")) {
		e->kind = CIB_EXPR_ATTRIBUTE;
		e->attribute = cib_xml_attr(x, n, "attribute");
		e->operation = cib_xml_attr(x, n, "operation");
		e->value = cib_xml_attr(x, n, "value");
		e->type = cib_xml_attr(x, n, "type");
		e->value_source = cib_xml_attr(x, n, "value-source");
	} else if (cib_xml_is(n, "date_expression")) {
		e->kind = CIB_EXPR_DATE;
		date_expr(x, n, &e->date);
	} else if (cib_xml_is(n, "rsc_expression")) {
		e->kind = CIB_EXPR_RESOURCE;
		e->standard = cib_xml_attr(x, n, "class");
		e->provider = cib_xml_attr(x, n, "provider");
		e->agent = cib_xml_attr(x, n, "type");
	} else if (cib_xml_is(n, "op_expression")) {
		e->kind = CIB_EXPR_OPERATION;
	} else if (cib_xml_is(n, "rule") && depth < DEPTH_MAX) {
		e->rule = rule(x, n, depth + 1);
		if (e->rule != NULL)
			e->kind = CIB_EXPR_RULE;
	}
}

static const struct cib_rule *rule(struct cib_xml *x, xmlNode *n, int depth)
{
	xmlNode *real = cib_xml_deref(x, n);
	struct cib_rule *r;
	const char *op;

	if (real == NULL || (real != n && x->apart))
		return NULL;
	r = cib_model_add_rule(x->m, cib_xml_attr(x, real, "id"));
	if (r->id == NULL)
		r->id = "without an id";
	op = cib_xml_attr(x, real, "boolean-op");
	r->any = op != NULL && strcasecmp(op, "or") == 0;
	for (xmlNode *c = cib_xml_first(real); c != NULL; c = cib_xml_next(c)) {
		struct cib_expr *e = array_grow(&r->exprs, &r->n, &r->cap);

		if (e == NULL)
			x->m->pool.failed = true;
		else
			expr(x, c, e, depth);
	}
	return r;
}

void cib_xml_rules(struct cib_xml *x, const xmlNode *n, const struct cib_rule ***list,
		   size_t *n_list, size_t *cap)
{
	for (xmlNode *c = cib_xml_first(n); c != NULL; c = cib_xml_next(c)) {
		const struct cib_rule **slot;

		if (!cib_xml_is(c, "rule"))
			continue;
		slot = array_grow(list, n_list, cap);
		if (slot == NULL) {
			x->m->pool.failed = true;
			continue;
		}
		*slot = rule(x, c, 0);
		if (*slot == NULL) /* a rule without expressions cannot be judged */
			*slot = cib_model_add_rule(x->m, "that its id-ref names");
	}
}

/* A pair may take its name or value, or both, from another. */
static void pair(struct cib_xml *x, xmlNode *n, struct cib_set *set)
{
	xmlNode *real = cib_xml_deref(x, n);
	const char *name = cib_xml_attr(x, n, "name");
	const char *value = cib_xml_attr(x, n, "value");
	struct cib_pair *p;

	if (name == NULL && real != NULL)
		name = cib_xml_attr(x, real, "name");
	if (value == NULL && real != NULL)
		value = cib_xml_attr(x, real, "value");
	if (name == NULL || value == NULL)
		return;
	p = array_grow(&set->pairs, &set->n_pairs, &set->cap_pairs);
	if (p == NULL)
		x->m->pool.failed = true;
	else
		*p = (struct cib_pair){name, value};
}

static const struct cib_set *set_of(struct cib_xml *x, const xmlNode *n)
{
	struct cib_set *set = cib_model_add_set(x->m, cib_xml_attr(x, n, "id"),
						cib_score(cib_xml_attr(x, n, "score")));
	const xmlNode *list = cib_xml_first(n);

	cib_xml_rules(x, n, &set->rules, &set->n_rules, &set->cap_rules);
	if (list == NULL || !cib_xml_is(list, "attributes"))
		list = n;
	for (xmlNode *c = cib_xml_first(list); c != NULL; c = cib_xml_next(c))
		if (cib_xml_is(c, "nvpair"))
			pair(x, c, set);
	return set;
}

void cib_xml_sets(struct cib_xml *x, const xmlNode *parent, const char *tag,
		  struct cib_sets *ret_sets)
{
	bool apart = x->apart;

	for (xmlNode *c = cib_xml_first(parent); c != NULL; c = cib_xml_next(c)) {
		xmlNode *real = cib_xml_is(c, tag) ? cib_xml_deref(x, c) : NULL;
		const struct cib_set **slot;

		if (real == NULL)
			continue;
		slot = array_grow(&ret_sets->items, &ret_sets->n, &ret_sets->cap);
		if (slot == NULL) {
			x->m->pool.failed = true;
			continue;
		}
		if (real != c)
			x->apart = false;
		*slot = set_of(x, real);
		x->apart = apart;
	}
}
