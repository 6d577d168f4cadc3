/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cib_rules, cib_values: rules against facts, and which of several sets gives a value. */
#include "unit.h"

#include <string.h>

#include "pure/cib_values.h"

static const struct cib_pair node[] = {
	{"#uname", "node1"}, {"site", "paris"}, {"weight", "9"}, {"version", "1.9"}, {"empty", ""},
};
static const struct cib_facts facts = {
	.has_node = true,
	.node = node,
	.n_node = sizeof(node) / sizeof(node[0]),
	.has_agent = true,
	.standard = "ocf",
	.provider = "heartbeat",
	.agent = "IPaddr2",
};

static enum cib_truth holds(struct cib_expr e)
{
	struct cib_rule rule = {.id = "r", .exprs = &e, .n = 1};

	return cib_rule_holds(&rule, &facts);
}

static enum cib_truth attribute(const char *name, const char *operation, const char *value,
				const char *type)
{
	return holds((struct cib_expr){.kind = CIB_EXPR_ATTRIBUTE,
				       .attribute = name,
				       .operation = operation,
				       .value = value,
				       .type = type});
}

static void operations(void **state)
{
	(void)state;
	assert_int_equal(attribute("site", "defined", NULL, NULL), CIB_YES);
	assert_int_equal(attribute("nosite", "defined", NULL, NULL), CIB_NO);
	assert_int_equal(attribute("nosite", "not_defined", NULL, NULL), CIB_YES);
	assert_int_equal(attribute("empty", "not_defined", NULL, NULL), CIB_NO);
	assert_int_equal(attribute("site", "eq", "PARIS", NULL), CIB_YES);
	assert_int_equal(attribute("site", "ne", "rome", NULL), CIB_YES);
	assert_int_equal(attribute("nosite", "ne", "rome", NULL), CIB_YES);
	assert_int_equal(attribute("nosite", "eq", "rome", NULL), CIB_NO);
	assert_int_equal(attribute("nosite", "lt", "rome", NULL), CIB_NO);
	assert_int_equal(attribute("weight", "lt", "10", NULL), CIB_YES);
	assert_int_equal(attribute("weight", "lte", "9", NULL), CIB_YES);
	assert_int_equal(attribute("weight", "gt", "8.5", NULL), CIB_YES);
	assert_int_equal(attribute("weight", "gte", "9.5", NULL), CIB_NO);
	assert_int_equal(attribute("weight", "LT", "10", NULL), CIB_YES);
	assert_int_equal(attribute("weight", "about", "9", NULL), CIB_UNSURE);
	assert_int_equal(attribute("#role", "eq", "Started", NULL), CIB_NO);
	assert_int_equal(attribute(NULL, "eq", "9", NULL), CIB_NO);
}

static void types(void **state)
{
	(void)state;
	assert_int_equal(attribute("weight", "lt", "10", "string"), CIB_NO);
	assert_int_equal(attribute("weight", "lt", "10", "integer"), CIB_YES);
	assert_int_equal(attribute("weight", "lt", "10", "number"), CIB_YES);
	assert_int_equal(attribute("version", "lt", "1.10", "version"), CIB_YES);
	assert_int_equal(attribute("version", "lt", "1.10", "number"), CIB_NO);
	assert_int_equal(attribute("weight", "eq", "9.0", "integer"), CIB_YES);
	assert_int_equal(attribute("site", "gt", "9", "integer"), CIB_YES);
	assert_int_equal(attribute("site", "eq", "paris", "version"), CIB_UNSURE);
	assert_int_equal(attribute("site", "eq", "paris", "colour"), CIB_UNSURE);
	assert_int_equal(attribute("weight", "lt", "99999999999999999999", "integer"), CIB_YES);
}

static void versions(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} known[] = {{"1.0", "1", 0},
		     {"1.2", "1.10", -1},
		     {"2", "1.9.9", 1},
		     {"1.2.3", "1.2", 1},
		     {"3.0.0", "3", 0}};
	int order = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(cib_version_compare(known[i].a, known[i].b, &order));
		assert_int_equal(order, known[i].order);
	}
	/* Pacemaker itself would not come back from these. */
	assert_false(cib_version_compare("a", "a", &order));
	assert_false(cib_version_compare("1.x", "1.x", &order));
}

