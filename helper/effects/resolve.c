/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve.c guarantees one piece of evidence for each question, in order, by the deadline. It does
 * not decide anything, except which questions cannot matter any more.
 */
#include "effects/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "effects/dns.h"
#include "pure/text.h"

struct task {
	struct batch *batch;
	struct evidence *seen;
	enum lookup_state forward[2]; /* of A, of AAAA */
	struct ipaddr *addrs[2];
	size_t n_addrs[2];
	size_t next; /* in the batch's queue */
};

/* All tasks of one call. Those that have something to ask next wait in a queue. */
struct batch {
	struct dns *dns;
	struct pool *pool;
	struct task *tasks;
	size_t first, last; /* of the queue; NOBODY: empty */
};

#define NOBODY SIZE_MAX

void evidences_release(struct evidences *e)
{
	free(e->items);
	pool_release(&e->pool);
	*e = (struct evidences)EVIDENCES_INIT;
}

static void enqueue(struct batch *b, struct task *t)
{
	size_t i = (size_t)(t - b->tasks);

	t->next = NOBODY;
	if (b->first == NOBODY)
		b->first = i;
	else
		b->tasks[b->last].next = i;
	b->last = i;
}

static struct task *dequeue(struct batch *b)
{
	struct task *t = &b->tasks[b->first];

	b->first = t->next;
	return t;
}

/* The one name that is worth asking for, or NULL. */
static const char *candidate(const struct evidence *e)
{
	if (e->n_hosts != 1 || !text_is_fqdn((struct span){e->hosts[0], strlen(e->hosts[0])}))
		return NULL;
	return e->hosts[0];
}

static void on_names(void *arg, int family, enum lookup_state state, const struct dns_answer *a)
{
	struct task *t = arg;
	struct pool *pool = t->batch->pool;
	const char **hosts;

	(void)family;
	t->seen->reverse = state;
	t->seen->trouble = a->trouble;
	if (state != LOOKUP_OK)
		return;
	hosts = pool_alloc(pool, DNS_NAMES * sizeof(*hosts));
	for (size_t i = 0; i < a->n_names; i++)
		hosts[i] = pool_dups(pool, a->names[i]);
	t->seen->hosts = hosts;
	t->seen->n_hosts = pool_ok(pool) ? a->n_names : 0;
	if (pool_ok(pool) && candidate(t->seen) != NULL)
		enqueue(t->batch, t);
}

static void on_addresses(void *arg, int family, enum lookup_state state, const struct dns_answer *a)
{
	struct task *t = arg;
	int i = family == 4 ? 0 : 1;

	t->forward[i] = state;
	if (state == LOOKUP_TEMPORARY)
		t->seen->trouble = a->trouble;
	if (state != LOOKUP_OK)
		return;
	t->addrs[i] = pool_alloc(t->batch->pool, a->n_addrs * sizeof(*a->addrs));
	if (!pool_ok(t->batch->pool))
		return;
	memcpy(t->addrs[i], a->addrs, a->n_addrs * sizeof(*a->addrs));
	t->n_addrs[i] = a->n_addrs;
}

/* Ask what this task wants to know next. */
static void go_on(struct task *t)
{
	struct dns *dns = t->batch->dns;
	const char *host = candidate(t->seen);

	if (host == NULL) {
		t->seen->reverse = LOOKUP_TEMPORARY; /* until there is an answer */
		dns_ptr(dns, &t->seen->addr, (struct dns_reply){on_names, t});
		return;
	}
	dns_addresses(dns, host, 4, (struct dns_reply){on_addresses, t});
	dns_addresses(dns, host, 6, (struct dns_reply){on_addresses, t});
}

/* Nobody has been asked yet. */
static void prepare(struct batch *b, struct task *t, const struct resolve_question *q)
{
	const char **hosts;

	t->batch = b;
	t->seen->addr = q->addr;
	t->forward[0] = t->forward[1] = LOOKUP_TEMPORARY;
	t->seen->reverse = LOOKUP_TEMPORARY;
	if (q->pinned != NULL) {
		hosts = pool_alloc(b->pool, sizeof(*hosts));
		hosts[0] = pool_dups(b->pool, q->pinned);
		t->seen->hosts = hosts;
		t->seen->n_hosts = 1;
		t->seen->reverse = LOOKUP_NOT_DONE;
	}
	enqueue(b, t);
}

