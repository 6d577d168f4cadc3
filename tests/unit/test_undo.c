/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_undo: what effects/undo.h promises, by cases and by construction: thousands of files are
 * made line by line so that the right answer is known without the code under test.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "effects/edits.h"
#include "effects/undo.h"

static struct diag diag;

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

static struct undone u;

/* Undo in live what one edit did to original; the result is kept until the next call. */
static const struct undone *undo(const char *original, struct edit e, const char *live)
{
	struct deadline d = deadline_in_ms(20000);
	struct buf published = BUF_INIT;
	int rc;

	undone_release(&u);
	e.text_len = strlen(e.text);
	edits_pour(span(original), &e, 1, &published);
	rc = undo_merge(span(original), &e, 1, (struct span){published.data, published.len},
			span(live), false, &d, &u, &diag);
	buf_release(&published);
	if (rc < 0)
		fail_msg("%s", diag.text);
	return &u;
}

static void lines_behind_ours_do_not_keep_ours(void **state)
{
	const struct undone *r;

	(void)state;
	r = undo("a\n", (struct edit){.off = 2, .text = "ours\n"}, "a\nours\ntheirs\n");
	assert_string_equal(buf_str(&r->bytes), "a\ntheirs\n");
	assert_int_equal(r->n, 0);
	r = undo("a\n", (struct edit){.off = 2, .text = "ours\n"}, "a\ntheirs\nours\n");
	assert_string_equal(buf_str(&r->bytes), "a\ntheirs\n");
	r = undo("a\nold\nz\n", (struct edit){.off = 2, .len = 3, .text = "new"}, "A\nnew\nZ\n");
	assert_string_equal(buf_str(&r->bytes), "A\nold\nZ\n");
}

static void files_without_a_last_newline(void **state)
{
	const struct undone *r;

	(void)state;
	r = undo("a", (struct edit){.off = 1, .text = "\nours"}, "a\nours\ntheirs\n");
	assert_string_equal(buf_str(&r->bytes), "a\ntheirs\n");
	r = undo("a\n", (struct edit){.off = 2, .text = "ours\n"}, "b\na\nours");
	assert_string_equal(buf_str(&r->bytes), "b\na\n");
	r = undo("a\n", (struct edit){.off = 0, .len = 1, .text = "b"}, "");
	assert_string_equal(buf_str(&r->bytes), "");
	assert_int_equal(r->n, 1);
	assert_false(r->overlaps[0].ours_remains);
	r = undo("", (struct edit){.off = 0, .text = "ours\n"}, "ours\nx");
	assert_string_equal(buf_str(&r->bytes), "x");
}

static void inserted_lines_are_undone_one_by_one(void **state)
{
	const struct undone *r =
		undo("a\nz\n", (struct edit){.off = 2, .text = "one\ntwo\nthree\n"},
		     "a\none\nTWO\nthree\nz\n");

	(void)state;
	assert_string_equal(buf_str(&r->bytes), "a\nTWO\nz\n");
	assert_int_equal(r->n, 1);
	assert_int_equal(r->overlaps[0].line, 2);
	assert_false(r->overlaps[0].ours_remains);
	assert_string_equal(r->overlaps[0].text, "two");
}

static void what_we_removed_comes_back(void **state)
{
	const struct undone *r;

	(void)state;
	r = undo("a\ngone\nz\n", (struct edit){.off = 2, .len = 5, .text = ""}, "A\nz\ny\n");
	assert_string_equal(buf_str(&r->bytes), "A\ngone\nz\ny\n");
	r = undo("a\ngone\n", (struct edit){.off = 2, .len = 5, .text = ""}, "b\na\n");
	assert_string_equal(buf_str(&r->bytes), "b\na\ngone\n");
}

static void a_changed_line_stays_theirs(void **state)
{
	const struct undone *r = undo("x = [192.0.2.1]:25\n",
				      (struct edit){.off = 5, .len = 9, .text = "host.example"},
				      "# c\nx = [host.example]:26\n");

	(void)state;
	assert_string_equal(buf_str(&r->bytes), "# c\nx = [host.example]:26\n");
	assert_int_equal(r->n, 1);
	assert_int_equal(r->overlaps[0].line, 2);
	assert_true(r->overlaps[0].ours_remains);
}

