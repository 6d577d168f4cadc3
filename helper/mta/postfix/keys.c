/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c guarantees that no remote is renamed while a password or a TLS policy of it might stay
 * behind or become another one.
 */
#include "mta/postfix/postfix.h"

#include <stdlib.h>
#include <string.h>

static void keep_remotes(struct pf *pf, const struct ipaddr *addr, const char *reason)
{
	for (size_t i = 0; i < pf->scan->n_findings; i++) {
		struct finding *f = &pf->scan->findings[i];

		if (f->kind != FIND_REMOTE || (addr != NULL && !ipaddr_equal(&f->addr, addr)))
			continue;
		f->kind = FIND_KEPT;
		f->reason = reason;
	}
}

static void need_pins(struct pf *pf)
{
	for (size_t i = 0; i < pf->scan->n_findings; i++)
		if (pf->scan->findings[i].kind == FIND_REMOTE)
			pf->scan->findings[i].pin = true;
}

/* One entry of a file of keys, cut where a name would stand. */
struct entry {
	struct finding *finding;
	struct span head, tail, value; /* key: head NAME tail */
};

static struct entry entry_of(const struct pf *pf, struct finding *f)
{
	const char *bytes = pf_file(pf, f->file)->bytes.at;
	size_t end = f->line_off + f->line_len, at = f->off + f->len;
	struct entry e = {.finding = f, .head = {bytes + f->line_off, f->off - f->line_off}};

	while (at < end && !text_is_blank(bytes[at]))
		at++;
	e.tail = (struct span){bytes + f->off + f->len, at - f->off - f->len};
	e.value = text_trim((struct span){bytes + at, end - at});
	return e;
}

static int compare_span(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.at, b.at, n) : 0;

	return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

static bool has_bracket(const struct entry *e)
{
	return e->tail.len > 0 && e->tail.at[0] == ']';
}

/* Brackets stand around the address, or would around a name. */
static bool brackets(const struct entry *e)
{
	return e->finding->before[0] != '\0' || has_bracket(e);
}

/* The port, or nothing. */
static struct span port_of(const struct entry *e)
{
	return has_bracket(e) ? (struct span){e->tail.at + 1, e->tail.len - 1} : e->tail;
}

static int compare_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order;

	if (x->finding->file != y->finding->file)
		return x->finding->file < y->finding->file ? -1 : 1;
	order = ipaddr_compare(&x->finding->addr, &y->finding->addr);
	if (order == 0)
		order = brackets(x) - brackets(y);
	return order != 0 ? order : compare_span(port_of(x), port_of(y));
}

static int compare_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = compare_entry(a, b);

	return order != 0 ? order : x->finding->off < y->finding->off ? -1 : 1;
}

/* Two spellings of one address are two keys; with the name they would be one. If they lead to the
 * same, the second may stay as it is: nothing asks for it any more. */
static void settle_pair(struct pf *pf, const struct entry *first, struct entry *second)
{
	if (compare_entry(first, second) != 0)
		return;
	if (text_same(first->value, second->value))
		second->finding->addr.family = 0;
	else
		keep_remotes(pf, &first->finding->addr,
			     pool_printf(&pf->scan->pool,
					 "two different entries in %s would get the same key",
					 pf_file(pf, first->finding->file)->path));
}

static bool is_marked(const struct finding *f)
{
	return f->kind == FIND_KEY && f->addr.family == 0;
}

static int settle_spellings(struct pf *pf)
{
	struct scan *s = pf->scan;
	struct entry *all = NULL;
	size_t n = 0;

	for (size_t i = 0; s->n_keys > 0 && i < s->n_findings; i++)
		n += s->findings[i].kind == FIND_KEY;
	if (n < 2)
		return 0;
	all = calloc(n, sizeof(*all));
	if (all == NULL)
		return diag_oom(pf->diag);
	n = 0;
	for (size_t i = 0; i < s->n_findings; i++)
		if (s->findings[i].kind == FIND_KEY)
			all[n++] = entry_of(pf, &s->findings[i]);
	qsort(all, n, sizeof(*all), compare_place);
	/* from the end, so that a key that is dropped was compared before */
	for (size_t i = n - 1; i > 0; i--)
		settle_pair(pf, &all[i - 1], &all[i]);
	free(all);
	return scan_drop(s, is_marked) < 0 ? diag_oom(pf->diag) : 0;
}

int keys_settle(struct pf *pf)
{
	if (pf->lost_keys != NULL)
		keep_remotes(
			pf, NULL,
			pool_printf(&pf->scan->pool,
				    "%s may have a key for it that could not follow it to a name",
				    pf->lost_keys));
	if (pf->pin)
		need_pins(pf);
	return settle_spellings(pf);
}
