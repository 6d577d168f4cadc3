/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_values: what a resource's parameters come to, from its sets of name-value pairs.
 *
 *     struct cib_values v = {0};
 *     cib_values_add(&v, sets of the resource, …);      nearest first: resource, parents,
 *     cib_values_add(&v, sets of its parent, …);        defaults; what is set stays
 *     cib_values_find(&v, "ip");
 *     cib_values_release(&v);
 *
 * Within one call sets count by score, the highest first; with equal scores the last one in the
 * document counts first. Strings stay the sets'.
 */
#ifndef MTA_STACK_CIB_VALUES_H
#define MTA_STACK_CIB_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "data/diag.h"
#include "pure/cib_rules.h"

#define CIB_INFINITY 1000000

struct cib_set {
	const char *id;
	int score;
	const struct cib_rule **rules;
	size_t n_rules, cap_rules;
	struct cib_pair *pairs;
	size_t n_pairs, cap_pairs;
};

/* Sets of one element, in document order. */
struct cib_sets {
	const struct cib_set **items;
	size_t n, cap;
};

struct cib_value {
	const char *name;
	const char *value;	 /* NULL: a rule that cannot be judged decides about it */
	const char *unsure_rule; /* that rule's id, when value is NULL */
};

struct cib_values {
	struct cib_value *items;
	size_t n, cap;
};

/* 0, or -1 for lack of memory. `first` is the id of a set that counts before all others, or
 * NULL. With `replace` the later of two values wins instead. */
int cib_values_add(struct cib_values *v, const struct cib_sets *sets, const struct cib_facts *facts,
		   const char *first, bool replace, struct diag *ret_diag);

/* NULL if it is not set. */
const struct cib_value *cib_values_find(const struct cib_values *v, const char *name);

/* Set one value outright. */
int cib_values_set(struct cib_values *v, const char *name, const char *value,
		   struct diag *ret_diag);

/* The same with a value of another collection, sure or not. */
int cib_values_copy(struct cib_values *v, const struct cib_value *value, struct diag *ret_diag);

void cib_values_release(struct cib_values *v);

/* A score as Pacemaker spells it; 0 for NULL and nonsense; never beyond ±CIB_INFINITY. */
int cib_score(const char *s);

/* true, yes, on, y, 1; false, no, off, n, 0; else `otherwise`. */
bool cib_bool(const char *s, bool otherwise);

#endif
