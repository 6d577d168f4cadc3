/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lookup.c finds single-key lookups in an expansion: ${lookup{KEY}TYPE{FILE}{YES}{NO}}, as Exim's
 * expand.c and search_findtype_partial() read them. It evaluates nothing.
 */
#include "mta/exim/exim.h"

#define LOOKUP "${lookup"

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

/* Take {…} off the front. */
static bool braced(struct traced *rest, struct traced *ret)
{
	struct traced t = traced_trim(*rest);
	size_t n = traced_balance(t);

	if (n < 2)
		return false;
	*ret = traced_trim(traced_part(t, 1, n - 2));
	*rest = skip(t, n);
	return true;
}

bool ex_lookup_next(struct traced *rest, struct lookup *ret)
{
	const char *at;

	while (rest->len > 0 &&
	       (at = memmem(rest->text, rest->len, LOOKUP, strlen(LOOKUP))) != NULL) {
		struct lookup l;
		struct traced t = skip(*rest, (size_t)(at - rest->text) + strlen(LOOKUP));

		*rest = t;
		if (!braced(&t, &l.key))
			continue;
		l.type = traced_trim(traced_part(t, 0, traced_find(t, '{')));
		t = skip(t, traced_find(t, '{'));
		if (!braced(&t, &l.file))
			continue;
		l.rest = t;
		if (!braced(&t, &l.yes))
			l.yes = traced_part(t, 0, 0);
		*ret = l;
		return true;
	}
	return false;
}

bool ex_lookup_is_text(struct span type)
{
	static const char *const types[] = {"lsearch", "wildlsearch", "nwildlsearch", "iplsearch"};
	const char *dash = type.len > 0 ? memrchr(type.at, '-', type.len) : NULL;

	if (dash != NULL && text_starts_nocase(type, "partial"))
		type = (struct span){dash + 1, type.len - (size_t)(dash + 1 - type.at)};
	while (type.len > 0 && (type.at[type.len - 1] == '*' || type.at[type.len - 1] == '@'))
		type.len--;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(type, types[i]))
			return true;
	return false;
}
