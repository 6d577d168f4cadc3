/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expand.c guarantees what mac_parse() and mac_expand() in Postfix's util/ make of a value, with
 * recursion, each byte of the result traced to where it was written. A parameter that nobody knows
 * is empty. What Postfix dies of is an error here.
 */
#include "mta/postfix/postfix.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 100

struct expansion {
	struct pf *pf;
	struct builder *out;
	int depth;
};

static const char *expand_text(struct expansion *e, struct traced t);

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static struct traced skip_blanks(struct traced t)
{
	while (t.len > 0 && text_is_blank(t.text[0]))
		t = skip(t, 1);
	return t;
}

static bool find_curly(struct traced *t)
{
	struct traced at = skip_blanks(*t);

	if (at.len == 0 || at.text[0] != '{')
		return false;
	*t = at;
	return true;
}

/* *t starts with '{': the inside as it is, and what follows. */
static const char *take_curly(struct traced *t, struct traced *ret)
{
	size_t len = traced_balance(*t);

	if (len == 0)
		return "unbalanced {} in attribute expression";
	*ret = traced_part(*t, 1, len - 2);
	*t = skip_blanks(skip(*t, len));
	return NULL;
}

static bool all_digits(struct traced t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.text[i] < '0' || t.text[i] > '9')
			return false;
	return t.len > 0;
}

static long compare(struct traced l, struct traced r)
{
	size_t n = l.len < r.len ? l.len : r.len;
	int order;

	if (all_digits(l) && all_digits(r))
		return strtol(l.text, NULL, 10) - strtol(r.text, NULL, 10);
	order = n > 0 ? memcmp(l.text, r.text, n) : 0;
	return order != 0 ? order : (long)l.len - (long)r.len;
}

static const char *operand(struct expansion *e, struct traced t, struct traced *ret)
{
	struct builder b;
	struct expansion inner = {e->pf, &b, e->depth};
	const char *why;

	builder_start(&e->pf->trace, &b, false);
	why = expand_text(&inner, t);
	*ret = builder_end(&e->pf->trace, &b);
	return why;
}

static const char *relation(struct expansion *e, struct traced *t, bool *ret_true)
{
	static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};
	struct traced left, right;
	const char *why = take_curly(t, &left);
	size_t op = 0;
	long order;

	if (why != NULL)
		return why;
	while (op < 6 && !text_starts_nocase(traced_span(*t), operators[op]))
		op++;
	if (op == 6)
		return "comparison operator expected";
	*t = skip(*t, strlen(operators[op]));
	if (!find_curly(t))
		return "\"{expression}\" expected";
	why = take_curly(t, &right);
	if (why == NULL)
		why = operand(e, left, &left);
	if (why == NULL)
		why = operand(e, right, &right);
	if (why != NULL)
		return why;
	order = compare(left, right);
	*ret_true = op == 0   ? order == 0
		    : op == 1 ? order != 0
		    : op == 2 ? order <= 0
		    : op == 3 ? order >= 0
		    : op == 4 ? order < 0
			      : order > 0;
	return NULL;
}

/* name, name?…, name:…; *t is left behind the operator, *ret_op is it or '\0'. */
static const char *take_name(struct traced *t, struct traced *ret_name, char *ret_op)
{
	size_t len = 0;
	struct traced rest;

	*t = skip_blanks(*t);
	for (;; len++) {
		rest = skip_blanks(skip(*t, len));
		if (rest.len == 0 || rest.text[0] == '?' || rest.text[0] == ':')
			break;
		if (!is_name_char(t->text[len]))
			return "attribute name syntax error";
	}
	*ret_name = traced_part(*t, 0, len);
	*ret_op = rest.len > 0 ? rest.text[0] : '\0';
	*t = rest.len > 0 ? skip(rest, 1) : rest;
	return NULL;
}

/* One of the results behind ? and :. */
static const char *take_result(struct traced *t, struct traced *ret)
{
	if (find_curly(t))
		return take_curly(t, ret);
	*ret = *t;
	*t = skip(*t, t->len);
	return NULL;
}