static void other_expressions(void **state)
{
	struct cib_expr rsc = {.kind = CIB_EXPR_RESOURCE, .provider = "heartbeat"};

	(void)state;
	assert_int_equal(holds(rsc), CIB_YES);
	rsc.agent = "IPaddr2";
	rsc.standard = "ocf";
	assert_int_equal(holds(rsc), CIB_YES);
	rsc.agent = "IPaddr";
	assert_int_equal(holds(rsc), CIB_NO);
	rsc.agent = NULL;
	rsc.provider = NULL;
	assert_int_equal(holds(rsc), CIB_NO);
	assert_int_equal(holds((struct cib_expr){.kind = CIB_EXPR_OPERATION}), CIB_NO);
	assert_int_equal(holds((struct cib_expr){.kind = CIB_EXPR_OTHER}), CIB_UNSURE);
	assert_int_equal(holds((struct cib_expr){.kind = CIB_EXPR_ATTRIBUTE,
						 .attribute = "site",
						 .operation = "eq",
						 .value = "x",
						 .value_source = "param"}),
			 CIB_UNSURE);
}

static const struct cib_expr yes = {
	.kind = CIB_EXPR_ATTRIBUTE, .attribute = "site", .operation = "defined"};
static const struct cib_expr no = {
	.kind = CIB_EXPR_ATTRIBUTE, .attribute = "site", .operation = "not_defined"};
static const struct cib_expr unsure = {.kind = CIB_EXPR_OTHER};

static enum cib_truth both(bool any, struct cib_expr a, struct cib_expr b)
{
	struct cib_expr e[] = {a, b};
	struct cib_rule inner = {.id = "r", .any = any, .exprs = e, .n = 2};
	struct cib_expr nested = {.kind = CIB_EXPR_RULE, .rule = &inner};
	struct cib_rule outer = {.id = "o", .exprs = &nested, .n = 1};

	assert_int_equal(cib_rule_holds(&outer, &facts), cib_rule_holds(&inner, &facts));
	return cib_rule_holds(&inner, &facts);
}

static void logic(void **state)
{
	struct cib_rule empty = {.id = "empty"};

	(void)state;
	assert_int_equal(both(false, yes, yes), CIB_YES);
	assert_int_equal(both(false, yes, no), CIB_NO);
	assert_int_equal(both(false, unsure, no), CIB_NO);
	assert_int_equal(both(false, unsure, yes), CIB_UNSURE);
	assert_int_equal(both(true, no, yes), CIB_YES);
	assert_int_equal(both(true, no, no), CIB_NO);
	assert_int_equal(both(true, unsure, yes), CIB_YES);
	assert_int_equal(both(true, unsure, no), CIB_UNSURE);
	assert_int_equal(cib_rule_holds(&empty, &facts), CIB_UNSURE);
}

static void without_a_node(void **state)
{
	struct cib_facts bare = {0};
	struct cib_expr e = yes;
	struct cib_rule rule = {.id = "r", .exprs = &e, .n = 1};

	(void)state;
	assert_int_equal(cib_rule_holds(&rule, &bare), CIB_NO);
	e = no;
	assert_int_equal(cib_rule_holds(&rule, &bare), CIB_NO);
	e = (struct cib_expr){.kind = CIB_EXPR_RESOURCE};
	assert_int_equal(cib_rule_holds(&rule, &bare), CIB_NO);
}

/* Sets in document order that all give "ip", each its own value. */
struct given {
	const char *id, *value;
	int score;
	const struct cib_expr *rule;
};

