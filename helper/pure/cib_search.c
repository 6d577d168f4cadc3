/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_search.c guarantees that each resource it considers must be on the node of ours, by the
 * constraints that it names in `why`. It walks breadth first, each resource once per role.
 */
#include "pure/cib_choose.h"

#include <string.h>

#include "data/array.h"
#include "pure/cib_links.h"

struct step {
	const struct cib_resource *r;
	const char *role; /* in which the last constraint meets it; NULL: any */
	const char *path; /* "constraint c1, in group g", "" at the start */
	unsigned hops;	  /* constraints so far */
	bool done;
};

struct search {
	struct cib_model *m;
	const struct cib_resource *own;
	struct cib_links links;
	struct step *steps;
	size_t n, cap;
	struct diag *diag;
};

static int push(struct search *s, const struct cib_resource *r, const char *role, const char *path,
		unsigned hops)
{
	struct step *step;

	for (size_t i = 0; i < s->n; i++) {
		const char *seen = s->steps[i].role;

		if (s->steps[i].r == r &&
		    (seen == role || (seen && role && strcmp(seen, role) == 0)))
			return 0;
	}
	step = array_grow(&s->steps, &s->n, &s->cap);
	if (step == NULL)
		return diag_oom(s->diag);
	*step = (struct step){.r = r, .role = role, .path = path, .hops = hops};
	return 0;
}

static const char *extend(struct search *s, const char *path, const char *what, const char *id)
{
	return pool_printf(&s->m->pool, "%s%s%s %s", path, path[0] ? ", " : "", what, id);
}

/* Members of a group depend on those before them, unless the group says they do not. */
static int push_before(struct search *s, struct step at)
{
	const struct cib_resource *group = at.r->parent;
	const char *path;
	bool binds;

	if (group == NULL || group->kind != CIB_GROUP)
		return 0;
	if (cib_group_binds(s->m, group, &binds, s->diag) < 0)
		return -1;
	if (!binds)
		return 0;
	path = extend(s, at.path, "in group", group->id);
	for (size_t i = s->m->n_resources; i-- > 0;) {
		const struct cib_resource *r = s->m->resources[i];

		if (r->parent == group && r->order < at.r->order &&
		    push(s, r, NULL, path, at.hops) < 0)
			return -1;
	}
	return 0;
}

static int push_children(struct search *s, struct step at)
{
	const char *path;

	if (at.r->kind == CIB_PRIMITIVE || at.r->kind == CIB_BUNDLE)
		return 0;
	path = extend(s, at.path, at.r->kind == CIB_GROUP ? "in group" : "in clone", at.r->id);
	for (size_t i = 0; i < s->m->n_resources; i++)
		if (s->m->resources[i]->parent == at.r &&
		    push(s, s->m->resources[i], at.role, path, at.hops) < 0)
			return -1;
	return 0;
}

static int push_primaries(struct search *s, struct step at, const struct cib_link *l)
{
	const char *path = extend(s, at.path, "constraint", l->constraint);
	struct cib_list members;
	int rc = 0;

	if (cib_members(s->m, l->primary, &members, s->diag) < 0)
		return -1;
	for (size_t i = 0; i < members.n && rc == 0; i++)
		if (members.items[i] != s->own)
			rc = push(s, members.items[i], l->primary_role, path, at.hops + 1);
	cib_list_release(&members);
	return rc;
}

static int push_linked(struct search *s, struct step at)
{
	struct cib_list names;
	int rc = 0;

	if (cib_names(s->m, at.r, &names, s->diag) < 0)
		return -1;
	for (size_t i = 0; i < s->links.n && rc == 0; i++) {
		const struct cib_link *l = &s->links.items[i];

		if (!cib_link_binds(l) || !cib_list_has_name(&names, l->dependent))
			continue;
		if (l->dependent_role != NULL &&
		    (at.role == NULL || strcmp(at.role, l->dependent_role) != 0))
			continue;
		rc = push_primaries(s, at, l);
	}
	cib_list_release(&names);
	return rc;
}

/* What comes near but does not count: weak constraints, and those the other way round. */
static int hint_at_links(struct search *s, struct cib_hints *hints)
{
	struct pool *pool = &s->m->pool;
	struct cib_list names;
	int rc = 0;

	if (cib_names(s->m, s->own, &names, s->diag) < 0)
		return -1;
	for (size_t i = 0; i < s->links.n && rc == 0; i++) {
		const struct cib_link *l = &s->links.items[i];
		const char *text = NULL;

		if (cib_list_has_name(&names, l->dependent) && l->score < CIB_INFINITY)
			text = pool_printf(pool, "constraint %s with %s has not score INFINITY",
					   l->constraint, l->primary);
		else if (cib_list_has_name(&names, l->dependent) && !l->same_node)
			text = pool_printf(pool, "constraint %s with %s is about a node attribute",
					   l->constraint, l->primary);
		else if (cib_list_has_name(&names, l->dependent) && l->now != CIB_YES)
			text = pool_printf(pool, "constraint %s with %s is not in force now",
					   l->constraint, l->primary);
		else if (cib_list_has_name(&names, l->primary))
			text = pool_printf(pool,
					   "constraint %s puts %s where %s is, not the reverse",
					   l->constraint, l->dependent, s->own->id);
		if (text != NULL)
			rc = cib_hint(hints, text, s->diag);
	}
	cib_list_release(&names);
	return rc;
}

static int visit(struct search *s, struct step at, struct cib_choice *c, struct cib_hints *hints)
{
	if (at.r != s->own) {
		const char *why =
			pool_printf(&s->m->pool, "colocated with %s: %s", s->own->id, at.path);

		if (cib_consider(s->m, at.r, why, c, hints, s->diag) < 0)
			return -1;
	}
	if (push_children(s, at) < 0 || push_before(s, at) < 0)
		return -1;
	return push_linked(s, at);
}

/* The first step not taken yet, among those that the fewest constraints lead to. */
static struct step *next_step(struct search *s)
{
	struct step *next = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (!s->steps[i].done && (next == NULL || s->steps[i].hops < next->hops))
			next = &s->steps[i];
	if (next != NULL)
		next->done = true;
	return next;
}

static void settle(struct cib_choice *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->vips[i].address.addr.family == 4)
			c->settled4 = true;
		else
			c->settled6 = true;
}

int cib_search(struct cib_model *m, const struct cib_resource *own, struct cib_choice *c,
	       struct cib_hints *hints, struct diag *ret_diag)
{
	struct search s = {.m = m, .own = own, .diag = ret_diag};
	struct step *step;
	unsigned hops = 0;
	int rc;

	if (cib_links_make(m, &s.links, ret_diag) < 0)
		return -1;
	rc = push(&s, own, NULL, "", 0);
	while (rc == 0 && (step = next_step(&s)) != NULL) {
		if (step->hops > hops)
			settle(c);
		if (c->settled4 && c->settled6)
			break;
		hops = step->hops;
		rc = visit(&s, *step, c, hints);
	}
	if (rc == 0 && c->n == 0)
		rc = hint_at_links(&s, hints);
	cib_links_release(&s.links);
	free(s.steps);
	return rc;
}
