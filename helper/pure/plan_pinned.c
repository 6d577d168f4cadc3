/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_pinned.c guarantees to notice each place with a node's own address, however a bind setting
 * spells it. It does not know whose address it is.
 */
#include "pure/plan_pinned.h"

#include <string.h>

#include "data/array.h"

static const struct ipaddr *node_address(const struct stack *want, const struct ipaddr *a)
{
	if (ipaddr_equal(a, &want->vip4) || ipaddr_equal(a, &want->vip6))
		return NULL;
	for (size_t i = 0; i < want->n_nodes; i++)
		if (ipaddr_equal(a, &want->nodes[i]))
			return &want->nodes[i];
	return NULL;
}

/* The first node's address among the words of a setting, with or without brackets. */
static const struct ipaddr *in_setting(const struct stack *want, const char *text)
{
	static const char apart[] = " \t,;<>[]{}";
	const struct ipaddr *found = NULL;
	struct ipaddr a;

	for (text += strspn(text, apart); found == NULL && *text != '\0';
	     text += strspn(text, apart)) {
		size_t len = strcspn(text, apart);

		if (ipaddr_parse(text, len, &a))
			found = node_address(want, &a);
		text += len;
	}
	return found;
}

static bool is_bind(const struct finding *f)
{
	return f->kind == FIND_SETTING && f->current != NULL &&
	       (f->setting == SET_BIND4 || f->setting == SET_BIND6 || f->setting == SET_BINDS);
}

void plan_pinned(struct plan *p, const struct scan *s, const struct stack *want,
		 const struct finding *f)
{
	const struct ipaddr *a = f->kind == FIND_LOCAL ? node_address(want, &f->addr)
				 : is_bind(f)	       ? in_setting(want, f->current)
						       : NULL;
	struct pinned *slot;

	if (a == NULL)
		return;
	slot = array_grow(&p->pinned, &p->n_pinned, &p->cap_pinned);
	if (slot == NULL) {
		p->pool.failed = true;
		return;
	}
	slot->file = f->file;
	slot->off = f->off;
	slot->line = text_line_number(s->files[f->file].bytes, f->off);
	slot->addr = *a;
	slot->what = f->what;
	slot->cure = f->kind == FIND_LOCAL ? f->reason
					   : "remove it: the VIP stands there only while the "
					     "stack is applied";
}
