/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_copy: copies in place of rewritten files (effects/instance.h with change.target, and
 * effects/copytree.h), on real files.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "effects/copytree.h"
#include "effects/instance.h"

#define MAIN  "# mine\nrelayhost = [198.51.100.7]:27\n"
#define MAIN1 "# mine\nrelayhost = [one.example.net]:27\nbind = 192.0.2.1\n"
#define TABLE "example.com smtp:[198.51.100.7]\n"
#define TAB1  "example.com smtp:[one.example.net]\n"

static struct diag diag;
static struct deadline soon;
static struct instance *inst;
static struct stat before[4];

static const char *const admins[] = {"etc/main.cf", "etc/maps/transport", "etc/other", "etc"};

/* The path of the copy of a file of the box, in the box. */
static const char *copy_of(const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "run/mail%s", box_path(name));
	return path;
}

static int make(void **state)
{
	struct timespec old[2] = {{1000000000, 123456789}, {1100000000, 987654321}};

	if (box_make(state) < 0 || mkdir(box_path("etc"), 0750) < 0 ||
	    mkdir(box_path("etc/maps"), 0755) < 0 || mkdir(box_path("etc/empty"), 0755) < 0)
		return -1;
	box_put("etc/main.cf", MAIN);
	box_put("etc/maps/transport", TABLE);
	box_put("etc/maps/beside", "b\n");
	box_put("etc/other", "o\n");
	box_put("etc/main.cf.tmp", "");
	for (size_t i = 0; i < 4; i++) {
		if (utimensat(AT_FDCWD, box_path(admins[i]), old, 0) < 0)
			return -1;
		before[i] = box_stat(admins[i]);
	}
	return 0;
}

/* Byte-identical is looked at by the bytes; here: nobody wrote, nobody replaced. */
static void assert_untouched(void)
{
	assert_string_equal(box_get("etc/main.cf"), MAIN);
	assert_string_equal(box_get("etc/maps/transport"), TABLE);
	for (size_t i = 0; i < 4; i++) {
		struct stat now = box_stat(admins[i]);

		assert_int_equal(now.st_ino, before[i].st_ino);
		assert_int_equal(now.st_mode, before[i].st_mode);
		assert_int_equal(now.st_ctim.tv_sec, before[i].st_ctim.tv_sec);
		assert_int_equal(now.st_ctim.tv_nsec, before[i].st_ctim.tv_nsec);
		assert_int_equal(now.st_mtim.tv_sec, before[i].st_mtim.tv_sec);
		assert_int_equal(now.st_mtim.tv_nsec, before[i].st_mtim.tv_nsec);
	}
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
	soon = deadline_in_ms(20000);
	if (instance_open(box_path("state"), "mail", &soon, &inst, &diag) < 0)
		fail_msg("%s", diag.text);
}

static const struct admin_file *load(const char *name)
{
	const struct admin_file *f = NULL;

	assert_int_equal(instance_load(inst, box_path(name), &soon, &f, &diag), 0);
	assert_int_equal(f->state, FILE_LOADED);
	return f;
}

static struct edit rename_remote(struct span bytes)
{
	const char *at = memmem(bytes.at, bytes.len, "198.51.100.7", 12);

	assert_non_null(at);
	return (struct edit){.kind = EDIT_REMOTE,
			     .off = (size_t)(at - bytes.at),
			     .len = 12,
			     .text = "one.example.net",
			     .text_len = 15};
}

/* main.cf, and with `table` the transport table and what is made from it. */
static int try_apply(const char *bind, bool table)
{
	static const char *const compile[] = {"cp", "{source}", "{source}.db", NULL};
	static char config[1024], root[1024], targets[3][4096], db[1024];
	const struct stack_record record = {.mta = "postfix", .config = config, .copy = root};
	const struct admin_file *m = load("etc/main.cf"), *t = load("etc/maps/transport");
	struct derived derived = {.path = db, .suffix = ".db", .argv = compile};
	struct edit me[2] = {
		rename_remote(m->bytes),
		{.kind = EDIT_BIND, .off = m->bytes.len, .text = bind, .text_len = strlen(bind)}};
	struct edit te = rename_remote(t->bytes);
	struct change changes[3];
	enum publish_end end = PUBLISH_CONFLICT;
	const char *content = NULL;

	(void)snprintf(config, sizeof(config), "%s", box_path("etc"));
	(void)snprintf(root, sizeof(root), "%s", box_path("run/mail"));
	(void)snprintf(db, sizeof(db), "%s", box_path("etc/maps/transport.db"));
	(void)snprintf(targets[0], 4096, "%s%s", root, m->path);
	(void)snprintf(targets[1], 4096, "%s%s", root, t->path);
	(void)snprintf(targets[2], 4096, "%s%s", root, db);
	assert_int_equal(instance_build(inst, t->path, (struct span){TAB1, sizeof(TAB1) - 1},
					&derived, &soon, &content, &diag),
			 0);
	changes[0] = (struct change){.path = m->path,
				     .target = targets[0],
				     .edits = me,
				     .n_edits = 2,
				     .postconf_lock = true};
	changes[1] =
		(struct change){.path = t->path, .target = targets[1], .edits = &te, .n_edits = 1};
	changes[2] = (struct change){.path = db,
				     .target = targets[2],
				     .content = content,
				     .source = t->path,
				     .derived = &derived};
	if (instance_publish(inst, changes, table ? 3 : 1, &record, &soon, &end, &diag) < 0)
		return -1;
	assert_int_equal(end, PUBLISH_DONE);
	return 0;
}