static void any_bytes(void **state)
{
	static const char original[] = "a\0b\n\xff\xfe\nz\n", live[] = "a\0b\n\xff!\nz\nq\0";
	const struct edit e = {.off = 5, .len = 1, .text = "!", .text_len = 1};
	struct deadline d = deadline_in_ms(20000);
	struct span o = {original, sizeof(original) - 1}, l = {live, sizeof(live) - 1};
	struct buf published = BUF_INIT;
	struct undone merged;

	(void)state;
	edits_pour(o, &e, 1, &published);
	assert_int_equal(undo_merge(o, &e, 1, (struct span){published.data, published.len}, l, true,
				    &d, &merged, &diag),
			 0);
	assert_int_equal(merged.bytes.len, sizeof(original) - 1 + 2);
	assert_memory_equal(merged.bytes.data, "a\0b\n\xff\xfe\nz\nq\0", merged.bytes.len);
	undone_release(&merged);
	buf_release(&published);
}

static void a_deadline_is_kept(void **state)
{
	struct deadline d = deadline_in_ms(0);
	struct undone merged;

	(void)state;
	assert_int_equal(undo_merge(span("a\n"), NULL, 0, span("a\n"), span("b\n"), false, &d,
				    &merged, &diag),
			 -1);
	assert_true(diag.text[0] != '\0');
}

/* --- by construction ----------------------------------------------------------------------------
 */

#define ROUNDS	  300
#define MAX_LINES 40

static unsigned seed;

static unsigned pick(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

struct made {
	struct buf original, live, want;
	struct edit edits[3 * MAX_LINES];
	size_t n;
	char texts[3 * MAX_LINES][48];
};

static void edit(struct made *m, size_t off, size_t len, const char *text)
{
	char *slot = m->texts[m->n];

	(void)snprintf(slot, sizeof(m->texts[0]), "%s", text);
	m->edits[m->n++] =
		(struct edit){.off = off, .len = len, .text = slot, .text_len = strlen(slot)};
}

/* One line of the original: left alone, edited by us, or changed, removed or added to by them. */
static void make_line(struct made *m, unsigned k)
{
	size_t at = m->original.len;
	char line[48], ours[48];

	(void)snprintf(line, sizeof(line), "line %u = value %u\n", k, pick(1000));
	buf_adds(&m->original, line);
	switch (pick(6)) {
	case 0: /* we change the value */
		(void)snprintf(ours, sizeof(ours), "ours %u", k);
		edit(m, at, strcspn(line, "="), ours);
		buf_addf(&m->live, "%s%s", ours, strchr(line, '='));
		buf_adds(&m->want, line);
		break;
	case 1: /* we put lines behind it, they too */
		(void)snprintf(ours, sizeof(ours), "inserted %u\nand %u\n", k, k);
		edit(m, m->original.len, 0, ours);
		buf_addf(&m->live, "%s%stheirs %u\n", line, ours, k);
		buf_addf(&m->want, "%stheirs %u\n", line, k);
		break;
	case 2: /* they change it */
		buf_addf(&m->live, "changed %u\n", k);
		buf_addf(&m->want, "changed %u\n", k);
		break;
	case 3: /* they remove it */
		break;
	default:
		buf_adds(&m->live, line);
		buf_adds(&m->want, line);
	}
}

static void by_construction(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct made m = {BUF_INIT, BUF_INIT, BUF_INIT, {{0}}, 0, {""}};
		struct buf published = BUF_INIT;
		struct deadline d = deadline_in_ms(20000);
		struct undone merged;
		unsigned lines = 1 + pick(MAX_LINES);

		seed = round + 1;
		for (unsigned k = 0; k < lines; k++)
			make_line(&m, k);
		edits_pour((struct span){m.original.data, m.original.len}, m.edits, m.n,
			   &published);
		assert_int_equal(undo_merge((struct span){m.original.data, m.original.len}, m.edits,
					    m.n, (struct span){published.data, published.len},
					    (struct span){buf_str(&m.live), m.live.len}, false, &d,
					    &merged, &diag),
				 0);
		if (strcmp(buf_str(&merged.bytes), buf_str(&m.want)) != 0 || merged.n != 0)
			fail_msg("round %u, %zu overlaps\nlive:\n%s\nwanted:\n%s\ngot:\n%s", round,
				 merged.n, buf_str(&m.live), buf_str(&m.want),
				 buf_str(&merged.bytes));
		undone_release(&merged);
		buf_release(&published);
		buf_release(&m.original);
		buf_release(&m.live);
		buf_release(&m.want);
	}
}

