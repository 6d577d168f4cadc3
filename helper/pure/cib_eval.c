/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_eval.c guarantees the order in which Pacemaker looks for a value: the resource, what it is
 * in, the defaults; and its precedence of maintenance over is-managed.
 */
#include "pure/cib_eval.h"

#include <string.h>

#include "data/array.h"

/* A set of facts whose node attributes are pairs made from values. */
struct facts {
	struct cib_facts facts;
	struct cib_pair *pairs;
	size_t n, cap;
};

static void facts_release(struct facts *f)
{
	free(f->pairs);
}

static int facts_of_node(struct cib_model *m, struct facts *f, struct diag *ret_diag)
{
	struct cib_values v = {0};
	int rc = cib_node_attributes(m, &v, ret_diag);

	for (size_t i = 0; i < v.n && rc == 0; i++) {
		struct cib_pair *p = array_grow(&f->pairs, &f->n, &f->cap);

		if (p == NULL)
			rc = diag_oom(ret_diag);
		else
			*p = (struct cib_pair){v.items[i].name, v.items[i].value};
	}
	cib_values_release(&v);
	f->facts.has_node = m->node != NULL;
	f->facts.node = f->pairs;
	f->facts.n_node = f->n;
	f->facts.now = m->now;
	return rc;
}

static int properties(struct cib_model *m, struct cib_values *v, struct diag *ret_diag)
{
	struct cib_facts facts = {.now = m->now};

	return cib_values_add(v, &m->properties, &facts, "cib-bootstrap-options", false, ret_diag);
}

static const char *known(const struct cib_values *v, const char *name)
{
	const struct cib_value *value = cib_values_find(v, name);

	return value ? value->value : NULL;
}

/* A guest node has no resource of its own in the configuration; a remote node has. */
static const char *node_kind(struct cib_model *m)
{
	const struct cib_node *n = cib_model_find_node(m, m->node);

	if (n == NULL || !n->remote)
		return "cluster";
	if (cib_wants_asked(m->wants, CIB_WANT_NAME, "", m->node) == NULL)
		return "remote";
	return cib_model_find(m, m->node) != NULL ? "remote" : "container";
}

/* Another's value under this name, sure or not. */
static int set_like(struct cib_values *v, const char *name, const struct cib_value *other,
		    struct diag *ret_diag)
{
	struct cib_value value = *other;

	value.name = name;
	return cib_values_copy(v, &value, ret_diag);
}

static int own_attributes(struct cib_model *m, const struct cib_value *cluster,
			  struct cib_values *v, struct diag *ret_diag)
{
	const struct cib_node *n = cib_model_find_node(m, m->node);
	const char *id = n != NULL ? n->id : m->node;
	bool dc = m->dc != NULL && strcmp(m->dc, id) == 0;

	if (cib_values_set(v, "#uname", m->node, ret_diag) < 0 ||
	    cib_values_set(v, "#id", id, ret_diag) < 0 ||
	    cib_values_set(v, "#is_dc", dc ? "true" : "false", ret_diag) < 0 ||
	    cib_values_set(v, "#kind", node_kind(m), ret_diag) < 0)
		return -1;
	return cluster ? set_like(v, "#cluster-name", cluster, ret_diag) : 0;
}

int cib_node_attributes(struct cib_model *m, struct cib_values *ret_values, struct diag *ret_diag)
{
	struct cib_facts facts = {.now = m->now};
	struct cib_values v = {0}, props = {0};
	const struct cib_value *cluster, *site;
	int rc = 0;

	if (m->node == NULL) {
		*ret_values = v;
		return 0;
	}
	if (properties(m, &props, ret_diag) < 0)
		rc = -1;
	cluster = cib_values_find(&props, "cluster-name");
	if (rc == 0)
		rc = own_attributes(m, cluster, &v, ret_diag);
	if (rc == 0)
		rc = cib_values_add(&v, &m->node_sets, &facts, NULL, false, ret_diag);
	if (rc == 0)
		rc = cib_values_add(&v, &m->node_reboot, &facts, NULL, true, ret_diag);
	site = cib_values_find(&v, "site-name");
	if (site == NULL)
		site = cluster;
	if (rc == 0 && site != NULL && cib_values_find(&v, "#site-name") == NULL)
		rc = set_like(&v, "#site-name", site, ret_diag);
	cib_values_release(&props);
	if (rc == 0)
		*ret_values = v;
	else
		cib_values_release(&v);
	return rc;
}