static void apply(const char *bind, bool table)
{
	open_it();
	if (try_apply(bind, table) < 0)
		fail_msg("%s", diag.text);
}

static struct restore_report restore(void)
{
	struct restore_report r;

	open_it();
	if (instance_restore(inst, &soon, &r, &diag) < 0)
		fail_msg("%s", diag.text);
	return r;
}

static bool is_link(const char *name)
{
	return S_ISLNK(box_stat(copy_of(name)).st_mode);
}

static void the_admins_files_are_only_read(void **state)
{
	struct restore_report r;

	(void)state;
	apply("bind = 192.0.2.1\n", true);
	assert_untouched();
	assert_string_equal(box_get(copy_of("etc/main.cf")), MAIN1);
	assert_string_equal(box_get(copy_of("etc/maps/transport")), TAB1);
	assert_string_equal(box_get(copy_of("etc/maps/transport.db")), TAB1);
	assert_false(box_has("etc/maps/transport.db"));
	/* The rest is there too, but nothing that somebody is just writing. */
	assert_true(is_link("etc/other"));
	assert_true(is_link("etc/empty"));
	assert_true(is_link("etc/maps/beside"));
	assert_int_equal(box_count(copy_of("etc")), 4);
	assert_int_equal(box_count(copy_of("etc/maps")), 3);
	/* Directories let in whom the admin's do. */
	assert_int_equal(box_stat(copy_of("etc")).st_mode & 07777, 0750);
	assert_int_equal(box_stat(copy_of("etc/main.cf")).st_mode, before[0].st_mode);
	r = restore();
	assert_true(r.clean);
	assert_int_equal(r.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(r.files[i].how, RESTORED_REMOVED);
	assert_false(box_has("run/mail"));
	assert_untouched();
	assert_int_equal(box_count("state/mail/originals"), 0);
}

static void applied_again_it_changes_from_one_whole_to_another(void **state)
{
	(void)state;
	apply("bind = 192.0.2.1\n", false);
	assert_true(is_link("etc/maps")); /* nothing in it was rewritten */
	apply("bind = 192.0.2.1\n", true);
	assert_string_equal(box_get(copy_of("etc/maps/transport")), TAB1);
	assert_true(is_link("etc/maps/beside"));
	apply("bind = 192.0.2.1\n", false);
	assert_true(is_link("etc/maps/transport"));
	assert_false(box_has(copy_of("etc/maps/transport.db")));
	assert_string_equal(box_get(copy_of("etc/main.cf")), MAIN1);
	assert_untouched();
	assert_true(restore().clean);
	assert_false(box_has("run/mail"));
	assert_untouched();
}

/* A link that was made when the table was not rewritten never leads the copy into the admin's. */
static void a_link_is_replaced_not_followed(void **state)
{
	(void)state;
	apply("bind = 192.0.2.1\n", true);
	assert_int_equal(unlink(box_path(copy_of("etc/main.cf"))), 0);
	assert_int_equal(symlink(box_path("etc/main.cf"), box_path(copy_of("etc/main.cf"))), 0);
	apply("bind = 192.0.2.2\n", true);
	assert_false(is_link("etc/main.cf"));
	assert_untouched();
	assert_int_equal(unlink(box_path(copy_of("etc/main.cf"))), 0);
	assert_int_equal(symlink(box_path("etc/main.cf"), box_path(copy_of("etc/main.cf"))), 0);
	(void)restore();
	assert_untouched();
	assert_false(box_has("run/mail"));
}

/* /run is empty after a boot; the state is not. */
static void after_a_boot_nothing_is_left_to_undo(void **state)
{
	struct restore_report r;

	(void)state;
	apply("bind = 192.0.2.1\n", true);
	box_clear("run");
	r = restore();
	assert_true(r.clean);
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
	assert_untouched();
	apply("bind = 192.0.2.1\n", true);
	box_clear("run");
	apply("bind = 192.0.2.1\n", true); /* and a start that finds it so */
	assert_string_equal(box_get(copy_of("etc/main.cf")), MAIN1);
}

static const struct checked_file *drifted(bool quick)
{
	static struct check_report r;

	open_it();
	assert_int_equal(instance_check(inst, quick, &r, &diag), 0);
	for (size_t i = 0; i < r.n; i++)
		if (r.files[i].state != SYNC_IN)
			return &r.files[i];
	assert_true(r.in_sync);
	return NULL;
}

static void drift_is_of_the_original_or_of_the_copy(void **state)
{
	(void)state;
	for (int quick = 0; quick < 2; quick++) {
		apply("bind = 192.0.2.1\n", true);
		assert_null(drifted(quick));
		box_put("etc/main.cf", MAIN "more = 1\n");
		assert_string_equal(drifted(quick)->path, box_path("etc/main.cf"));
		assert_non_null(strstr(drifted(quick)->reason, "older copy"));
		assert_false(drifted(quick)->bind_lost);
		box_put("etc/main.cf", MAIN); /* another time, the same bytes */
		assert_null(drifted(quick));
		box_put(copy_of("etc/main.cf"), MAIN);
		assert_string_equal(drifted(quick)->path, box_path(copy_of("etc/main.cf")));
		assert_true(drifted(quick)->bind_lost);
		assert_int_equal(unlink(box_path(copy_of("etc/main.cf"))), 0);
		assert_true(drifted(quick)->bind_lost);
		assert_int_equal(unlink(box_path("etc/main.cf")), 0);
		box_put("etc/main.cf", MAIN);
	}
	apply("bind = 192.0.2.1\n", true);
	assert_int_equal(unlink(box_path("etc/main.cf")), 0);
	assert_non_null(strstr(drifted(true)->reason, "it is gone"));
	assert_false(drifted(true)->bind_lost);
}

static void an_edited_copy_is_kept(void **state)
{
	struct restore_report r;
	char kept[4096];

	(void)state;
	apply("bind = 192.0.2.1\n", true);
	box_put(copy_of("etc/main.cf"), MAIN1 "by = hand\n");
	r = restore();
	assert_false(r.clean);
	assert_int_equal(r.files[0].how, RESTORED_EDITED);
	assert_non_null(r.files[0].kept);
	(void)snprintf(kept, sizeof(kept), "state/mail/kept/%s", strrchr(r.files[0].kept, '/') + 1);
	assert_string_equal(box_get(kept), MAIN1 "by = hand\n");
	assert_false(box_has("run/mail"));
	assert_untouched();
}

static void what_cannot_be_made_leaves_nothing(void **state)
{
	(void)state;
	box_put("run", "in the way\n");
	open_it();
	assert_int_equal(try_apply("bind = 192.0.2.1\n", true), -1);
	assert_non_null(strstr(diag.text, "cannot make the copy"));
	assert_null(strchr(diag.text, '\n'));
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
	assert_int_equal(box_count("state/mail/originals"), 0);
	assert_false(box_has("state/mail/journal.json"));
	assert_untouched();
	/* A link on the way is not followed: it would be somebody else's directory. */
	assert_int_equal(unlink(box_path("run")), 0);
	assert_int_equal(symlink("etc", box_path("run")), 0);
	open_it();
	assert_int_equal(try_apply("bind = 192.0.2.1\n", true), -1);
	assert_int_equal(box_count("etc"), 5);
	assert_untouched();
}

/* In a root of its own, since a remover without that guard would take everything. */
static void what_cannot_be_a_copy_is_not_removed(void **state)
{
	static const char *const roots[] = {"",	     "/",	 "//",	       "/etc",
					    "/etc/", "etc/maps", "/run/../etc"};
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		if (chroot(box_path("")) < 0 || chdir("/") < 0)
			_exit(100);
		for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
			if (copytree_remove(roots[i], &diag) == 0 ||
			    access("/etc/maps/transport", F_OK) < 0)
				_exit(1 + (int)i);
		_exit(copytree_remove("/etc/maps", &diag) == 0 && access("/etc/maps", F_OK) < 0 &&
				      access("/etc/main.cf", F_OK) == 0
			      ? 0
			      : 99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, clear)
	const struct CMUnitTest tests[] = {
		T(the_admins_files_are_only_read),
		T(applied_again_it_changes_from_one_whole_to_another),
		T(a_link_is_replaced_not_followed),
		T(after_a_boot_nothing_is_left_to_undo),
		T(drift_is_of_the_original_or_of_the_copy),
		T(an_edited_copy_is_kept),
		T(what_cannot_be_made_leaves_nothing),
		T(what_cannot_be_a_copy_is_not_removed),
	};

	return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
