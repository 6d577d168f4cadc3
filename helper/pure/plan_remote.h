/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_remote: what was decided about the address of a remote, and the texts for it.
 *
 * A million places may name a thousand addresses: each is judged and spelled once. The verdicts are
 * an array of VERDICTS zeroed slots; where they are full the latest counts. Private to the plan's
 * own files.
 */
#ifndef MTA_STACK_PLAN_REMOTE_H
#define MTA_STACK_PLAN_REMOTE_H

#include "pure/plan.h"

#define VERDICTS 4096

struct verdict {
	struct ipaddr addr; /* family 0: none yet */
	bool own;
	const struct name *name;    /* may be NULL */
	const char *before, *after; /* of the text; NULL: there is none yet */
	struct span text;
};

/* The slot of this address, judged. */
struct verdict *verdict_of(struct verdict *slots, const struct stack *want,
			   const struct names *names, const struct ipaddr *a);

/* Fill v->text for this place; v->name has a host. */
void verdict_spell(struct verdict *v, struct plan *p, const struct finding *f);

/* before + name + after, in the plan's pool. */
const char *verdict_text(struct plan *p, const struct finding *f, const char *name);

#endif