/* More texts than are remembered while writing, some of them often, with any bytes. */
static void edits_survive_being_stored(void **state)
{
	enum { N = 20000 };
	static struct edit items[N];
	static char texts[N][12];
	struct edits back = EDITS_INIT;
	struct buf stored = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		const size_t n = i % 3 ? i * 2654435761u % N : i % 7;

		items[i] = (struct edit){.kind = (enum edit_kind)(n % (EDIT_FAMILY + 1)),
					 .off = i * 10 + i % 4,
					 .len = i % 5,
					 .text = texts[i]};
		items[i].text_len = (size_t)snprintf(texts[i], sizeof(texts[i]), "\n=%zu ", n) +
				    (n % 2); /* and a NUL */
	}
	edits_format(items, N, &stored);
	assert_true(buf_ok(&stored));
	assert_int_equal(edits_parse(&back, (struct span){stored.data, stored.len}, "edits", &diag),
			 0);
	assert_int_equal(back.n, N);
	for (size_t i = 0; i < N; i++) {
		const struct edit *x = &items[i], *y = &back.items[i];

		assert_true(x->kind == y->kind && x->off == y->off && x->len == y->len &&
			    x->text_len == y->text_len);
		assert_memory_equal(x->text, y->text, x->text_len);
	}
	edits_release(&back);
	buf_release(&stored);
}

static void damaged_edits_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"mta-stack edits 2\n",
		"mta-stack edits 3\n0 0\n",
		"mta-stack edits 3\n= 0 1 1\na\n0 1\n",
		"mta-stack edits 3\n= 0 1 9\na\n",
		"mta-stack edits 3\n= 0 1 0\na\n",
		"mta-stack edits 3\n= 0 4294967296 1\na\n",
		"mta-stack edits 3\n= 9 1 1\na\n",
		"mta-stack edits 3\n=0 1 1\na\n",
		"mta-stack edits 3\n= 0 1\na\n",
		"mta-stack edits 3\n= 0 1 1 1\na\n",
		"mta-stack edits 3\n= 0 1 1\na\n0\n",
		"mta-stack edits 3\n= 0 1 1\na\n0 0 0\n",
		"mta-stack edits 3\n= 0 1 1\na\n-1 0\n",
		"mta-stack edits 3\n= 0 1 1\na\n0 99999999999999999999\n",
		"mta-stack edits 3\n= 0 1 1\na\n\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct edits e = EDITS_INIT;

		assert_int_equal(edits_parse(&e, span(bad[i]), "edits", &diag), -1);
		assert_string_equal(diag.text, "cannot understand edits: it is damaged");
		edits_release(&e);
	}
}

static int release(void **state)
{
	(void)state;
	undone_release(&u);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_behind_ours_do_not_keep_ours),
		cmocka_unit_test(files_without_a_last_newline),
		cmocka_unit_test(inserted_lines_are_undone_one_by_one),
		cmocka_unit_test(what_we_removed_comes_back),
		cmocka_unit_test(a_changed_line_stays_theirs),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(a_deadline_is_kept),
		cmocka_unit_test(by_construction),
		cmocka_unit_test(edits_survive_being_stored),
		cmocka_unit_test(damaged_edits_are_refused),
	};

	return cmocka_run_group_tests_name("undo", tests, NULL, release);
}
