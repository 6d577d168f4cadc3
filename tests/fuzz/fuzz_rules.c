/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_rules: Pacemaker's rules and dates (pure/cib_rules.h, pure/cib_date.h).
 *
 * The input is lines. The first two characters of a line say what it is, the rest are its words,
 * separated by '|'; an empty word is an absent XML attribute:
 *     n:NAME|VALUE                                    an attribute of the node
 *     a:ATTRIBUTE|OPERATION|VALUE|TYPE|SOURCE         an expression, and so are these
 *     d:OPERATION|START|END|FIELD|VALUE               FIELD: a digit for a duration's, a letter for
 *                                                     a date_spec's
 *     r:STANDARD|PROVIDER|AGENT    o:    x:           resource, operation, something new
 *
 * Links: helper/pure/cib_rules.c helper/pure/cib_date.c helper/pure/cib_date_expr.c -lm
 */
#include "fuzz.h"

#include <strings.h>

#include "pure/cib_rules.h"

#define WORDS	  5
#define EXPRS_MAX 6
#define NODE_MAX  6

struct input {
	struct cib_expr exprs[EXPRS_MAX];
	size_t n;
	struct cib_pair node[NODE_MAX];
	struct cib_facts facts;
};

static void read_date(char *const words[WORDS], struct cib_expr *e)
{
	const char *field = words[3];

	e->kind = CIB_EXPR_DATE;
	e->date.operation = words[0];
	e->date.start = words[1];
	e->date.end = words[2];
	if (field != NULL && *field >= '0' && *field < '0' + CIB_DUR_FIELDS) {
		e->date.has_duration = true;
		e->date.duration[*field - '0'] = words[4];
	} else if (field != NULL && *field >= 'a' && *field < 'a' + CIB_SPEC_FIELDS) {
		e->date.has_spec = true;
		e->date.spec[*field - 'a'] = words[4];
	}
}

static void read_line(struct input *in, char *line)
{
	char *words[WORDS] = {NULL}, *at = line + 2, *next;
	struct cib_expr *e = &in->exprs[in->n];

	if (line[0] == '\0' || line[1] != ':')
		return;
	for (size_t i = 0; i < WORDS && at != NULL; i++, at = next) {
		next = strchr(at, '|');
		if (next != NULL)
			*next++ = '\0';
		words[i] = *at != '\0' ? at : NULL;
	}
	if (line[0] == 'n' && words[0] != NULL && in->facts.n_node < NODE_MAX) {
		in->node[in->facts.n_node++] =
			(struct cib_pair){words[0], words[1] != NULL ? words[1] : ""};
		return;
	}
	if (in->n == EXPRS_MAX || strchr("adrox", line[0]) == NULL)
		return;
	in->n++;
	*e = (struct cib_expr){.kind = line[0] == 'a'	? CIB_EXPR_ATTRIBUTE
				       : line[0] == 'r' ? CIB_EXPR_RESOURCE
				       : line[0] == 'o' ? CIB_EXPR_OPERATION
							: CIB_EXPR_OTHER,
			       .attribute = words[0],
			       .operation = words[1],
			       .value = words[2],
			       .type = words[3],
			       .value_source = words[4],
			       .standard = words[0],
			       .provider = words[1],
			       .agent = words[2]};
	if (line[0] == 'd')
		read_date(words, e);
}

static enum cib_truth all_of(struct cib_expr *exprs, size_t n, bool any, const struct cib_facts *f)
{
	const struct cib_rule rule = {.id = "r", .any = any, .exprs = exprs, .n = n};
	enum cib_truth t = cib_rule_holds(&rule, f);
	const struct cib_rule *list[] = {&rule, &rule};

	PROMISE(t == CIB_NO || t == CIB_YES || t == CIB_UNSURE);
	PROMISE(cib_rules_hold(list, 1, f) == t && cib_rules_hold(list, 2, f) == t);
	return t;
}

static enum cib_truth one(struct cib_expr e, const struct cib_facts *f)
{
	struct cib_expr twice[] = {e, e};
	enum cib_truth t = all_of(&e, 1, false, f);

	PROMISE(all_of(&e, 1, true, f) == t);
	PROMISE(all_of(twice, 2, false, f) == t && all_of(twice, 2, true, f) == t);
	return t;
}

static enum cib_truth with(struct cib_expr e, const char *operation, const struct cib_facts *f)
{
	e.operation = operation;
	return one(e, f);
}