/* Both families together, as names.h wants it. */
static void conclude(struct batch *b, struct task *t)
{
	struct evidence *e = t->seen;
	size_t n = t->n_addrs[0] + t->n_addrs[1];
	struct ipaddr *addrs;

	e->forward = LOOKUP_NOT_DONE;
	if (candidate(e) == NULL)
		return;
	e->forward = LOOKUP_NEGATIVE;
	if (t->forward[0] == LOOKUP_TEMPORARY || t->forward[1] == LOOKUP_TEMPORARY)
		e->forward = LOOKUP_TEMPORARY;
	else if (n > 0)
		e->forward = LOOKUP_OK;
	if (n == 0)
		return;
	addrs = pool_alloc(b->pool, n * sizeof(*addrs));
	if (!pool_ok(b->pool))
		return;
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < t->n_addrs[i]; k++)
			addrs[e->n_addrs++] = t->addrs[i][k];
	e->addrs = addrs;
}

static void run(struct batch *b, const struct deadline *d)
{
	while (!deadline_passed(d)) {
		/* a task asks two questions at the most */
		while (b->first != NOBODY && dns_open(b->dns) + 2 <= DNS_AT_ONCE)
			go_on(dequeue(b));
		if (dns_open(b->dns) == 0 && b->first == NOBODY)
			return;
		dns_wait(b->dns, d);
	}
	b->first = NOBODY;
	dns_cancel(b->dns);
	b->first = NOBODY; /* what an answer might have added on the way */
}

int resolve_all(const struct resolve_question *questions, size_t n, enum resolve_order order,
		const struct deadline *d, struct evidences *ret_seen, struct diag *ret_diag)
{
	struct evidences seen = EVIDENCES_INIT;
	struct batch b = {.pool = &seen.pool, .first = NOBODY};

	seen.items = calloc(n > 0 ? n : 1, sizeof(*seen.items));
	b.tasks = calloc(n > 0 ? n : 1, sizeof(*b.tasks));
	b.dns = dns_new(order);
	if (seen.items == NULL || b.tasks == NULL || b.dns == NULL)
		goto oom;
	seen.n = n;
	for (size_t i = 0; i < n; i++) {
		b.tasks[i].seen = &seen.items[i];
		prepare(&b, &b.tasks[i], &questions[i]);
	}
	run(&b, d);
	dns_free(b.dns);
	b.dns = NULL;
	for (size_t i = 0; i < n; i++)
		conclude(&b, &b.tasks[i]);
	if (!pool_ok(&seen.pool))
		goto oom;
	free(b.tasks);
	evidences_release(ret_seen);
	*ret_seen = seen;
	return 0;
oom:
	dns_free(b.dns);
	free(b.tasks);
	evidences_release(&seen);
	return diag_oom(ret_diag);
}

/* What speaks against the name, or NULL. */
static const char *unconfirmed(const struct evidence *e)
{
	bool back = false;

	if (e->reverse == LOOKUP_TEMPORARY)
		return "DNS gave no answer in time";
	if (e->reverse != LOOKUP_OK || e->n_hosts == 0)
		return "it has no PTR record";
	if (e->n_hosts > 1)
		return "it has several PTR records";
	if (candidate(e) == NULL)
		return "its PTR record is no full host name";
	for (size_t i = 0; i < e->n_addrs; i++)
		back = back || ipaddr_equal(&e->addrs[i], &e->addr);
	if (back)
		return NULL;
	return e->forward == LOOKUP_TEMPORARY ? "DNS gave no answer in time"
					      : "the name in its PTR record does not lead back";
}

int resolve_name_of(const struct ipaddr *addr, enum resolve_order order, const struct deadline *d,
		    char ret_name[RESOLVE_NAME_MAX], struct diag *ret_diag)
{
	struct resolve_question q = {.addr = *addr};
	struct evidences seen = EVIDENCES_INIT;
	char text[IPADDR_STRLEN];
	const char *why;
	int done = -1;

	if (resolve_all(&q, 1, order, d, &seen, ret_diag) < 0)
		return -1;
	why = unconfirmed(&seen.items[0]);
	if (why != NULL) {
		(void)diag_set(ret_diag, EX_FAILED, "cannot confirm a name for %s: %s",
			       ipaddr_format(addr, text), why);
	} else {
		const char *host = seen.items[0].hosts[0];
		size_t len = strlen(host); /* an FQDN: at most 253 */

		for (size_t i = 0; i <= len; i++)
			ret_name[i] = text_lower(host[i]);
		done = 0;
	}
	evidences_release(&seen);
	return done;
}
