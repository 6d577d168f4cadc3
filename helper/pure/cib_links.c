/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_links.c guarantees the pairs that Pacemaker makes of a colocation: in a sequential set each
 * member depends on the one before it; of two sets, the first depends on the second, a sequential
 * set by its first member as dependent and its last as primary. A tag in a set stands for its
 * members, in its order. Negative scores make no pairs.
 */
#include "pure/cib_links.h"

#include <string.h>
#include <strings.h>

#include "data/array.h"

void cib_links_release(struct cib_links *l)
{
	free(l->items);
	*l = (struct cib_links){0};
}

void cib_list_release(struct cib_list *l)
{
	free(l->items);
	*l = (struct cib_list){0};
}

static const char *role(const char *s)
{
	if (s == NULL || strcasecmp(s, "Started") == 0)
		return NULL;
	if (strcasecmp(s, "Master") == 0)
		return "Promoted";
	return strcasecmp(s, "Slave") == 0 ? "Unpromoted" : s;
}

/* Constraints under construction. */
struct maker {
	const struct cib_model *model;
	struct cib_links *links;
	const struct cib_coloc *coloc;
	enum cib_truth now;
	struct diag *diag;
};

static int add(struct maker *k, const char *dependent, const char *primary, const char *drole,
	       const char *prole, int score)
{
	struct cib_link *l;

	if (score <= 0 || dependent == NULL || primary == NULL)
		return 0;
	l = array_grow(&k->links->items, &k->links->n, &k->links->cap);
	if (l == NULL)
		return diag_oom(k->diag);
	*l = (struct cib_link){
		.constraint = k->coloc->id,
		.dependent = dependent,
		.primary = primary,
		.dependent_role = role(drole),
		.primary_role = role(prole),
		.score = score,
		.same_node = k->coloc->node_attribute == NULL ||
			     strcmp(k->coloc->node_attribute, "#uname") == 0,
		.now = k->now,
	};
	return 0;
}

static int within_set(struct maker *k, const struct cib_coloc_set *s)
{
	int score = cib_score(s->score ? s->score : k->coloc->score);

	for (size_t i = 1; s->sequential && i < s->n; i++) {
		const char *dependent = s->with_next ? s->refs[i - 1] : s->refs[i];
		const char *primary = s->with_next ? s->refs[i] : s->refs[i - 1];

		if (add(k, dependent, primary, s->role, s->role, score) < 0)
			return -1;
	}
	return 0;
}

static int between_sets(struct maker *k, const struct cib_coloc_set *a,
			const struct cib_coloc_set *b)
{
	size_t a_end = a->sequential && a->n > 1 ? 1 : a->n;
	size_t b_start = b->sequential && b->n > 1 ? b->n - 1 : 0;

	for (size_t i = 0; i < a_end; i++)
		for (size_t j = b_start; j < b->n; j++)
			if (add(k, a->refs[i], b->refs[j], a->role, b->role,
				cib_score(k->coloc->score)) < 0)
				return -1;
	return 0;
}

static int append_ref(struct maker *k, struct cib_coloc_set *s, const char *ref)
{
	const char **at = array_grow(&s->refs, &s->n, &s->cap);

	if (at == NULL)
		return diag_oom(k->diag);
	*at = ref;
	return 0;
}

/* The same set with each known tag's members in its place; its refs are the caller's to free. */
static int expand(struct maker *k, const struct cib_coloc_set *s, struct cib_coloc_set *ret_set)
{
	struct cib_coloc_set e = *s;
	int rc = 0;

	e.refs = NULL;
	e.n = e.cap = 0;
	for (size_t i = 0; i < s->n && rc == 0; i++) {
		const struct cib_tag *t = cib_model_find_tag(k->model, s->refs[i]);

		if (t == NULL)
			rc = append_ref(k, &e, s->refs[i]);
		for (size_t j = 0; t != NULL && j < t->n && rc == 0; j++)
			rc = append_ref(k, &e, t->refs[j]);
	}
	if (rc < 0)
		free(e.refs);
	else
		*ret_set = e;
	return rc;
}