static enum cib_truth opposite(enum cib_truth t)
{
	return t == CIB_UNSURE ? CIB_UNSURE : t == CIB_YES ? CIB_NO : CIB_YES;
}

/* How the operations belong together. */
static void check_attribute(const struct cib_expr *e, const struct cib_facts *f)
{
	struct cib_facts nobody = *f;
	struct cib_expr string = *e;

	nobody.has_node = false;
	PROMISE(one(*e, &nobody) == CIB_NO);
	if (e->attribute == NULL || strcasecmp(e->attribute, "#role") == 0)
		return;
	PROMISE(with(*e, "defined", f) == opposite(with(*e, "not_defined", f)));
	PROMISE(with(*e, "eq", f) == opposite(with(*e, "ne", f)));
	string.type = "string";
	if (with(*e, "defined", f) != CIB_YES || e->value == NULL)
		return;
	PROMISE(with(string, "lt", f) == opposite(with(string, "gte", f)));
	PROMISE(with(string, "gt", f) == opposite(with(string, "lte", f)));
	PROMISE(with(string, "lt", f) != CIB_YES || with(string, "lte", f) == CIB_YES);
}

static void check_date(const struct cib_expr *e, const struct cib_facts *f)
{
	const char *const texts[] = {e->date.start, e->date.end};
	int64_t utc, same;
	int offset;

	for (size_t i = 0; i < 2; i++) {
		struct cib_day day;
		bool good = texts[i] != NULL && cib_date_parse(texts[i], &f->now, &utc);

		PROMISE(!good ||
			(cib_date_parse_local(texts[i], &f->now, &same, &offset) && same == utc));
		if (!good)
			continue;
		cib_day_from_days(cib_floor_div(utc, CIB_DAY_SECONDS), &day);
		PROMISE(day.month >= 1 && day.month <= 12 && day.day >= 1 && day.day <= 31);
		PROMISE(day.weekday >= 1 && day.weekday <= 7 && day.week >= 1 && day.week <= 53);
		PROMISE(day.yearday >= 1 && day.yearday <= 365 + cib_is_leap(day.year));
		PROMISE(cib_days_from_civil(day.year, day.month, day.day) ==
			cib_floor_div(utc, CIB_DAY_SECONDS));
	}
}

static void check_version(const char *a, const char *b)
{
	int there = 0, back = 0;
	bool are = cib_version_compare(a, b, &there);

	PROMISE(cib_version_compare(b, a, &back) == are);
	PROMISE(!are || (there < 0) == (back > 0));
	PROMISE(!are || (there > 0) == (back < 0));
}

static void check(struct input *in)
{
	const struct cib_rule inner = {.id = "i", .exprs = in->exprs, .n = in->n};
	struct cib_expr outer = {.kind = CIB_EXPR_RULE, .rule = &inner};
	enum cib_truth all = all_of(in->exprs, in->n, false, &in->facts);
	enum cib_truth any = all_of(in->exprs, in->n, true, &in->facts);
	size_t n[3] = {0};

	PROMISE(one(outer, &in->facts) == all);
	for (size_t i = 0; i < in->n; i++) {
		const struct cib_expr *e = &in->exprs[i];

		n[one(*e, &in->facts)]++;
		if (e->kind == CIB_EXPR_ATTRIBUTE)
			check_attribute(e, &in->facts);
		if (e->kind == CIB_EXPR_DATE)
			check_date(e, &in->facts);
		if (e->kind == CIB_EXPR_ATTRIBUTE && e->attribute != NULL && e->value != NULL)
			check_version(e->attribute, e->value);
	}
	PROMISE(all == (n[CIB_NO] > 0			  ? CIB_NO
			: n[CIB_UNSURE] > 0 || in->n == 0 ? CIB_UNSURE
							  : CIB_YES));
	PROMISE(any == (n[CIB_YES] > 0			  ? CIB_YES
			: n[CIB_UNSURE] > 0 || in->n == 0 ? CIB_UNSURE
							  : CIB_NO));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct input in = {.facts = {.has_node = true,
				     .has_agent = true,
				     .standard = "ocf",
				     .provider = "heartbeat",
				     .agent = "IPaddr2",
				     .now = {.utc = 1700000000, .offset = 3600}}};
	char *text = malloc(len + 1), *line, *save = NULL;

	PROMISE(text != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	in.facts.node = in.node;
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		read_line(&in, line);
	check(&in);
	free(text);
	return 0;
}
