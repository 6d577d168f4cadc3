/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan: files are asked for once, findings are forgotten at each round, facts are found. */
#include "unit.h"

#include <string.h>

#include "pure/mask.h"
#include "pure/scan.h"

static int setup(void **state)
{
	static struct scan s;

	scan_init(&s, "/etc/x");
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	scan_release(*state);
	return 0;
}

static void a_file_is_asked_for_once(void **state)
{
	struct scan *s = *state;
	struct file *f = scan_file(s, "/etc/x/main.cf", 7);

	assert_int_equal(f->state, FILE_WANTED);
	assert_int_equal(f->role, 7);
	assert_true(scan_wants(s));
	f->state = FILE_ABSENT;
	assert_false(scan_wants(s));
	for (int i = 0; i < 100; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/etc/x/%d", i);
		assert_int_equal(scan_file_index(s, scan_file(s, path, 0)), i + 1);
	}
	assert_int_equal(scan_file_index(s, scan_file(s, "/etc/x/main.cf", 9)), 0);
	assert_int_equal(s->n_files, 101);
	assert_int_equal(s->files[0].role, 7);
	assert_string_equal(s->files[100].path, "/etc/x/99");
}

static void a_round_forgets_findings_and_keeps_files(void **state)
{
	struct scan *s = *state;
	struct file *f = scan_file(s, "/a", 0);
	struct finding *g = scan_add(s, FIND_REMOTE, f, 3, 4);

	assert_int_equal(g->off, 3);
	assert_int_equal(g->len, 4);
	assert_string_equal(g->before, "");
	assert_string_equal(g->after, "");
	assert_null(g->current);
	scan_warn(s, "%s is odd", "this");
	assert_string_equal(s->warnings[0], "this is odd");
	s->blind = true;
	s->process.port = 25;
	scan_restart(s);
	assert_int_equal(s->n_findings, 0);
	assert_int_equal(s->n_warnings, 0);
	assert_int_equal(s->n_files, 1);
	assert_false(s->blind);
	assert_int_equal(s->process.port, 0);
}

static void what_is_made_from_a_file_is_noted_once(void **state)
{
	static const char *const argv[] = {"make", "{source}", NULL};
	struct scan *s = *state;
	struct file *f = scan_file(s, "/t", 0);

	scan_derived(s, f, "/t.db", ".db", argv);
	scan_derived(s, f, "/t.db", ".db", argv);
	scan_derived(s, f, "/t.lmdb", ".lmdb", argv);
	assert_int_equal(f->n_derived, 2);
	assert_string_equal(f->derived[1].path, "/t.lmdb");
	assert_string_equal(f->derived[1].suffix, ".lmdb");
}

static void facts_are_lines_of_key_and_value(void **state)
{
	static const char text[] = "a = 1\nno value\nab =  two words \nempty =\nlast=3";
	struct scan *s = *state;
	struct span v;

	s->facts = (struct span){text, strlen(text)};
	assert_true(scan_fact(s, "a", &v) && text_equal(v, "1"));
	assert_true(scan_fact(s, "ab", &v) && text_equal(v, "two words"));
	assert_true(scan_fact(s, "empty", &v) && text_equal(v, ""));
	assert_true(scan_fact(s, "last", &v) && text_equal(v, "3"));
	assert_false(scan_fact(s, "b", &v));
	assert_false(scan_fact(s, "no value", &v));
	s->facts = (struct span){"", 0};
	assert_false(scan_fact(s, "a", &v));
}

/* Wherever it occurs; the longer one where one is a part of another. */
static void a_secret_is_masked(void **state)
{
	static const char text[] = "a = u:pw\nb = u:pw2 \n  and more\n";
	struct scan *s = *state;
	struct file *f = scan_file(s, "/etc/x/main.cf", 0);
	struct buf out = BUF_INIT;
	struct mask m;
	struct diag d;

	f->state = FILE_LOADED;
	f->bytes = (struct span){text, sizeof(text) - 1};
	assert_int_equal(mask_init(&m, s, &d), 0);
	assert_string_equal(mask_text(&m, text, &out), text);
	scan_secret(s, f, 4, 4);
	scan_secret(s, f, 13, sizeof(text) - 1 - 13);
	assert_true(f->has_secrets);
	assert_int_equal(s->n_secrets, 3);
	assert_int_equal(mask_init(&m, s, &d), 0);
	assert_string_equal(mask_text(&m, text, &out), "a = " MASK "\nb = " MASK " \n  " MASK "\n");
	assert_string_equal(mask_text(&m, "u:p, more and more, u:pw2u:pwu:p", &out),
			    "u:p, more " MASK ", " MASK MASK "u:p");
	assert_string_equal(mask_text(&m, "", &out), "");
	mask_release(&m);
	buf_release(&out);
	scan_restart(s);
	assert_false(f->has_secrets);
	assert_int_equal(s->n_secrets, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_asked_for_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_secret_is_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(a_round_forgets_findings_and_keeps_files, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_made_from_a_file_is_noted_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(facts_are_lines_of_key_and_value, setup, teardown),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
