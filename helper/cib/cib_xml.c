/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_xml.c guarantees that a resource is in the model once, with what it is in before it, however
 * often its XML was read. It judges nothing.
 */
#include "cib/cib_xml.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"

static long number(const char *s, long otherwise)
{
	char *end;
	long n;

	if (s == NULL)
		return otherwise;
	n = strtol(s, &end, 10);
	return end == s || *end != '\0' || n < INT_MIN || n > INT_MAX ? otherwise : n;
}

/* The template's sets come before the primitive's own. */
static void primitive(struct cib_xml *x, const xmlNode *n, struct cib_resource *r)
{
	const xmlNode *kind = n;
	xmlNode *tmpl;

	r->tmpl = cib_xml_attr(x, n, "template");
	for (tmpl = cib_xml_first(x->store); r->tmpl && tmpl; tmpl = cib_xml_next(tmpl)) {
		const char *id = cib_xml_is(tmpl, "template") ? cib_xml_attr(x, tmpl, "id") : NULL;

		if (id != NULL && strcmp(id, r->tmpl) == 0)
			break;
	}
	if (r->tmpl != NULL && tmpl == NULL)
		(void)cib_wants_asked(x->m->wants, CIB_WANT_ELEMENT, "template", r->tmpl);
	if (r->tmpl != NULL && tmpl != NULL) {
		kind = tmpl;
		cib_xml_sets(x, tmpl, "instance_attributes", &r->params);
		cib_xml_sets(x, tmpl, "meta_attributes", &r->meta);
	}
	r->standard = cib_xml_attr(x, kind, "class");
	r->provider = cib_xml_attr(x, kind, "provider");
	r->type = cib_xml_attr(x, kind, "type");
}

static bool is_container(const xmlNode *n)
{
	return cib_xml_is(n, "docker") || cib_xml_is(n, "podman") || cib_xml_is(n, "rkt");
}

static void bundle(struct cib_xml *x, const xmlNode *n, struct cib_resource *r)
{
	for (xmlNode *c = cib_xml_first(n); c != NULL; c = cib_xml_next(c)) {
		if (cib_xml_is(c, "network")) {
			r->ip_range_start = cib_xml_attr(x, c, "ip-range-start");
			r->host_interface = cib_xml_attr(x, c, "host-interface");
			r->host_netmask = cib_xml_attr(x, c, "host-netmask");
		} else if (is_container(c)) {
			long promoted = number(cib_xml_attr(x, c, "promoted-max"),
					       number(cib_xml_attr(x, c, "masters"), 1));

			r->replicas = (int)number(cib_xml_attr(x, c, "replicas"),
						  promoted > 1 ? promoted : 1);
		}
	}
}

static bool kind_of(const xmlNode *n, enum cib_kind *ret_kind)
{
	static const struct {
		const char *tag;
		enum cib_kind kind;
	} kinds[] = {
		{"primitive", CIB_PRIMITIVE}, {"group", CIB_GROUP},   {"clone", CIB_CLONE},
		{"master", CIB_CLONE},	      {"bundle", CIB_BUNDLE},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (cib_xml_is(n, kinds[i].tag)) {
			*ret_kind = kinds[i].kind;
			return true;
		}
	return false;
}

/* Has a template, or is in something of which Pacemaker makes instances. */
static bool is_apart(const xmlNode *n, const struct cib_resource *r)
{
	if (r->kind == CIB_PRIMITIVE && xmlHasProp(n, cib_xml_str("template")) != NULL)
		return true;
	for (r = r->parent; r != NULL; r = r->parent)
		if (r->kind == CIB_CLONE || r->kind == CIB_BUNDLE)
			return true;
	return false;
}

static void resource(struct cib_xml *x, const xmlNode *n, const struct cib_resource *parent,
		     size_t order)
{
	const char *id = cib_xml_attr(x, n, "id");
	struct cib_resource *r;
	enum cib_kind kind;
	size_t children = 0;

	if (!kind_of(n, &kind) || id == NULL || cib_model_find(x->m, id) != NULL)
		return;
	r = cib_model_add_resource(x->m, id, kind, parent);
	r->order = order;
	x->apart = is_apart(n, r);
	if (kind == CIB_PRIMITIVE)
		primitive(x, n, r);
	else if (kind == CIB_BUNDLE)
		bundle(x, n, r);
	cib_xml_sets(x, n, "instance_attributes", &r->params);
	cib_xml_sets(x, n, "meta_attributes", &r->meta);
	x->apart = false;
	for (xmlNode *c = cib_xml_first(n); c != NULL && kind != CIB_PRIMITIVE; c = cib_xml_next(c))
		resource(x, c, r, children++);
}

static void template(struct cib_xml *x, const xmlNode *n)
{
	const char *id = cib_xml_attr(x, n, "id");
	const char **slot;

	if (id == NULL || cib_model_is_template(x->m, id))
		return;
	slot = array_grow(&x->m->templates, &x->m->n_templates, &x->m->cap_templates);
	if (slot == NULL)
		x->m->pool.failed = true;
	else
		*slot = id;
}

static void history(struct cib_xml *x, const xmlNode *n)
{
	const char *id = cib_xml_attr(x, n, "id");

	for (xmlNode *c = cib_xml_first(n); c != NULL && id != NULL; c = cib_xml_next(c)) {
		struct cib_op op = {
			.resource = id,
			.node = cib_xml_attr(x, c, "on_node"),
			.operation = cib_xml_attr(x, c, "operation"),
			.rc = (int)number(cib_xml_attr(x, c, "rc-code"), -1),
			.status = (int)number(cib_xml_attr(x, c, "op-status"), 0),
			.call = (int)number(cib_xml_attr(x, c, "call-id"), -1),
			.interval = number(cib_xml_attr(x, c, "interval"), 0),
		};
		struct cib_op *slot;

		if (!cib_xml_is(c, "lrm_rsc_op") || op.node == NULL || op.operation == NULL)
			continue;
		slot = array_grow(&x->m->ops, &x->m->n_ops, &x->m->cap_ops);
		if (slot == NULL)
			x->m->pool.failed = true;
		else
			*slot = op;
	}
}

void cib_xml_model(struct cib_xml *x)
{
	struct cib_model *m = x->m;

	for (xmlNode *n = cib_xml_first(x->store); n != NULL; n = cib_xml_next(n)) {
		if (cib_xml_is(n, "template"))
			template(x, n);
		else if (cib_xml_is(n, "rsc_colocation"))
			cib_xml_coloc(x, n);
		else if (cib_xml_is(n, "tag"))
			cib_xml_tag(x, n);
		else if (cib_xml_is(n, "lrm_resource"))
			history(x, n);
		else if (cib_xml_is(n, "crm_config"))
			cib_xml_sets(x, n, "cluster_property_set", &m->properties);
		else if (cib_xml_is(n, "node"))
			cib_xml_sets(x, n, "instance_attributes", &m->node_sets);
		else if (cib_xml_is(n, "transient_attributes"))
			cib_xml_sets(x, n, "instance_attributes", &m->node_reboot);
		else if (cib_xml_is(n, "rsc_defaults")) {
			cib_xml_sets(x, n, "instance_attributes", &m->default_params);
			cib_xml_sets(x, n, "meta_attributes", &m->default_meta);
		} else
			resource(x, n, NULL, 0);
	}
}
