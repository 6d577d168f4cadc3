/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_plan_keys: an entry that is looked up for a remote follows it, and is never lost.
 */
#include "unit.h"

#include <string.h>

#include "plan_world.h"

/* Two files: a place of the remote, and an entry that is looked up for it. */
static struct finding *entry(struct world *w, const char *keys, bool kept_too)
{
	static const char text[] = "relayhost = [198.51.100.7]\n";
	struct finding *f;

	add_file(w, "/etc/x/keys", keys);
	f = remote(w, keys, "198.51.100.7", FIND_KEY);
	f->line_off = 0;
	f->line_len = strcspn(keys, "\n");
	f->join = "\n";
	add_file(w, "/etc/x/main", text);
	remote(w, text, "198.51.100.7", FIND_REMOTE);
	if (kept_too)
		remote(w, text, "198.51.100.7", FIND_KEPT);
	pin(w, "198.51.100.7 mx.remote.example");
	make(w);
	return f;
}

static void a_key_follows_its_remote(void **state)
{
	struct world *w = *state;
	struct buf out = BUF_INIT;

	entry(w, "[198.51.100.7]:25 u:p\nx y\n", false);
	assert_string_equal(rendered(w, &out), "[mx.remote.example]:25 u:p\nx y\n");
	assert_int_equal(w->plan.edits[0].kind, EDIT_KEY);
	buf_release(&out);
}

static void a_key_of_a_remote_that_stays_too_is_repeated(void **state)
{
	struct world *w = *state;
	struct buf out = BUF_INIT;

	entry(w, "[198.51.100.7]:25 u:p\nx y\n", true);
	assert_string_equal(rendered(w, &out),
			    "[198.51.100.7]:25 u:p\n[mx.remote.example]:25 u:p\nx y\n");
	buf_release(&out);
}

static void a_key_is_repeated_if_nobody_can_tell(void **state)
{
	struct world *w = *state;
	struct buf out = BUF_INIT;

	w->scan.blind = true;
	entry(w, "[198.51.100.7] u:p", false);
	assert_string_equal(rendered(w, &out), "[198.51.100.7] u:p\n[mx.remote.example] u:p");
	buf_release(&out);
}

static void an_entry_of_the_name_counts(void **state)
{
	struct world *w = *state;

	entry(w, "[198.51.100.7] u:p\n[mx.remote.example] u:q\n", false);
	assert_int_equal(w->plan.n_edits, 1);
	assert_int_equal(w->plan.edits[0].kind, EDIT_REMOTE);
}

static void a_key_without_a_remote_stays(void **state)
{
	static const char text[] = "[198.51.100.7] u:p\n";
	struct world *w = *state;
	struct finding *f;

	add_file(w, "/etc/x/keys", text);
	f = remote(w, text, "198.51.100.7", FIND_KEY);
	f->line_len = strlen(text) - 1;
	pin(w, "198.51.100.7 mx.remote.example");
	make(w);
	assert_int_equal(w->plan.n_edits, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, plan_world_make, plan_world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_key_follows_its_remote),
		T(a_key_of_a_remote_that_stays_too_is_repeated),
		T(a_key_is_repeated_if_nobody_can_tell),
		T(an_entry_of_the_name_counts),
		T(a_key_without_a_remote_stays),
	};

	return cmocka_run_group_tests_name("plan_keys", tests, NULL, NULL);
}
