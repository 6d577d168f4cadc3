/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cib_rules: Pacemaker's rules, on plain structs.
 *
 * A reader of the CIB fills the structs (strings may be NULL where the attribute is absent);
 * cib_rules_hold() says whether the rules of one set hold. The third answer, CIB_UNSURE, is for
 * what this code does not know or what Pacemaker's versions see differently: the caller then asks
 * Pacemaker itself and never guesses.
 *
 * Source: Pacemaker Explained 2.1, "Rules"; behaviour of 2.1.5 where that is silent.
 */
#ifndef MTA_STACK_CIB_RULES_H
#define MTA_STACK_CIB_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "pure/cib_date.h"

enum cib_truth {
	CIB_NO,
	CIB_YES,
	CIB_UNSURE,
};

enum cib_expr_kind {
	CIB_EXPR_ATTRIBUTE, /* <expression> */
	CIB_EXPR_DATE,	    /* <date_expression> */
	CIB_EXPR_RESOURCE,  /* <rsc_expression> */
	CIB_EXPR_OPERATION, /* <op_expression>: never holds for a resource's parameters */
	CIB_EXPR_RULE,	    /* a rule in the rule */
	CIB_EXPR_OTHER,	    /* an element that is new to us */
};

struct cib_expr {
	enum cib_expr_kind kind;
	const char *attribute, *operation, *value, *type, *value_source; /* ATTRIBUTE */
	struct cib_date_expr date;					 /* DATE */
	const char *standard, *provider, *agent;			 /* RESOURCE */
	const struct cib_rule *rule;					 /* RULE */
};

struct cib_rule {
	const char *id;
	bool any; /* boolean-op="or" */
	struct cib_expr *exprs;
	size_t n, cap;
};

/* A node attribute. Without a value: a rule that cannot be judged decides about it. */
struct cib_pair {
	const char *name, *value;
};

/* What rules are held against. */
struct cib_facts {
	bool has_node; /* false: expressions on node attributes never hold */
	const struct cib_pair *node;
	size_t n_node;
	bool has_agent; /* false: resource expressions never hold */
	const char *standard, *provider, *agent;
	struct cib_now now;
};

enum cib_truth cib_rule_holds(const struct cib_rule *rule, const struct cib_facts *facts);

/* YES if there is no rule, or if any of them holds. */
enum cib_truth cib_rules_hold(const struct cib_rule *const *rules, size_t n,
			      const struct cib_facts *facts);

/* Negative, 0 or positive, as Pacemaker compares version numbers. False if they are no versions. */
bool cib_version_compare(const char *a, const char *b, int *ret_order);

#endif
