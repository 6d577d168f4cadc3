/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_remote.c guarantees that a remembered verdict is the one that would be given now: names and
 * the stack do not change while a plan is made.
 */
#include "pure/plan_remote.h"

#include <string.h>

#include "pure/plan_keys.h"

#define TRIED 4 /* slots beside each other */

const char *verdict_text(struct plan *p, const struct finding *f, const char *name)
{
	size_t before = strlen(f->before), len = strlen(name), after = strlen(f->after);
	char text[300];

	if (before + len + after > sizeof(text))
		return pool_printf(&p->pool, "%s%s%s", f->before, name, f->after);
	memcpy(text, f->before, before);
	memcpy(text + before, name, len);
	memcpy(text + before + len, f->after, after);
	return pool_dup(&p->pool, text, before + len + after);
}

struct verdict *verdict_of(struct verdict *slots, const struct stack *want,
			   const struct names *names, const struct ipaddr *a)
{
	const size_t first = ipaddr_hash(a);
	struct verdict *v = NULL;

	for (size_t i = 0; i < TRIED; i++) {
		v = &slots[(first + i) % VERDICTS];
		if (ipaddr_equal(&v->addr, a))
			return v;
		if (v->addr.family == 0)
			break;
	}
	*v = (struct verdict){
		.addr = *a, .own = plan_is_own(want, a), .name = names_find(names, a)};
	return v;
}

void verdict_spell(struct verdict *v, struct plan *p, const struct finding *f)
{
	if (v->before == f->before && v->after == f->after)
		return;
	v->text.at = verdict_text(p, f, v->name->host);
	v->text.len = strlen(v->text.at);
	v->before = f->before;
	v->after = f->after;
}