static const char *choose(struct expansion *e, struct traced t, char op, bool is_true)
{
	struct traced result;
	const char *why;

	if (op == '?') {
		why = take_result(&t, &result);
		if (why == NULL && is_true)
			why = expand_text(e, result);
		if (why != NULL || t.len == 0)
			return why;
		if (t.text[0] != ':')
			return "\":\" expected";
		t = skip(t, 1);
	}
	why = take_result(&t, &result);
	if (why == NULL && !is_true)
		why = expand_text(e, result);
	return why != NULL ? why : t.len > 0 ? "unexpected input after {}" : NULL;
}

static struct traced look_up(struct pf *pf, struct traced name)
{
	const struct param *p = pf_param(pf, traced_span(name));

	if (p != NULL)
		return p->value;
	return traced_plain(default_value(pf, traced_span(name)));
}

static const char *expression(struct expansion *e, struct traced t)
{
	struct traced value = {0};
	bool is_true = false, named = false;
	const char *why;
	char op = '\0';

	if (find_curly(&t)) {
		why = relation(e, &t, &is_true);
		if (why == NULL && t.len > 0) {
			op = t.text[0];
			if (op != '?' && op != ':')
				return "\"?\" or \":\" expected";
			t = skip(t, 1);
		}
		if (is_true)
			value = traced_plain((struct span){"true", 4});
	} else {
		struct traced name;

		why = take_name(&t, &name, &op);
		named = true;
		if (why == NULL)
			value = look_up(e->pf, name);
		is_true = value.len > 0;
	}
	if (why != NULL)
		return why;
	if (op != '\0')
		return choose(e, t, op, is_true);
	if (named)
		return expand_text(e, value);
	builder_add(&e->pf->trace, e->out, value);
	return NULL;
}

/* t starts behind a bare '$': the expression, and how long it is with its brackets. */
static const char *take_reference(struct traced t, struct traced *ret, size_t *ret_len)
{
	char open = t.len > 0 ? t.text[0] : '\0', close = open == '(' ? ')' : '}';
	size_t level = 1, len = 0;

	if (open != '(' && open != '{') {
		while (len < t.len && is_name_char(t.text[len]))
			len++;
		*ret = traced_part(t, 0, len);
		*ret_len = len;
		return len > 0 ? NULL : "empty macro name";
	}
	for (len = 1; level > 0; len++) {
		if (len == t.len)
			return "truncated macro reference";
		level += t.text[len] == open;
		level -= t.text[len] == close;
	}
	*ret = traced_part(t, 1, len - 2);
	*ret_len = len;
	return len > 2 ? NULL : "empty macro name";
}

static const char *expand_text(struct expansion *e, struct traced t)
{
	const char *why = NULL;

	if (++e->depth > DEPTH_MAX)
		return "unreasonable macro call nesting";
	while (why == NULL && t.len > 0) {
		size_t len = traced_find(t, '$');
		struct traced inside;

		builder_add(&e->pf->trace, e->out, traced_part(t, 0, len));
		t = skip(t, len);
		if (t.len == 0)
			break;
		if (t.len > 1 && t.text[1] == '$') {
			builder_add(&e->pf->trace, e->out, traced_part(t, 0, 1));
			t = skip(t, 2);
			continue;
		}
		t = skip(t, 1);
		why = take_reference(t, &inside, &len);
		if (why == NULL)
			why = expression(e, inside);
		t = why == NULL ? skip(t, len) : t;
	}
	e->depth--;
	return why;
}

int expand(struct pf *pf, struct traced t, struct traced *ret)
{
	struct builder b;
	struct expansion e = {pf, &b, 0};
	struct traced result;
	const char *why;

	if (traced_find(t, '$') == t.len) {
		*ret = t;
		return 0;
	}
	builder_start(&pf->trace, &b, true);
	why = expand_text(&e, t);
	result = builder_end(&pf->trace, &b);
	if (why != NULL)
		return pf_bad(pf, t, why);
	*ret = traced_trim(result);
	return 0;
}
