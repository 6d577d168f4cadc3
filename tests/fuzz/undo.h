/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undo: the edits of a file as apply records them, read back and taken out as restore does. For
 * targets that plan; what they must link is in the head of fuzz_postfix.c.
 *
 * They are taken out of what was published, and of the same with a line that an admin has put in
 * since. Where it was put is known, so diff(1) is not asked.
 */
#ifndef MTA_STACK_FUZZ_UNDO_H
#define MTA_STACK_FUZZ_UNDO_H

#include "fuzz.h"

#include "data/buf.h"
#include "effects/diff.h"
#include "effects/edits.h"
#include "effects/undo.h"
#include "pure/plan.h"
#include "pure/sum.h"

static const char admins_line[] = "# the admin was here\n";
static struct hunk admins; /* what diff(1) would say of it; new_n 0: nothing was put in */

void hunks_release(struct hunks *h)
{
	free(h->items);
	*h = (struct hunks)HUNKS_INIT;
}

int diff_lines(struct span old, struct span new, const struct deadline *d, struct hunks *ret_hunks,
	       struct diag *ret_diag)
{
	(void)d;
	(void)ret_diag;
	PROMISE(admins.new_n > 0 || text_same(old, new));
	*ret_hunks = (struct hunks)HUNKS_INIT;
	if (admins.new_n == 0)
		return 0;
	ret_hunks->items = malloc(sizeof(admins));
	PROMISE(ret_hunks->items != NULL);
	ret_hunks->items[0] = admins;
	ret_hunks->n = 1;
	return 0;
}

static struct span span_of(const struct buf *b)
{
	return (struct span){buf_str(b), b->len};
}

/* Some start of a line, or the end if a line may be put there. */
static size_t some_line(struct span text, size_t *ret_number)
{
	bool closed = text.len == 0 || text.at[text.len - 1] == '\n';
	size_t n = closed, at = 0;
	struct span line;

	while (text_line(text, at, &line, &at))
		n++;
	*ret_number = sum_of(text) % n;
	for (size_t i = at = 0; i < *ret_number; i++)
		(void)text_line(text, at, &line, &at);
	return at;
}

/* The edit that the place is in the midst of, which is then the admin's; inserted lines are undone
 * one by one, and none of them is. */
static const struct edit *edit_around(const struct edits *e, struct span published, size_t place)
{
	size_t moved = 0; /* published offset minus original offset, and it may wrap */

	for (size_t i = 0; i < e->n; i++) {
		const struct edit *x = &e->items[i];
		size_t at = x->off + moved;
		bool lines = x->len == 0 && (at == 0 || published.at[at - 1] == '\n') &&
			     x->text_len > 0 && x->text[x->text_len - 1] == '\n';

		if (!lines && at < place && place < at + x->text_len)
			return x;
		moved = moved + x->text_len - x->len;
	}
	return NULL;
}

/* What an admin has put in stays, and all else is as it was. */
static void undo_below_admin(struct span original, const struct edits *e, struct span published)
{
	const size_t len = sizeof(admins_line) - 1;
	struct buf live = BUF_INIT, want = BUF_INIT;
	struct undone u;
	struct diag diag;
	const struct edit *around;
	size_t line, at = some_line(published, &line);
	const char *found;

	if (memmem(original.at, original.len, admins_line, len - 1) != NULL)
		return; /* it could not be told from theirs */
	buf_add(&live, published.at, at);
	buf_add(&live, admins_line, len);
	buf_add(&live, published.at + at, published.len - at);
	around = edit_around(e, published, at);
	edits_pour(original, around, around != NULL, &want);
	admins = (struct hunk){line, 0, line, 1};
	PROMISE(undo_merge(original, e->items, e->n, published, span_of(&live), false, NULL, &u,
			   &diag) == 0);
	PROMISE(u.n == (around != NULL));
	found = memmem(buf_str(&u.bytes), u.bytes.len, admins_line, len);
	PROMISE(found != NULL);
	at = (size_t)(found - buf_str(&u.bytes));
	PROMISE(u.bytes.len == want.len + len && memcmp(found - at, buf_str(&want), at) == 0 &&
		memcmp(found + len, buf_str(&want) + at, want.len - at) == 0);
	undone_release(&u);
	buf_release(&live);
	buf_release(&want);
}

/* The file comes back byte for byte. */
static void undo_promise(const struct plan *p, size_t file, struct span original,
			 struct span published)
{
	struct edits e = EDITS_INIT;
	struct buf record = BUF_INIT, poured = BUF_INIT;
	struct undone u;
	struct diag diag;
	size_t n;
	const struct edit *edits = plan_edits(p, file, &n);

	edits_format(edits, n, &record);
	PROMISE(buf_ok(&record) && edits_parse(&e, span_of(&record), "record", &diag) == 0);
	PROMISE(edits_fit(e.items, e.n, original.len));
	edits_pour(original, e.items, e.n, &poured);
	PROMISE(buf_ok(&poured) && text_same(span_of(&poured), published));
	admins = (struct hunk){0};
	PROMISE(undo_merge(original, e.items, e.n, published, published, false, NULL, &u, &diag) ==
		0);
	PROMISE(u.n == 0 && text_same(span_of(&u.bytes), original));
	undone_release(&u);
	undo_below_admin(original, &e, published);
	edits_release(&e);
	buf_release(&record);
	buf_release(&poured);
}

#endif
