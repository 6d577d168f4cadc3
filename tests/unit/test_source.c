/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_source: instance_check() on the file of names, which is used and not rewritten.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "effects/instance.h"
#include "pure/sum.h"

static const char bind[] = "smtp_bind_address = 192.0.2.10\n";
static struct diag diag;
static struct deadline soon;
static struct instance *inst;

static int make(void **state)
{
	if (box_make(state) < 0 || mkdir(box_path("etc"), 0755) < 0)
		return -1;
	box_put("etc/main.cf", "# mine\n");
	return 0;
}

static int clear(void **state)
{
	instance_close(inst);
	inst = NULL;
	return box_remove(state);
}

static void open_it(void)
{
	instance_close(inst);
	inst = NULL;
	soon = deadline_in_ms(10000);
	if (instance_open(box_path("state"), "mail", &soon, &inst, &diag) < 0)
		fail_msg("%s", diag.text);
}

/* Not rewritten, but what was published came of it. */
static void a_changed_names_file_is_drift(void **state)
{
	const struct admin_file *f;
	struct restore_report restored;
	struct check_report r;
	struct stack_record with = {.mta = "postfix", .config = "/etc/postfix"};
	enum publish_end end;
	struct stat st;
	char *path;

	(void)state;
	box_put("etc/names", "198.51.100.7 relay.example.net\n");
	st = box_stat("etc/names");
	with.remotes = 3;
	with.named = 2;
	with.names = (struct source_file){
		box_path("etc/names"), identity_of(&st),
		sum_of((struct span){box_get("etc/names"), (size_t)st.st_size})};
	open_it();
	assert_int_equal(instance_load(inst, box_path("etc/main.cf"), &soon, &f, &diag), 0);
	path = strdup(with.names.path);
	with.names.path = path;
	struct edit e = {
		.kind = EDIT_BIND, .off = f->bytes.len, .text = bind, .text_len = sizeof(bind) - 1};
	struct change c = {.path = f->path, .edits = &e, .n_edits = 1, .postconf_lock = true};

	assert_int_equal(instance_publish(inst, &c, 1, &with, &soon, &end, &diag), 0);
	open_it(); /* as another run would */
	assert_int_equal(instance_record(inst)->remotes, 3);
	assert_int_equal(instance_record(inst)->named, 2);
	assert_string_not_equal(instance_when(inst), "");
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.in_sync);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.files[1].path, with.names.path);
	box_replace("etc/names", "198.51.100.7 relay.example.net\n"); /* a copy */
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.in_sync);
	for (int quick = 0; quick < 2; quick++) {
		box_replace("etc/names", "198.51.100.7 other.example.net\n");
		assert_int_equal(instance_check(inst, quick, &r, &diag), 0);
		assert_false(r.in_sync || r.bind_lost);
		assert_int_equal(r.files[0].state, SYNC_IN);
		assert_int_equal(r.files[1].state, SYNC_DRIFTED);
	}
	assert_int_equal(unlink(box_path("etc/names")), 0);
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_int_equal(r.files[1].state, SYNC_GONE);
	assert_int_equal(instance_restore(inst, &soon, &restored, &diag), 0);
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_int_equal(r.n, 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_changed_names_file_is_drift, make, clear),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