static const char *winner(const struct given *given, size_t n, const char *first, bool replace)
{
	static struct cib_value result;
	struct cib_set sets[8] = {0};
	struct cib_pair pairs[8];
	struct cib_rule rules[8];
	struct cib_expr exprs[8];
	const struct cib_rule *lists[8];
	const struct cib_set *items[8];
	struct cib_sets all = {.items = items, .n = n};
	struct cib_values v = {0};
	const struct cib_value *value;

	for (size_t i = 0; i < n; i++) {
		pairs[i] = (struct cib_pair){"ip", given[i].value};
		sets[i] = (struct cib_set){.id = given[i].id,
					   .score = given[i].score,
					   .pairs = &pairs[i],
					   .n_pairs = 1};
		if (given[i].rule != NULL) {
			exprs[i] = *given[i].rule;
			rules[i] = (struct cib_rule){.id = given[i].id, .exprs = &exprs[i], .n = 1};
			lists[i] = &rules[i];
			sets[i].rules = &lists[i];
			sets[i].n_rules = 1;
		}
		items[i] = &sets[i];
	}
	assert_int_equal(cib_values_add(&v, &all, &facts, first, replace, NULL), 0);
	value = cib_values_find(&v, "ip");
	result = value ? *value : (struct cib_value){0};
	cib_values_release(&v);
	if (value == NULL)
		return "none";
	return result.value ? result.value : "unsure";
}

#define WINNER(first, replace, ...)                                                                \
	winner((const struct given[]){__VA_ARGS__},                                                \
	       sizeof((const struct given[]){__VA_ARGS__}) / sizeof(struct given), first, replace)

static void precedence(void **state)
{
	(void)state;
	assert_string_equal(WINNER(NULL, false, {"a", "1", 0, NULL}, {"b", "2", 0, NULL}), "2");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 5, NULL}, {"b", "2", 0, NULL}), "1");
	assert_string_equal(
		WINNER(NULL, false, {"a", "1", 0, NULL}, {"b", "2", -1, NULL}, {"c", "3", 0, NULL}),
		"3");
	assert_string_equal(WINNER("A", false, {"a", "1", 0, NULL}, {"b", "2", 9, NULL}), "1");
	assert_string_equal(WINNER(NULL, true, {"a", "1", 0, NULL}, {"b", "2", 0, NULL}), "2");
	assert_string_equal(WINNER(NULL, true, {"a", "1", 5, NULL}, {"b", "2", 0, NULL}), "1");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 0, &no}), "none");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 0, &yes}), "1");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 9, NULL}, {"b", "#Default", 5, NULL}),
			    "none");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 9, NULL}, {"b", "#default", 5, NULL},
				   {"c", "3", 0, NULL}),
			    "3");
}

static void doubt(void **state)
{
	(void)state;
	assert_string_equal(WINNER(NULL, false, {"a", "1", 0, &unsure}), "unsure");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 0, &unsure}, {"b", "2", 0, NULL}), "2");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 9, &unsure}, {"b", "2", 0, NULL}),
			    "unsure");
	assert_string_equal(WINNER(NULL, false, {"a", "1", 9, NULL}, {"b", "#default", 0, &unsure}),
			    "unsure");
	assert_string_equal(WINNER(NULL, false, {"b", "#default", 0, &unsure}), "none");
	assert_string_equal(WINNER(NULL, true, {"a", "1", 0, NULL}, {"b", "2", 0, &unsure}),
			    "unsure");
}

static void scores(void **state)
{
	(void)state;
	assert_int_equal(cib_score(NULL), 0);
	assert_int_equal(cib_score("INFINITY"), CIB_INFINITY);
	assert_int_equal(cib_score("+INFINITY"), CIB_INFINITY);
	assert_int_equal(cib_score("-INFINITY"), -CIB_INFINITY);
	assert_int_equal(cib_score("1000000"), CIB_INFINITY);
	assert_int_equal(cib_score("99999999999999999999"), CIB_INFINITY);
	assert_int_equal(cib_score("-2000000"), -CIB_INFINITY);
	assert_int_equal(cib_score("999999"), 999999);
	assert_int_equal(cib_score("much"), 0);
	assert_true(cib_bool("Yes", false));
	assert_false(cib_bool("OFF", true));
	assert_true(cib_bool("perhaps", true));
	assert_false(cib_bool(NULL, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations), cmocka_unit_test(types),
		cmocka_unit_test(versions),   cmocka_unit_test(other_expressions),
		cmocka_unit_test(logic),      cmocka_unit_test(without_a_node),
		cmocka_unit_test(precedence), cmocka_unit_test(doubt),
		cmocka_unit_test(scores),
	};

	return cmocka_run_group_tests_name("cib_rules", tests, NULL, NULL);
}
