/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_model.c guarantees ownership: every list of a model is given back by cib_model_release(),
 * whoever filled it. It understands nothing of what it holds.
 */
#include "pure/cib_model.h"

#include "data/array.h"

void cib_wants_release(struct cib_wants *w)
{
	free(w->items);
	pool_release(&w->pool);
	*w = (struct cib_wants){0};
}

const struct cib_want *cib_wants_asked(struct cib_wants *w, enum cib_want_kind kind,
				       const char *tag, const char *id)
{
	struct cib_want *want;

	for (size_t i = 0; i < w->n; i++) {
		want = &w->items[i];
		if (want->kind == kind && strcmp(want->tag, tag) == 0 && strcmp(want->id, id) == 0)
			return want->asked ? want : NULL;
	}
	want = array_grow(&w->items, &w->n, &w->cap);
	if (want == NULL) {
		w->pool.failed = true;
		return NULL;
	}
	want->kind = kind;
	want->tag = pool_dups(&w->pool, tag);
	want->id = pool_dups(&w->pool, id);
	return NULL;
}

bool cib_wants_pending(const struct cib_wants *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (!w->items[i].asked)
			return true;
	return false;
}

void cib_model_init(struct cib_model *m, struct cib_wants *wants)
{
	*m = (struct cib_model){.wants = wants};
}

void cib_model_release(struct cib_model *m)
{
	for (size_t i = 0; i < m->n_sets; i++) {
		free(m->sets[i]->rules);
		free(m->sets[i]->pairs);
	}
	for (size_t i = 0; i < m->n_rules; i++)
		free(m->rules[i]->exprs);
	for (size_t i = 0; i < m->n_resources; i++) {
		free(m->resources[i]->params.items);
		free(m->resources[i]->meta.items);
	}
	for (size_t i = 0; i < m->n_tags; i++)
		free(m->tags[i].refs);
	for (size_t i = 0; i < m->n_colocs; i++) {
		for (size_t j = 0; j < m->colocs[i].n_sets; j++)
			free(m->colocs[i].sets[j].refs);
		free(m->colocs[i].sets);
		free(m->colocs[i].lifetime);
	}
	free(m->sets);
	free(m->rules);
	free(m->resources);
	free(m->tags);
	free(m->templates);
	free(m->colocs);
	free(m->nodes);
	free(m->ops);
	free(m->properties.items);
	free(m->default_params.items);
	free(m->default_meta.items);
	free(m->node_sets.items);
	free(m->node_reboot.items);
	pool_release(&m->pool);
	*m = (struct cib_model){.wants = m->wants};
}

struct cib_resource *cib_model_add_resource(struct cib_model *m, const char *id, enum cib_kind kind,
					    const struct cib_resource *parent)
{
	struct cib_resource *r = pool_alloc(&m->pool, sizeof(*r));
	struct cib_resource **slot = NULL;

	if (pool_ok(&m->pool))
		slot = array_grow(&m->resources, &m->n_resources, &m->cap_resources);
	if (slot != NULL)
		*slot = r;
	else
		m->pool.failed = true;
	r->id = id;
	r->kind = kind;
	r->parent = parent;
	r->replicas = 1;
	return r;
}

struct cib_set *cib_model_add_set(struct cib_model *m, const char *id, int score)
{
	struct cib_set *s = pool_alloc(&m->pool, sizeof(*s));
	struct cib_set **slot = NULL;

	if (pool_ok(&m->pool))
		slot = array_grow(&m->sets, &m->n_sets, &m->cap_sets);
	if (slot != NULL)
		*slot = s;
	else
		m->pool.failed = true;
	s->id = id;
	s->score = score;
	return s;
}

struct cib_rule *cib_model_add_rule(struct cib_model *m, const char *id)
{
	struct cib_rule *r = pool_alloc(&m->pool, sizeof(*r));
	struct cib_rule **slot = NULL;

	if (pool_ok(&m->pool))
		slot = array_grow(&m->rules, &m->n_rules, &m->cap_rules);
	if (slot != NULL)
		*slot = r;
	else
		m->pool.failed = true;
	r->id = id;
	return r;
}

const struct cib_resource *cib_model_find(const struct cib_model *m, const char *id)
{
	for (size_t i = 0; i < m->n_resources; i++)
		if (strcmp(m->resources[i]->id, id) == 0)
			return m->resources[i];
	return NULL;
}

const struct cib_tag *cib_model_find_tag(const struct cib_model *m, const char *id)
{
	for (size_t i = 0; i < m->n_tags; i++)
		if (strcmp(m->tags[i].id, id) == 0)
			return &m->tags[i];
	return NULL;
}

const struct cib_node *cib_model_find_node(const struct cib_model *m, const char *name)
{
	for (size_t i = 0; i < m->n_nodes; i++)
		if (strcmp(m->nodes[i].name, name) == 0)
			return &m->nodes[i];
	return NULL;
}

bool cib_model_is_template(const struct cib_model *m, const char *id)
{
	for (size_t i = 0; i < m->n_templates; i++)
		if (strcmp(m->templates[i], id) == 0)
			return true;
	return false;
}

const char *cib_kind_name(enum cib_kind kind)
{
	switch (kind) {
	case CIB_PRIMITIVE:
		return "primitive";
	case CIB_GROUP:
		return "group";
	case CIB_CLONE:
		return "clone";
	case CIB_BUNDLE:
		break;
	}
	return "bundle";
}
