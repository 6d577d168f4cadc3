/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_order.c guarantees a stable order by file and offset. A scan yields long sorted runs, one of
 * them maybe a million routes: those are joined, not sorted again.
 */
#include "pure/plan_order.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 64 /* with more of them qsort(3) is no slower */

typedef int (*compare_fn)(const void *, const void *);

/* Things of one size, one after the other. */
struct things {
	char *at;
	size_t n, size;
	compare_fn compare;
};

static char *thing(const struct things *t, size_t i)
{
	return t->at + i * t->size;
}

/* How many from `from` on are in order already. */
static size_t run_length(const struct things *t, size_t from)
{
	size_t n = 1;

	while (from + n < t->n && t->compare(thing(t, from + n - 1), thing(t, from + n)) <= 0)
		n++;
	return n;
}

/* How many of the first n are not behind `one`. */
static size_t place_of(const struct things *t, size_t n, const char *one)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (t->compare(thing(t, mid), one) <= 0)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/* The first n are in order, and so are the `more` behind them. */
static int join(const struct things *t, size_t n, size_t more)
{
	char *aside;

	if (t->compare(thing(t, n - 1), thing(t, n)) <= 0)
		return 0;
	aside = malloc(more * t->size);
	if (aside == NULL)
		return -1;
	memcpy(aside, thing(t, n), more * t->size);
	for (size_t i = more; i-- > 0;) {
		const char *one = aside + i * t->size;
		size_t place = place_of(t, n, one);

		memmove(thing(t, place + i + 1), thing(t, place), (n - place) * t->size);
		memcpy(thing(t, place + i), one, t->size);
		n = place;
	}
	free(aside);
	return 0;
}

static int put_in_order(struct things t)
{
	size_t starts[RUNS_MAX + 1], runs = 0;

	for (size_t at = 0; at < t.n; at += run_length(&t, at)) {
		if (runs == RUNS_MAX) {
			qsort(t.at, t.n, t.size, t.compare);
			return 0;
		}
		starts[runs++] = at;
	}
	starts[runs] = t.n;
	for (size_t i = 1; i < runs; i++)
		if (join(&t, starts[i], starts[i + 1] - starts[i]) < 0)
			return -1;
	return 0;
}

/* An insertion that opens a line of its own. */
static bool opens_line(const struct edit *e)
{
	return e->len == 0 && e->text_len > 0 && e->text[0] == '\n';
}

static int compare_edit(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	/* insertions before a replacement at the same place; what fills an empty value before what
	 * opens a line after it; then the scanner's order */
	if ((x->len == 0) != (y->len == 0))
		return x->len == 0 ? -1 : 1;
	if (opens_line(x) != opens_line(y))
		return opens_line(x) ? 1 : -1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int compare_kept(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

unsigned plan_line(struct plan_line *at, const struct scan *s, size_t file, size_t off)
{
	struct span bytes = s->files[file].bytes;

	if (at->line == 0 || at->file != file || at->off > off)
		*at = (struct plan_line){file, 0, 1};
	at->line += text_line_number((struct span){bytes.at + at->off, bytes.len - at->off},
				     off - at->off) -
		    1;
	at->off = off;
	return at->line;
}

int plan_order(struct plan *p, const struct scan *s)
{
	struct plan_line at = {0};

	if (put_in_order((struct things){(char *)p->edits, p->n_edits, sizeof(*p->edits),
					 compare_edit}) < 0 ||
	    put_in_order((struct things){(char *)p->kept, p->n_kept, sizeof(*p->kept),
					 compare_kept}) < 0)
		return -1;
	for (size_t i = 0; i < p->n_kept; i++)
		p->kept[i].line = plan_line(&at, s, p->kept[i].file, p->kept[i].off);
	return 0;
}