int cib_params(struct cib_model *m, const struct cib_resource *r, struct cib_values *ret_values,
	       struct diag *ret_diag)
{
	struct facts f = {0};
	struct cib_values v = {0};
	int rc = facts_of_node(m, &f, ret_diag);

	for (; r != NULL && rc == 0; r = r->parent)
		rc = cib_values_add(&v, &r->params, &f.facts, NULL, false, ret_diag);
	if (rc == 0)
		rc = cib_values_add(&v, &m->default_params, &f.facts, NULL, false, ret_diag);
	facts_release(&f);
	if (rc == 0)
		*ret_values = v;
	else
		cib_values_release(&v);
	return rc;
}

/* What v does not have yet. */
static int inherit(struct cib_values *v, const struct cib_values *from, struct diag *ret_diag)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct cib_value *value = &from->items[i];

		if (cib_values_find(v, value->name) == NULL &&
		    cib_values_copy(v, value, ret_diag) < 0)
			return -1;
	}
	return 0;
}

/* Meta attributes do not depend on a node. What a parent has, its defaults included, comes before
 * the resource's own defaults. */
static int meta(struct cib_model *m, const struct cib_resource *r, struct cib_values *v,
		struct diag *ret_diag)
{
	struct cib_facts facts = {
		.has_agent = true,
		.standard = r->standard,
		.provider = r->provider,
		.agent = r->type,
		.now = m->now,
	};
	struct cib_values parent = {0};
	int rc = cib_values_add(v, &r->meta, &facts, NULL, false, ret_diag);

	if (rc == 0 && r->parent != NULL) {
		rc = meta(m, r->parent, &parent, ret_diag);
		if (rc == 0)
			rc = inherit(v, &parent, ret_diag);
		cib_values_release(&parent);
	}
	return rc < 0 ? rc : cib_values_add(v, &m->default_meta, &facts, NULL, false, ret_diag);
}

static void note_unsure(const struct cib_values *v, const char *name, struct cib_mode *mode)
{
	const struct cib_value *value = cib_values_find(v, name);

	if (value != NULL && value->value == NULL)
		mode->unsure_rule = value->unsure_rule;
}

int cib_mode(struct cib_model *m, const struct cib_resource *r, struct cib_mode *ret_mode,
	     struct diag *ret_diag)
{
	struct cib_values v = {0}, props = {0}, node = {0};
	struct cib_mode mode = {.managed = true};
	int rc = -1;

	if (meta(m, r, &v, ret_diag) == 0 && properties(m, &props, ret_diag) == 0 &&
	    cib_node_attributes(m, &node, ret_diag) == 0) {
		mode.managed = cib_bool(known(&props, "is-managed-default"), true);
		mode.managed = cib_bool(known(&v, "is-managed"), mode.managed);
		if (cib_bool(known(&v, "maintenance"), false) ||
		    cib_bool(known(&props, "maintenance-mode"), false) ||
		    cib_bool(known(&node, "maintenance"), false))
			mode.managed = false;
		mode.target_role = known(&v, "target-role")
					   ? pool_dups(&m->pool, known(&v, "target-role"))
					   : NULL;
		note_unsure(&v, "is-managed", &mode);
		note_unsure(&v, "target-role", &mode);
		note_unsure(&v, "maintenance", &mode);
		note_unsure(&props, "maintenance-mode", &mode);
		note_unsure(&node, "maintenance", &mode);
		if (cib_values_find(&v, "is-managed") == NULL)
			note_unsure(&props, "is-managed-default", &mode);
		*ret_mode = mode;
		rc = 0;
	}
	cib_values_release(&v);
	cib_values_release(&props);
	cib_values_release(&node);
	return rc;
}

int cib_group_binds(struct cib_model *m, const struct cib_resource *group, bool *ret_binds,
		    struct diag *ret_diag)
{
	struct cib_values v = {0};
	int rc = meta(m, group, &v, ret_diag);
	const struct cib_value *value = cib_values_find(&v, "collocated");

	if (rc == 0)
		*ret_binds = value == NULL || cib_bool(value->value, value->value != NULL);
	cib_values_release(&v);
	return rc;
}
