/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_values.c guarantees Pacemaker's order of precedence among sets, its "#default", and that a
 * value which hangs on a rule that cannot be judged is marked so. It does not expand references
 * between sets: the reader did.
 */
#include "pure/cib_values.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/array.h"

void cib_values_release(struct cib_values *v)
{
	free(v->items);
	*v = (struct cib_values){0};
}

static struct cib_value *find(const struct cib_values *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->items[i].name, name) == 0)
			return &v->items[i];
	return NULL;
}

const struct cib_value *cib_values_find(const struct cib_values *v, const char *name)
{
	return find(v, name);
}

int cib_values_copy(struct cib_values *v, const struct cib_value *value, struct diag *ret_diag)
{
	struct cib_value *at = find(v, value->name);

	if (at == NULL)
		at = array_grow(&v->items, &v->n, &v->cap);
	if (at == NULL)
		return diag_oom(ret_diag);
	*at = *value;
	return 0;
}

int cib_values_set(struct cib_values *v, const char *name, const char *value, struct diag *ret_diag)
{
	return cib_values_copy(v, &(struct cib_value){.name = name, .value = value}, ret_diag);
}

static int add_pair(struct cib_values *v, const struct cib_pair *p, bool replace,
		    struct diag *ret_diag)
{
	struct cib_value *old = find(v, p->name);

	if (strcasecmp(p->value, "#default") == 0) {
		if (old != NULL)
			*old = v->items[--v->n];
		return 0;
	}
	if (old != NULL && !replace)
		return 0;
	return cib_values_set(v, p->name, p->value, ret_diag);
}

/* Whatever the set would have changed is not known any more. */
static int doubt_pair(struct cib_values *v, const struct cib_pair *p, bool replace,
		      const char *rule, struct diag *ret_diag)
{
	struct cib_value *old = find(v, p->name);
	bool removes = strcasecmp(p->value, "#default") == 0;

	if (old == NULL && removes)
		return 0;
	if (old != NULL && !removes && !replace)
		return 0;
	return cib_values_copy(v, &(struct cib_value){.name = p->name, .unsure_rule = rule},
			       ret_diag);
}

static int add_set(struct cib_values *v, const struct cib_set *set, const struct cib_facts *facts,
		   bool replace, struct diag *ret_diag)
{
	enum cib_truth holds = cib_rules_hold(set->rules, set->n_rules, facts);

	if (holds == CIB_NO)
		return 0;
	for (size_t i = 0; i < set->n_pairs; i++) {
		const struct cib_pair *p = &set->pairs[i];
		int rc;

		if (holds == CIB_YES)
			rc = add_pair(v, p, replace, ret_diag);
		else
			rc = doubt_pair(v, p, replace, set->rules[0]->id, ret_diag);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static bool is_first(const struct cib_set *set, const char *first)
{
	return first != NULL && set->id != NULL && strcasecmp(set->id, first) == 0;
}

/* Does `set`, which stands behind `other` in the document, count before it? */
static bool counts_before(const struct cib_set *set, const struct cib_set *other, const char *first,
			  bool replace)
{
	if (is_first(set, first) != is_first(other, first))
		return is_first(set, first);
	if (set->score != other->score)
		return replace ? set->score < other->score : set->score > other->score;
	return !replace;
}

int cib_values_add(struct cib_values *v, const struct cib_sets *sets, const struct cib_facts *facts,
		   const char *first, bool replace, struct diag *ret_diag)
{
	const struct cib_set **sorted;
	int rc = 0;

	if (sets->n == 0)
		return 0;
	sorted = malloc(sets->n * sizeof(const struct cib_set *));
	if (sorted == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < sets->n; i++) {
		size_t at = i;

		while (at > 0 && counts_before(sets->items[i], sorted[at - 1], first, replace)) {
			sorted[at] = sorted[at - 1];
			at--;
		}
		sorted[at] = sets->items[i];
	}
	for (size_t i = 0; i < sets->n && rc == 0; i++)
		rc = add_set(v, sorted[i], facts, replace, ret_diag);
	free(sorted);
	return rc;
}

int cib_score(const char *s)
{
	char *end;
	long n;

	if (s == NULL)
		return 0;
	if (strcmp(s, "INFINITY") == 0 || strcmp(s, "+INFINITY") == 0)
		return CIB_INFINITY;
	if (strcmp(s, "-INFINITY") == 0 || strcmp(s, "red") == 0)
		return -CIB_INFINITY;
	errno = 0;
	n = strtol(s, &end, 10);
	if (end == s)
		return 0;
	if (n > CIB_INFINITY)
		return CIB_INFINITY;
	return n < -CIB_INFINITY ? -CIB_INFINITY : (int)n;
}

bool cib_bool(const char *s, bool otherwise)
{
	static const char *const yes[] = {"true", "yes", "on", "y", "1"};
	static const char *const no[] = {"false", "no", "off", "n", "0"};

	for (size_t i = 0; s != NULL && i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(s, yes[i]) == 0)
			return true;
		if (strcasecmp(s, no[i]) == 0)
			return false;
	}
	return otherwise;
}
