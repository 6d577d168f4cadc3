/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * macros.c guarantees the replacement of get_config_line() in Exim's readconf.c: macros in the
 * order of their definitions, each wherever its name stands, even inside of a word; what one gave
 * is searched for the later ones, not for itself. Each byte keeps its place in the file where the
 * macro was defined.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_name(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *find_name(struct traced t, size_t from, struct span name)
{
	return from < t.len ? memmem(t.text + from, t.len - from, name.at, name.len) : NULL;
}

static struct traced replace(struct ex *ex, struct traced t, size_t from, const struct macro *m)
{
	struct builder b;
	const char *at;
	size_t done = 0;

	builder_start(&ex->trace, &b, true);
	while ((at = find_name(t, from, m->name)) != NULL) {
		size_t here = (size_t)(at - t.text);

		builder_add(&ex->trace, &b, traced_part(t, done, here - done));
		builder_add(&ex->trace, &b, m->value);
		done = from = here + m->name.len;
	}
	builder_add(&ex->trace, &b, traced_part(t, done, t.len - done));
	return builder_end(&ex->trace, &b);
}

struct traced ex_macros_expand(struct ex *ex, struct traced t, size_t from, bool *ret_found)
{
	bool found = false;

	while (from < t.len && !is_upper(t.text[from]))
		from++;
	if (from < t.len) {
		for (size_t i = 0; i < ex->n_macros; i++) {
			if (find_name(t, from, ex->macros[i].name) == NULL)
				continue;
			t = replace(ex, t, from, &ex->macros[i]);
			found = true;
		}
	}
	*ret_found = found;
	return t;
}

size_t ex_macros_definition(struct traced t)
{
	size_t n = 0;

	if (t.len == 0 || !is_upper(t.text[0]))
		return 0;
	while (n < t.len && is_name(t.text[n]))
		n++;
	while (n < t.len && text_is_blank(t.text[n]))
		n++;
	return n < t.len && t.text[n] == '=' ? n : 0;
}

const struct macro *ex_macros_find(const struct ex *ex, struct span name)
{
	for (size_t i = 0; i < ex->n_macros; i++)
		if (ex->macros[i].name.len == name.len &&
		    memcmp(ex->macros[i].name.at, name.at, name.len) == 0)
			return &ex->macros[i];
	return NULL;
}

static void add(struct ex *ex, struct span name, struct traced value)
{
	struct macro *m = array_grow(&ex->macros, &ex->n_macros, &ex->cap_macros);

	if (m == NULL)
		ex->pool.failed = true;
	else
		*m = (struct macro){name, value};
}

int ex_macros_define(struct ex *ex, struct traced t)
{
	size_t eq = ex_macros_definition(t);
	struct span name = text_trim((struct span){t.text, eq});
	struct traced value = traced_part(t, eq + 1, t.len - eq - 1);
	bool again = value.len > 0 && value.text[0] == '=';
	const struct macro *old = ex_macros_find(ex, name);

	if (again)
		value = traced_part(value, 1, value.len - 1);
	value = traced_trim(value);
	if (old != NULL && !again)
		return ex_bad(ex, t, "the macro is already defined (\"==\" redefines it)");
	if (old != NULL)
		ex->macros[old - ex->macros].value = value;
	else
		add(ex, name, value);
	return 0;
}

void ex_macros_seed(struct ex *ex, const char *name, struct traced value)
{
	struct span n = {name, strlen(name)};

	if (ex_macros_find(ex, n) == NULL)
		add(ex, n, value);
}
