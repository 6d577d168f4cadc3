/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remotes.c guarantees that it claims no more than was seen: that a stack answers does not mean
 * that it accepts us. It sends no mail.
 */
#include "program/remotes.h"

#include <stdlib.h>

void remotes_release(struct remotes *r)
{
	targets_release(&r->targets);
	free(r->probes);
	free(r->wants);
	*r = (struct remotes)REMOTES_INIT;
}

/* Those that are to be asked, side by side, and back in their places afterwards. */
static int ask(struct remotes *r, const struct survey *s, const struct options *o,
	       const struct probe_watch *watch, const struct deadline *d, struct diag *ret_diag)
{
	struct probe *asked = calloc(r->targets.n + 1, sizeof(*asked));
	size_t n = 0, k = 0;
	int status;

	if (asked == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < r->targets.n; i++) {
		const struct target *t = &r->targets.items[i];
		struct greet *want = &asked[n].want;

		if (t->why != NULL)
			continue;
		*want = (struct greet){.addr = t->addr, .source = t->source, .port = t->port};
		r->wants[n] = (struct tpkt_want){t->called, t->calling, (uint16_t)(n % 65535 + 1)};
		if (o->backend->probe == PROBE_RFC1006)
			want->rfc1006 = &r->wants[n];
		else
			want->ehlo = s->want.name;
		n++;
	}
	status = probe_all(asked, n, watch, d, ret_diag);
	for (size_t i = 0; status == 0 && i < r->targets.n; i++)
		if (r->targets.items[i].why == NULL)
			r->probes[i] = asked[k++];
	free(asked);
	return status;
}

int remotes_ask(struct remotes *r, const struct survey *s, const struct options *o,
		const struct probe_watch *watch, const struct deadline *d, struct diag *ret_diag)
{
	if (targets_find(&r->targets, s, o, d, ret_diag) < 0)
		return -1;
	r->probes = calloc(r->targets.n + 1, sizeof(*r->probes));
	r->wants = calloc(r->targets.n + 1, sizeof(*r->wants));
	if (r->probes == NULL || r->wants == NULL)
		return diag_oom(ret_diag);
	return ask(r, s, o, watch, d, ret_diag);
}

const char *remotes_state(const struct remotes *r, size_t i)
{
	static const char *const names[] = {
		[GREET_READY] = "answers",	   [GREET_LATER] = "later",
		[GREET_REFUSED] = "refused",	   [GREET_BROKEN] = "unusable",
		[GREET_NO_SOURCE] = "local-fault", [GREET_NO_CONNECT] = "unreachable",
		[GREET_NO_ANSWER] = "silent",
	};
	const struct target *t = &r->targets.items[i];

	if (t->local_fault)
		return "local-fault";
	return t->why != NULL ? "unresolved" : names[r->probes[i].result.end];
}

const char *remotes_detail(const struct remotes *r, size_t i)
{
	const char *why = r->targets.items[i].why;

	return why != NULL ? why : r->probes[i].result.text;
}

static bool answers(const struct remotes *r, size_t i)
{
	return r->targets.items[i].why == NULL && r->probes[i].result.end == GREET_READY;
}

size_t remotes_answers(const struct remotes *r, const struct target **ret_first_bad)
{
	size_t n = 0;

	*ret_first_bad = NULL;
	for (size_t i = 0; i < r->targets.n; i++) {
		if (answers(r, i))
			n++;
		else if (*ret_first_bad == NULL)
			*ret_first_bad = &r->targets.items[i];
	}
	return n;
}

const struct target *remotes_local_fault(const struct remotes *r)
{
	for (size_t i = 0; i < r->targets.n; i++) {
		const struct target *t = &r->targets.items[i];

		if (t->local_fault ||
		    (t->why == NULL && r->probes[i].result.end == GREET_NO_SOURCE))
			return t;
	}
	return NULL;
}
