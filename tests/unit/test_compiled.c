/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_compiled: what effects/instance.h promises of compiled tables, on real files: they are made,
 * given back and made again with their sources.
 */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "box.h"
#include "mail_instance.h"

static const char *const compile[] = {"cp", "{source}", "{source}.db", NULL};
static const char *const filter[] = {"dd", "of={source}.db", "status=none", "<", NULL};

static void apply_with_table(const char *const *argv)
{
	const struct admin_file *table = load("etc/transport");
	struct edit t = replace(table->bytes, "198.51.100.7", "relay.example.net");
	struct derived derived = {box_path("etc/transport.db"), ".db", argv, false};
	struct change changes[2] = {
		{.path = table->path, .edits = &t, .n_edits = 1},
		{.path = derived.path, .source = table->path, .derived = &derived},
	};
	struct buf now = BUF_INIT;
	enum publish_end end;

	buf_add(&now, table->bytes.at, t.off);
	buf_adds(&now, t.text);
	buf_add(&now, table->bytes.at + t.off + t.len, table->bytes.len - t.off - t.len);
	assert_int_equal(instance_build(inst, table->path, (struct span){now.data, now.len},
					&derived, &soon, &changes[1].content, &diag),
			 0);
	buf_release(&now);
	if (instance_publish(inst, changes, 2, &record, &soon, &end, &diag) < 0)
		fail_msg("%s", diag.text);
	assert_int_equal(end, PUBLISH_DONE);
}

static bool older(const char *a, const char *b)
{
	struct stat x = box_stat(a), y = box_stat(b);

	return x.st_mtim.tv_sec < y.st_mtim.tv_sec ||
	       (x.st_mtim.tv_sec == y.st_mtim.tv_sec && x.st_mtim.tv_nsec < y.st_mtim.tv_nsec);
}

static void compiled_tables_come_and_go(void **state)
{
	struct check_report c;
	struct restore_report r;

	(void)state;
	box_put("etc/transport.db", TABLE_OLD);
	open_it();
	apply_with_table(compile);
	assert_string_equal(box_get("etc/transport.db"), TABLE_NEW);
	assert_false(older("etc/transport.db", "etc/transport"));
	assert_int_equal(instance_check(inst, false, &c, &diag), 0);
	assert_true(c.in_sync);
	open_it();
	r = restore();
	assert_true(r.clean);
	assert_int_equal(r.files[1].how, RESTORED_EXACT);
	assert_string_equal(box_get("etc/transport.db"), TABLE_OLD);
	assert_int_equal(box_count("state/mail/build"), 0);
	assert_int_equal(box_count("state/mail/originals"), 0);

	assert_int_equal(unlink(box_path("etc/transport.db")), 0); /* there was none */
	apply_with_table(filter);
	assert_true(box_has("etc/transport.db"));
	assert_true(restore().clean);
	assert_false(box_has("etc/transport.db"));
}

static void a_table_made_anew_is_made_again(void **state)
{
	struct restore_report r;

	(void)state;
	box_put("etc/transport.db", TABLE_OLD);
	open_it();
	apply_with_table(compile);
	box_put("etc/transport", TABLE_NEW "example.org local:\n"); /* and then postmap */
	box_put("etc/transport.db", TABLE_NEW "example.org local:\n");
	open_it();
	r = restore();
	assert_int_equal(r.files[0].how, RESTORED_MERGED);
	assert_int_equal(r.files[1].how, RESTORED_REBUILT);
	assert_string_equal(box_get("etc/transport"), TABLE_OLD "example.org local:\n");
	assert_string_equal(box_get("etc/transport.db"), TABLE_OLD "example.org local:\n");

	/* The same with an apply in between: its original is the admin's table, not the first. */
	box_put("etc/transport", TABLE_OLD);
	box_put("etc/transport.db", TABLE_OLD);
	open_it();
	apply_with_table(compile);
	box_put("etc/transport", TABLE_NEW "example.org local:\n");
	box_put("etc/transport.db", TABLE_NEW "example.org local:\n");
	open_it();
	apply_with_table(compile);
	assert_string_equal(box_get("etc/transport.db"), TABLE_NEW "example.org local:\n");
	assert_true(restore().clean);
	assert_string_equal(box_get("etc/transport.db"), TABLE_OLD "example.org local:\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, mail_make, mail_clear)
	const struct CMUnitTest tests[] = {
		T(compiled_tables_come_and_go),
		T(a_table_made_anew_is_made_again),
	};

	return cmocka_run_group_tests_name("compiled", tests, NULL, NULL);
}
