/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_rules.c guarantees Pacemaker's own answer for every operation and type of its 2.1 schemas,
 * or CIB_UNSURE. It reads no clock and no CIB, and knows no regular expression submatches: those
 * exist in location constraints only.
 */
#include "pure/cib_rules.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is(const char *s, const char *word)
{
	return s != NULL && strcasecmp(s, word) == 0;
}

static enum cib_truth truth(bool yes)
{
	return yes ? CIB_YES : CIB_NO;
}

static int order(long long a, long long b)
{
	return (a > b) - (a < b);
}

/* One number of a version; false if there is none. */
static bool version_part(const char **rest, long *ret_part)
{
	const char *s = *rest;
	char *end;

	if (s == NULL) {
		*ret_part = 0;
		return true;
	}
	errno = 0;
	*ret_part = strtol(s, &end, 10);
	if (end == s || errno != 0)
		return false;
	if (*end == '.')
		end++;
	*rest = *end == '\0' ? NULL : end;
	return true;
}

bool cib_version_compare(const char *a, const char *b, int *ret_order)
{
	while (a != NULL || b != NULL) {
		long x, y;

		if (!version_part(&a, &x) || !version_part(&b, &y))
			return false;
		if (x != y) {
			*ret_order = x < y ? -1 : 1;
			return true;
		}
	}
	*ret_order = 0;
	return true;
}

static bool compare_integers(const char *a, const char *b, int *ret_order)
{
	char *end_a, *end_b;
	long long x, y;

	errno = 0;
	x = strtoll(a, &end_a, 10);
	y = strtoll(b, &end_b, 10);
	if (errno != 0 || end_a == a || end_b == b)
		return false;
	*ret_order = order(x, y);
	return true;
}

static bool compare_numbers(const char *a, const char *b, int *ret_order)
{
	char *end_a, *end_b;
	double x, y;

	errno = 0;
	x = strtod(a, &end_a);
	y = strtod(b, &end_b);
	if (errno != 0 || end_a == a || end_b == b || isnan(x) || isnan(y))
		return false;
	*ret_order = (x > y) - (x < y);
	return true;
}

/* Without a type, an order is one of numbers, and equality one of strings. */
static const char *type_of(const struct cib_expr *e, const char *have)
{
	if (e->type != NULL)
		return e->type;
	if (!is(e->operation, "lt") && !is(e->operation, "lte") && !is(e->operation, "gt") &&
	    !is(e->operation, "gte"))
		return "string";
	return strchr(have, '.') != NULL || strchr(e->value, '.') != NULL ? "number" : "integer";
}

/* False: Pacemaker's answer is not known. Numbers that are none are compared as strings. */
static bool compare(const struct cib_expr *e, const char *have, int *ret_order)
{
	const char *type;

	if (have == NULL || e->value == NULL) {
		*ret_order = (have != NULL) - (e->value != NULL);
		return true;
	}
	type = type_of(e, have);
	if (is(type, "version"))
		return cib_version_compare(have, e->value, ret_order);
	if (is(type, "integer") && compare_integers(have, e->value, ret_order))
		return true;
	if (is(type, "number") && compare_numbers(have, e->value, ret_order))
		return true;
	if (!is(type, "string") && !is(type, "integer") && !is(type, "number"))
		return false;
	*ret_order = strcasecmp(have, e->value);
	return true;
}

static enum cib_truth value_holds(const struct cib_expr *e, const char *have)
{
	int cmp = 0;

	if (is(e->operation, "defined"))
		return truth(have != NULL);
	if (is(e->operation, "not_defined"))
		return truth(have == NULL);
	if (e->value_source != NULL && !is(e->value_source, "literal"))
		return CIB_UNSURE;
	if (!compare(e, have, &cmp))
		return CIB_UNSURE;
	if (is(e->operation, "eq"))
		return truth(cmp == 0);
	if (is(e->operation, "ne"))
		return truth(cmp != 0);
	if (have == NULL || e->value == NULL)
		return CIB_NO;
	if (is(e->operation, "lt"))
		return truth(cmp < 0);
	if (is(e->operation, "lte"))
		return truth(cmp <= 0);
	if (is(e->operation, "gt"))
		return truth(cmp > 0);
	if (is(e->operation, "gte"))
		return truth(cmp >= 0);
	return CIB_UNSURE;
}

static enum cib_truth attribute_holds(const struct cib_expr *e, const struct cib_facts *facts)
{
	const struct cib_pair *have = NULL;

	if (!facts->has_node || e->attribute == NULL || is(e->attribute, "#role"))
		return CIB_NO;
	for (size_t i = 0; i < facts->n_node; i++)
		if (strcmp(facts->node[i].name, e->attribute) == 0)
			have = &facts->node[i];
	if (have != NULL && have->value == NULL)
		return CIB_UNSURE;
	return value_holds(e, have ? have->value : NULL);
}

static bool same(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

static enum cib_truth resource_holds(const struct cib_expr *e, const struct cib_facts *facts)
{
	if (!facts->has_agent)
		return CIB_NO;
	if (e->standard != NULL && !same(e->standard, facts->standard))
		return CIB_NO;
	if (!same(e->provider, facts->provider))
		return CIB_NO;
	return truth(e->agent == NULL || same(e->agent, facts->agent));
}

static enum cib_truth date_holds(const struct cib_expr *e, const struct cib_facts *facts)
{
	bool holds;

	return cib_date_holds(&e->date, &facts->now, &holds) ? truth(holds) : CIB_UNSURE;
}

static enum cib_truth expr_holds(const struct cib_expr *e, const struct cib_facts *facts)
{
	switch (e->kind) {
	case CIB_EXPR_ATTRIBUTE:
		return attribute_holds(e, facts);
	case CIB_EXPR_DATE:
		return date_holds(e, facts);
	case CIB_EXPR_RESOURCE:
		return resource_holds(e, facts);
	case CIB_EXPR_OPERATION:
		return CIB_NO;
	case CIB_EXPR_RULE:
		return cib_rule_holds(e->rule, facts);
	case CIB_EXPR_OTHER:
		break;
	}
	return CIB_UNSURE;
}

enum cib_truth cib_rule_holds(const struct cib_rule *rule, const struct cib_facts *facts)
{
	enum cib_truth settles = rule->any ? CIB_YES : CIB_NO;
	bool unsure = rule->n == 0;

	for (size_t i = 0; i < rule->n; i++) {
		enum cib_truth t = expr_holds(&rule->exprs[i], facts);

		if (t == settles)
			return t;
		if (t == CIB_UNSURE)
			unsure = true;
	}
	if (unsure)
		return CIB_UNSURE;
	return rule->any ? CIB_NO : CIB_YES;
}

enum cib_truth cib_rules_hold(const struct cib_rule *const *rules, size_t n,
			      const struct cib_facts *facts)
{
	enum cib_truth all = n == 0 ? CIB_YES : CIB_NO;

	for (size_t i = 0; i < n && all != CIB_YES; i++) {
		enum cib_truth t = cib_rule_holds(rules[i], facts);

		if (t != CIB_NO)
			all = t;
	}
	return all;
}
