/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undo.c guarantees that a byte that the admin wrote is never removed, and that an edit is undone
 * only where the very bytes that we wrote still stand. It compares by lines, so two changes in one
 * line count as one.
 */
#include "effects/undo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/diff.h"

struct lines {
	size_t *start; /* of each line; [n] is the end of the text */
	size_t n;
};

/* One step of the pouring: replace live bytes, or remember that nothing was replaced here. */
struct step {
	size_t at, len; /* in the live bytes */
	const char *text;
	size_t text_len;
	bool is_overlap;
	size_t overlap_index;
};

struct work {
	struct span original, published, live;
	struct lines old, new;
	struct hunks hunks;
	size_t hunk;	 /* those before it lie before the edit in hand */
	ptrdiff_t shift; /* new line number minus old, there */
	struct step *steps;
	size_t n_steps, cap_steps;
	bool secret;
};

void undone_release(struct undone *u)
{
	buf_release(&u->bytes);
	free(u->overlaps);
	pool_release(&u->pool);
	*u = (struct undone)UNDONE_INIT;
}

static int split(struct span text, struct lines *ret_lines)
{
	size_t n = 0, at = 0;
	struct span line;

	while (text_line(text, at, &line, &at))
		n++;
	ret_lines->start = malloc((n + 1) * sizeof(size_t));
	if (ret_lines->start == NULL)
		return -1;
	ret_lines->n = n;
	for (size_t i = at = 0; i < n; i++) {
		ret_lines->start[i] = at;
		(void)text_line(text, at, &line, &at);
	}
	ret_lines->start[n] = text.len;
	return 0;
}

/* The line in which a byte lies; n for the end of the text. */
static size_t line_of(const struct lines *l, size_t at)
{
	size_t lo = 0, hi = l->n;

	if (at >= l->start[l->n])
		return l->n;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->start[mid] <= at)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void pass_hunks(struct work *w, size_t line)
{
	for (; w->hunk < w->hunks.n; w->hunk++) {
		const struct hunk *h = &w->hunks.items[w->hunk];

		if (h->old_n > 0 ? h->old_at + h->old_n > line : h->old_at > line)
			break;
		w->shift += (ptrdiff_t)h->new_n - (ptrdiff_t)h->old_n;
	}
}

static bool touches(const struct hunk *h, size_t first, size_t last)
{
	if (h->old_n == 0)
		return h->old_at > first && h->old_at <= last;
	return h->old_at <= last && h->old_at + h->old_n > first;
}

/* Does what we wrote still stand in the lines that came instead of ours? *ret_at is where in live.
 */
static bool remains(const struct work *w, size_t first, size_t last, struct span text,
		    size_t *ret_at)
{
	struct span what = text_trim(text);
	size_t changed = 0;

	if (what.len == 0)
		return false;
	for (size_t i = w->hunk; i < w->hunks.n && touches(&w->hunks.items[i], first, last); i++) {
		const struct hunk *h = &w->hunks.items[i];
		size_t from = h->old_at > first ? h->old_at : first;
		size_t to = h->old_at + h->old_n < last + 1 ? h->old_at + h->old_n : last + 1;
		size_t start = w->new.start[h->new_at], end = w->new.start[h->new_at + h->new_n];
		const char *found = memmem(w->live.at + start, end - start, what.at, what.len);

		if (found != NULL) {
			*ret_at = (size_t)(found - w->live.at);
			return true;
		}
		changed += to > from ? to - from : 0;
	}
	return changed < last - first + 1;
}

static int add_overlap(struct work *w, size_t first, size_t last, struct span text,
		       struct undone *u)
{
	struct step *s = array_grow(&w->steps, &w->n_steps, &w->cap_steps);
	struct overlap *o = array_grow(&u->overlaps, &u->n, &u->cap);
	struct span shown = text_trim(text);

	if (s == NULL || o == NULL)
		return -1;
	s->is_overlap = true;
	s->overlap_index = u->n - 1;
	s->at = w->new.start[w->hunks.items[w->hunk].new_at];
	o->ours_remains = remains(w, first, last, text, &s->at);
	o->text = w->secret ? NULL : pool_dup(&u->pool, shown.at ? shown.at : "", shown.len);
	return 0;
}