static int make_sets(struct maker *k)
{
	struct cib_coloc_set before = {0}, here = {0};
	int rc = 0;

	for (size_t i = 0; i < k->coloc->n_sets && rc == 0; i++) {
		rc = expand(k, &k->coloc->sets[i], &here);
		if (rc < 0)
			break;
		rc = within_set(k, &here);
		if (rc == 0 && i > 0)
			rc = between_sets(k, &before, &here);
		free(before.refs);
		before = here;
	}
	free(before.refs);
	return rc;
}

static int make_one(struct maker *k)
{
	const struct cib_coloc *c = k->coloc;

	if (c->n_sets == 0)
		return add(k, c->rsc, c->with, c->rsc_role, c->with_role, cib_score(c->score));
	return make_sets(k);
}

int cib_links_make(const struct cib_model *m, struct cib_links *ret_links, struct diag *ret_diag)
{
	struct cib_links links = {0};
	struct cib_facts facts = {.now = m->now};
	struct maker k = {.model = m, .links = &links, .diag = ret_diag};

	for (size_t i = 0; i < m->n_colocs; i++) {
		k.coloc = &m->colocs[i];
		k.now = cib_rules_hold(k.coloc->lifetime, k.coloc->n_lifetime, &facts);
		if (make_one(&k) < 0) {
			cib_links_release(&links);
			return -1;
		}
	}
	*ret_links = links;
	return 0;
}

bool cib_list_has_name(const struct cib_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], name) == 0)
			return true;
	return false;
}

static int append(struct cib_list *l, const void *item, struct diag *ret_diag)
{
	const void **at;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i] == item)
			return 0;
	at = array_grow(&l->items, &l->n, &l->cap);
	if (at == NULL)
		return diag_oom(ret_diag);
	*at = item;
	return 0;
}

static bool tag_has(const struct cib_tag *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->refs[i], name) == 0)
			return true;
	return false;
}

int cib_names(struct cib_model *m, const struct cib_resource *r, struct cib_list *ret_names,
	      struct diag *ret_diag)
{
	struct cib_list l = {0};
	int rc = 0;

	for (; r != NULL && rc == 0; r = r->parent) {
		rc = append(&l, r->id, ret_diag);
		if (rc == 0 && r->tmpl != NULL)
			rc = append(&l, r->tmpl, ret_diag);
	}
	for (size_t i = 0, n = l.n; i < n && rc == 0; i++)
		for (size_t t = 0; t < m->n_tags && rc == 0; t++)
			if (tag_has(&m->tags[t], l.items[i]))
				rc = append(&l, m->tags[t].id, ret_diag);
	for (size_t i = 0; i < l.n; i++)
		(void)cib_wants_asked(m->wants, CIB_WANT_LINKS, "", l.items[i]);
	if (rc < 0) {
		cib_list_release(&l);
		return -1;
	}
	*ret_names = l;
	return 0;
}

static int append_users(struct cib_model *m, const char *tmpl, struct cib_list *l,
			struct diag *ret_diag)
{
	if (cib_wants_asked(m->wants, CIB_WANT_USERS, "", tmpl) == NULL)
		return 0;
	for (size_t i = 0; i < m->n_resources; i++)
		if (m->resources[i]->tmpl != NULL && strcmp(m->resources[i]->tmpl, tmpl) == 0)
			if (append(l, m->resources[i], ret_diag) < 0)
				return -1;
	return 0;
}

static int append_named(struct cib_model *m, const char *name, struct cib_list *l,
			struct diag *ret_diag)
{
	const struct cib_resource *r;

	if (cib_wants_asked(m->wants, CIB_WANT_NAME, "", name) == NULL)
		return 0;
	r = cib_model_find(m, name);
	if (r != NULL)
		return append(l, r, ret_diag);
	return cib_model_is_template(m, name) ? append_users(m, name, l, ret_diag) : 0;
}

int cib_members(struct cib_model *m, const char *name, struct cib_list *ret_resources,
		struct diag *ret_diag)
{
	struct cib_list l = {0};
	const struct cib_tag *t;
	int rc = append_named(m, name, &l, ret_diag);

	t = cib_model_find_tag(m, name);
	for (size_t i = 0; t != NULL && i < t->n && rc == 0; i++)
		rc = append_named(m, t->refs[i], &l, ret_diag);
	if (rc < 0) {
		cib_list_release(&l);
		return -1;
	}
	*ret_resources = l;
	return 0;
}