/* One stretch of published text that came from `len` original bytes at `off`. */
static int undo_one(struct work *w, struct span text, size_t at, size_t off, size_t len,
		    struct undone *u)
{
	size_t first = line_of(&w->old, at);
	size_t last = text.len > 0 ? line_of(&w->old, at + text.len - 1) : first;
	struct step *s;

	pass_hunks(w, first);
	if (w->hunk < w->hunks.n && touches(&w->hunks.items[w->hunk], first, last))
		return add_overlap(w, first, last, text, u);
	s = array_grow(&w->steps, &w->n_steps, &w->cap_steps);
	if (s == NULL)
		return -1;
	s->at = w->new.start[(size_t)((ptrdiff_t)first + w->shift)] + (at - w->old.start[first]);
	s->len = text.len < w->live.len - s->at ? text.len : w->live.len - s->at; /* no newline */
	s->text = w->original.at + off;
	s->text_len = len;
	return 0;
}

/* Whole lines that we inserted are undone one by one. */
static bool is_inserted_lines(const struct work *w, const struct edit *e, size_t at)
{
	return e->len == 0 && e->text_len > 0 && e->text[e->text_len - 1] == '\n' &&
	       at == w->old.start[line_of(&w->old, at)];
}

static int undo_edit(struct work *w, const struct edit *e, size_t at, struct undone *u)
{
	struct span text = {e->text, e->text_len}, line;
	size_t from = 0, next;

	if (!is_inserted_lines(w, e, at))
		return undo_one(w, text, at, e->off, e->len, u);
	while (text_line(text, from, &line, &next)) {
		line.len = next - from;
		if (undo_one(w, line, at + from, e->off, 0, u) < 0)
			return -1;
		from = next;
	}
	return 0;
}

static void pour(const struct work *w, struct undone *u)
{
	size_t from = 0, counted = 0;
	unsigned line = 1;

	for (size_t i = 0; i < w->n_steps; i++) {
		const struct step *s = &w->steps[i];

		if (s->at > from) {
			buf_add(&u->bytes, w->live.at + from, s->at - from);
			from = s->at;
		}
		if (!s->is_overlap) {
			buf_add(&u->bytes, s->text, s->text_len);
			from = s->at + s->len;
			continue;
		}
		for (; counted < u->bytes.len; counted++)
			line += u->bytes.data[counted] == '\n';
		u->overlaps[s->overlap_index].line = line;
	}
	buf_add(&u->bytes, w->live.at + from, w->live.len - from);
}

static int work(struct work *w, const struct edit *edits, size_t n, struct undone *u)
{
	ptrdiff_t moved = 0; /* published offset minus original offset */

	if (split(w->published, &w->old) < 0 || split(w->live, &w->new) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (undo_edit(w, &edits[i], (size_t)((ptrdiff_t)edits[i].off + moved), u) < 0)
			return -1;
		moved += (ptrdiff_t)edits[i].text_len - (ptrdiff_t)edits[i].len;
	}
	pour(w, u);
	buf_add(&u->bytes, "", 0);
	return buf_ok(&u->bytes) && pool_ok(&u->pool) ? 0 : -1;
}

int undo_merge(struct span original, const struct edit *edits, size_t n, struct span published,
	       struct span live, bool secret, const struct deadline *d, struct undone *ret_undone,
	       struct diag *ret_diag)
{
	struct work w = {.original = original,
			 .published = published,
			 .live = live,
			 .hunks = HUNKS_INIT,
			 .secret = secret};
	struct undone u = UNDONE_INIT;
	int rc = diff_lines(published, live, d, &w.hunks, ret_diag);

	if (rc == 0 && (rc = work(&w, edits, n, &u)) < 0)
		(void)diag_oom(ret_diag);
	hunks_release(&w.hunks);
	free(w.old.start);
	free(w.new.start);
	free(w.steps);
	if (rc < 0)
		undone_release(&u);
	else
		*ret_undone = u;
	return rc;
}
