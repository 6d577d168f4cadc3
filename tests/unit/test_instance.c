/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_instance: what effects/instance.h promises, on real files. Compiled tables are in
 * test_compiled.c.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "box.h"
#include "mail_instance.h"

#define MAIN_NEW                                                                                   \
	"# mine\nmyhostname = mx.example.org\nrelayhost = [relay.example.net]:27\n"                \
	"smtp_bind_address = 192.0.2.10\nsmtp_bind_address_enforce = yes\n"

static struct edit append(struct span bytes, const char *new)
{
	return (struct edit){
		.kind = EDIT_BIND, .off = bytes.len, .text = new, .text_len = strlen(new)};
}

/* main.cf and transport, as a plan would change them. */
static int try_apply(const char *bind, enum publish_end *ret_end)
{
	const struct admin_file *main_cf = load("etc/main.cf"), *table = load("etc/transport");
	struct edit m[2] = {replace(main_cf->bytes, "198.51.100.7", "relay.example.net"),
			    append(main_cf->bytes, bind)};
	struct edit t[1] = {replace(table->bytes, "198.51.100.7", "relay.example.net")};
	struct change changes[2] = {
		{.path = main_cf->path, .edits = m, .n_edits = 2, .postconf_lock = true},
		{.path = table->path, .edits = t, .n_edits = 1},
	};

	return instance_publish(inst, changes, 2, &record, &soon, ret_end, &diag);
}

static const char bind[] = "smtp_bind_address = 192.0.2.10\nsmtp_bind_address_enforce = yes\n";

static void apply(void)
{
	enum publish_end end = PUBLISH_CONFLICT;

	if (try_apply(bind, &end) < 0)
		fail_msg("%s", diag.text);
	assert_int_equal(end, PUBLISH_DONE);
}

/* Nothing of a transaction is left beside the files and in the state. */
static void assert_tidy(int originals)
{
	assert_int_equal(box_count("etc"), 2);
	assert_int_equal(box_count("state/mail/originals"), originals);
	assert_false(box_has("state/mail/journal.json"));
	assert_false(box_has("state/mail/state.next"));
}

static void applies_and_restores_exactly(void **state)
{
	struct timespec old[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
	struct stat before, after;
	struct restore_report r;
	char value[8] = "";

	(void)state;
	assert_int_equal(utimensat(AT_FDCWD, box_path("etc/main.cf"), old, 0), 0);
	assert_int_equal(chmod(box_path("etc/main.cf"), 0640), 0);
	assert_int_equal(chown(box_path("etc/main.cf"), 12, 34), 0);
	assert_int_equal(setxattr(box_path("etc/main.cf"), "user.note", "x\0y", 3, 0), 0);
	before = box_stat("etc/main.cf");
	open_it();
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
	apply();
	assert_string_equal(box_get("etc/main.cf"), MAIN_NEW);
	assert_string_equal(box_get("etc/transport"), TABLE_NEW);
	after = box_stat("etc/main.cf");
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, 12);
	assert_int_equal(after.st_gid, 34);
	assert_int_equal(getxattr(box_path("etc/main.cf"), "user.note", value, 8), 3);
	assert_memory_equal(value, "x\0y", 3);
	assert_tidy(4);

	open_it(); /* as another run would */
	assert_int_equal(instance_phase(inst), INSTANCE_APPLIED);
	assert_true(instance_this_boot(inst));
	assert_string_equal(instance_record(inst)->vip4, "192.0.2.10");
	assert_int_equal(instance_record(inst)->port, 25);
	assert_null(instance_record(inst)->name);
	r = restore();
	assert_true(r.clean);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.files[0].how, RESTORED_EXACT);
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
	assert_string_equal(box_get("etc/transport"), TABLE_OLD);
	after = box_stat("etc/main.cf");
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, 12);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	assert_int_equal(getxattr(box_path("etc/main.cf"), "user.note", value, 8), 3);
	assert_int_equal(listxattr(box_path("etc/main.cf"), NULL, 0), sizeof("user.note"));
	assert_tidy(0);
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
	assert_int_equal(restore().n, 0); /* once more: nothing to do */
}

static void applies_again_from_the_admins_bytes(void **state)
{
	const struct admin_file *f;

	(void)state;
	open_it();
	apply();
	open_it();
	f = load("etc/main.cf");
	assert_true(f->rewritten);
	assert_int_equal(f->bytes.len, strlen(MAIN_OLD));
	assert_memory_equal(f->bytes.at, MAIN_OLD, f->bytes.len);
	apply();
	assert_string_equal(box_get("etc/main.cf"), MAIN_NEW);
	assert_tidy(4);
	assert_true(restore().clean);
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
}

static void a_file_that_is_not_planned_any_more_is_given_back(void **state)
{
	const struct admin_file *f;
	struct edit e;
	struct change change;
	enum publish_end end;

	(void)state;
	open_it();
	apply();
	open_it();
	f = load("etc/main.cf");
	e = append(f->bytes, "smtp_bind_address = 192.0.2.11\n");
	change = (struct change){.path = f->path, .edits = &e, .n_edits = 1};
	assert_int_equal(instance_publish(inst, &change, 1, &record, &soon, &end, &diag), 0);
	assert_string_equal(box_get("etc/transport"), TABLE_OLD);
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD "smtp_bind_address = 192.0.2.11\n");
	assert_tidy(2);
}

static void keeps_what_the_admin_appended(void **state)
{
	const struct admin_file *f;
	struct restore_report r;

	(void)state;
	open_it();
	apply();
	box_replace("etc/main.cf", MAIN_NEW "message_size_limit = 1\n");
	open_it();
	f = load("etc/main.cf");
	assert_int_equal(f->bytes.len, strlen(MAIN_OLD "message_size_limit = 1\n"));
	assert_memory_equal(f->bytes.at, MAIN_OLD "message_size_limit = 1\n", f->bytes.len);
	r = restore();
	assert_true(r.clean);
	assert_int_equal(r.files[0].how, RESTORED_MERGED);
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD "message_size_limit = 1\n");
}

static void the_admins_text_wins(void **state)
{
	struct restore_report r;

	(void)state;
	open_it();
	apply();
	box_replace("etc/main.cf",
		    "# mine\n# and more\nmyhostname = mx.example.org\n"
		    "relayhost = [relay.example.net]:28\n"
		    "smtp_bind_address = 192.0.2.10\nsmtp_bind_address_enforce = yes\n");
	open_it();
	r = restore();
	assert_false(r.clean);
	assert_int_equal(r.files[0].how, RESTORED_OVERLAP);
	assert_int_equal(r.files[0].n_overlaps, 1);
	assert_int_equal(r.files[0].overlaps[0].line, 4);
	assert_true(r.files[0].overlaps[0].ours_remains);
	assert_string_equal(r.files[0].overlaps[0].text, "relay.example.net");
	assert_string_equal(box_get("etc/main.cf"),
			    "# mine\n# and more\nmyhostname = mx.example.org\n"
			    "relayhost = [relay.example.net]:28\n");
	assert_non_null(r.files[0].kept);
	assert_int_equal(box_count("state/mail/kept"), 1);
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
}

static void a_conflict_publishes_nothing(void **state)
{
	enum publish_end end = PUBLISH_DONE;

	(void)state;
	open_it();
	(void)load("etc/main.cf");
	(void)load("etc/transport");
	box_put("etc/transport", "other.example smtp:[198.51.100.7]\n"); /* meanwhile */
	assert_int_equal(try_apply(bind, &end), 0);
	assert_int_equal(end, PUBLISH_CONFLICT);
	assert_non_null(strstr(diag.text, "etc/transport: it was changed at the same time"));
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
	assert_string_equal(box_get("etc/transport"), "other.example smtp:[198.51.100.7]\n");
	assert_tidy(0);
	apply(); /* the second round sees the new bytes */
	assert_string_equal(box_get("etc/transport"), "other.example smtp:[relay.example.net]\n");
	assert_true(restore().clean);
}

static void waits_for_postconf(void **state)
{
	int fd = open(box_path("etc/main.cf.tmp"), O_RDWR | O_CREAT, 0600);
	enum publish_end end;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	open_it();
	soon = deadline_in_ms(150);
	assert_int_equal(try_apply(bind, &end), -1);
	assert_non_null(strstr(diag.text, "another program (postconf?) still holds the lock"));
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
	assert_true(box_has("etc/main.cf.tmp")); /* not ours to remove */
	assert_int_equal(close(fd), 0);		 /* it died: its file is left over */
	soon = deadline_in_ms(20000);
	apply();
	assert_tidy(4);
}

static void refuses_odd_files(void **state)
{
	enum publish_end end;

	(void)state;
	assert_int_equal(link(box_path("etc/transport"), box_path("other")), 0);
	open_it();
	assert_int_equal(try_apply(bind, &end), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	assert_non_null(strstr(diag.text, "etc/transport: it has a second name"));
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
	assert_int_equal(unlink(box_path("other")), 0);

	assert_int_equal(chmod(box_path("etc"), 0777), 0);
	assert_int_equal(try_apply(bind, &end), -1);
	assert_non_null(strstr(diag.text, "everybody may write to its directory"));
	assert_int_equal(chmod(box_path("etc"), 0755), 0);

	assert_int_equal(mkfifo(box_path("etc/fifo"), 0600), 0);
	assert_int_equal(load("etc/fifo")->state, FILE_UNREADABLE);
	assert_string_equal(load("etc/fifo")->why, "it is a FIFO");
	assert_int_equal(symlink("nowhere", box_path("etc/dangling")), 0);
	assert_int_equal(load("etc/dangling")->state, FILE_UNREADABLE);
	assert_int_equal(load("etc/none")->state, FILE_ABSENT);
	assert_int_equal(unlink(box_path("etc/fifo")), 0);
	assert_int_equal(unlink(box_path("etc/dangling")), 0);
	assert_tidy(0);
}

/* Whoever may put names beside the file must not get us to write or read elsewhere. */
static void planted_names_lead_nowhere(void **state)
{
	enum publish_end end;

	(void)state;
	box_put("victim", "precious\n");
	assert_int_equal(symlink("../victim", box_path("etc/main.cf.tmp")), 0);
	open_it();
	assert_int_equal(try_apply(bind, &end), -1);
	assert_non_null(strstr(diag.text, "main.cf.tmp"));
	assert_string_equal(box_get("victim"), "precious\n");
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
	assert_int_equal(unlink(box_path("etc/main.cf.tmp")), 0);

	assert_int_equal(link(box_path("victim"), box_path("etc/main.cf.tmp")), 0);
	apply(); /* that name is given up, the file behind it is not written to */
	assert_string_equal(box_get("victim"), "precious\n");
	assert_string_equal(box_get("etc/main.cf"), MAIN_NEW);
	assert_int_equal(box_stat("victim").st_nlink, 1);

	/* The live file became a link to something else meanwhile. */
	assert_int_equal(unlink(box_path("etc/transport")), 0);
	assert_int_equal(symlink("../victim", box_path("etc/transport")), 0);
	open_it();
	assert_int_equal(restore().files[1].how, RESTORED_ODD);
	assert_string_equal(box_get("victim"), "precious\n");
	assert_string_equal(box_get("etc/main.cf"), MAIN_OLD);
}

static void originals_are_private(void **state)
{
	(void)state;
	open_it();
	apply();
	assert_int_equal(box_stat("state").st_mode & 0777, 0700);
	assert_int_equal(box_stat("state/mail/originals").st_mode & 0777, 0700);
	assert_int_equal(box_stat("state/mail/originals/1-0.original").st_mode & 0777, 0600);
	assert_int_equal(box_stat("state/mail/originals/1-0.edits").st_mode & 0777, 0600);
	assert_int_equal(box_stat("state/mail/state.json").st_mode & 0777, 0600);
	assert_null(strstr(box_get("state/mail/state.json"), "198.51.100.7"));
}

static void follows_an_admins_symlink_once(void **state)
{
	(void)state;
	assert_int_equal(mkdir(box_path("srv"), 0755), 0);
	assert_int_equal(rename(box_path("etc/main.cf"), box_path("srv/main.cf")), 0);
	assert_int_equal(symlink("../srv/main.cf", box_path("etc/main.cf")), 0);
	open_it();
	apply();
	assert_true(S_ISLNK(box_stat("etc/main.cf").st_mode));
	assert_string_equal(box_get("srv/main.cf"), MAIN_NEW);
	assert_true(restore().clean);
	assert_true(S_ISLNK(box_stat("etc/main.cf").st_mode));
	assert_string_equal(box_get("srv/main.cf"), MAIN_OLD);
}

static int try_append(void)
{
	const struct admin_file *f = load("etc/main.cf");
	struct edit e = append(f->bytes, "x = y\n");
	struct change change = {.path = f->path, .edits = &e, .n_edits = 1};
	enum publish_end end;

	return instance_publish(inst, &change, 1, &record, &soon, &end, &diag);
}

static void two_instances_cannot_share_a_file(void **state)
{
	(void)state;
	open_it();
	apply();
	instance_close(inst);
	inst = NULL;
	assert_int_equal(instance_open(box_path("state"), "other", &soon, &inst, &diag), 0);
	assert_non_null(strstr(load("etc/main.cf")->foreign,
			       "(resource mail); two resources cannot share one configuration"));
	assert_int_equal(try_append(), -1);
	assert_int_equal(diag.code, EX_INSTALLED);
	/* Also without the mark, which not every file system and every copy holds. */
	assert_int_equal(removexattr(box_path("etc/main.cf"), "user.mta-stack"), 0);
	instance_close(inst);
	assert_int_equal(instance_open(box_path("state"), "other", &soon, &inst, &diag), 0);
	assert_int_equal(try_append(), -1);
	assert_int_equal(diag.code, EX_CONFIGURED);
	assert_non_null(strstr(diag.text, "the resource mail has rewritten it already"));
	assert_string_equal(box_get("etc/main.cf"), MAIN_NEW);
	assert_int_equal(box_count("state/other/originals"), 0);
}

/* As csync2, rsync without -X or a shared file system bring it: no attribute, another inode. */
static void a_rewrite_from_another_node_is_recognised(void **state)
{
	static const char *const brought[] = {
		"x = y\n# mta-stack wrote this for the resource mail; what was there comes back\n",
		"# mta-stack wrote this for the resource mail; a copy of /x: edit that\nx = y\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		box_put("etc/main.cf", brought[i]);
		open_it();
		assert_non_null(strstr(load("etc/main.cf")->foreign,
				       "(resource mail) and brought here from another node"));
		assert_int_equal(try_append(), -1);
		assert_int_equal(diag.code, EX_INSTALLED);
		assert_string_equal(box_get("etc/main.cf"), brought[i]);
		assert_int_equal(box_count("state/mail/originals"), 0);
		assert_false(box_has("state/mail/state.json"));
	}
}

static void one_at_a_time(void **state)
{
	struct instance *second = NULL;
	struct deadline d;

	(void)state;
	open_it();
	d = deadline_in_ms(100);
	assert_int_equal(instance_open(box_path("state"), "mail", &d, &second, &diag), -1);
	assert_non_null(strstr(diag.text, "another mta-stack command still works"));
	assert_int_equal(instance_open_readonly(box_path("state"), "mail", &second, &diag), 0);
	instance_close(second);
}

static void readonly_makes_nothing(void **state)
{
	(void)state;
	assert_int_equal(instance_open_readonly(box_path("state"), "mail", &inst, &diag), 0);
	soon = deadline_in_ms(5000);
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
	assert_int_equal(load("etc/main.cf")->bytes.len, strlen(MAIN_OLD));
	assert_false(box_has("state"));
}

static void deleted_and_odd_files_are_left_and_kept(void **state)
{
	struct restore_report r;

	(void)state;
	open_it();
	apply();
	assert_int_equal(unlink(box_path("etc/main.cf")), 0);
	assert_int_equal(unlink(box_path("etc/transport")), 0);
	assert_int_equal(mkdir(box_path("etc/transport"), 0755), 0);
	open_it();
	r = restore();
	assert_false(r.clean);
	assert_int_equal(r.files[0].how, RESTORED_GONE);
	assert_int_equal(r.files[1].how, RESTORED_ODD);
	assert_string_equal(r.files[1].detail, "it is a directory");
	assert_int_equal(box_count("state/mail/kept"), 2);
	assert_false(box_has("etc/main.cf"));
	assert_int_equal(instance_phase(inst), INSTANCE_NOT_APPLIED);
}

static void check_tells_apart(void **state)
{
	struct check_report r;

	(void)state;
	open_it();
	apply();
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.in_sync);
	assert_int_equal(instance_check(inst, false, &r, &diag), 0);
	assert_true(r.in_sync);
	box_replace("etc/main.cf", MAIN_NEW); /* other inode, same bytes */
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.in_sync);
	box_replace("etc/main.cf", "# mine!\n" MAIN_NEW);
	for (int quick = 0; quick < 2; quick++) {
		assert_int_equal(instance_check(inst, quick, &r, &diag), 0);
		assert_false(r.in_sync);
		assert_false(r.bind_lost);
		assert_int_equal(r.files[0].state, SYNC_DRIFTED);
		assert_string_equal(r.files[0].reason, "line 1 is not what was published");
		assert_int_equal(r.files[1].state, SYNC_IN);
	}
	box_replace("etc/main.cf", MAIN_OLD "smtp_bind_address = 192.0.2.10\n");
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.bind_lost);
	box_replace("etc/main.cf", MAIN_OLD);
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_true(r.bind_lost);
	assert_string_equal(r.files[0].reason, "it is the admin's original again");
	assert_int_equal(unlink(box_path("etc/main.cf")), 0);
	assert_int_equal(instance_check(inst, true, &r, &diag), 0);
	assert_int_equal(r.files[0].state, SYNC_GONE);
}

/* They are for merging: without anything to merge their loss costs nothing. */
static void damaged_edits_hold_up_only_what_was_edited(void **state)
{
	struct restore_report r;

	(void)state;
	open_it();
	apply();
	box_put("state/mail/originals/1-1.edits", "nonsense\n");
	open_it();
	assert_int_equal(instance_restore(inst, &soon, &r, &diag), 0);
	assert_string_equal(box_get("etc/transport"), TABLE_OLD);
	open_it();
	apply();
	box_put("state/mail/originals/3-1.edits", "nonsense\n");
	box_replace("etc/transport", TABLE_NEW "more smtp:[mx.example]\n");
	open_it();
	assert_int_equal(instance_restore(inst, &soon, &r, &diag), -1);
	assert_non_null(strstr(diag.text, ".edits: it is damaged"));
	assert_string_equal(box_get("etc/transport"), TABLE_NEW "more smtp:[mx.example]\n");
}

static void damage_is_seen(void **state)
{
	struct restore_report r;

	(void)state;
	open_it();
	apply();
	box_put("state/mail/originals/1-0.original", "nonsense\n");
	open_it();
	assert_int_equal(instance_restore(inst, &soon, &r, &diag), -1);
	assert_non_null(strstr(diag.text, "1-0.original is damaged"));
	assert_string_equal(box_get("etc/transport"), TABLE_NEW);
	instance_close(inst);
	inst = NULL;
	box_put("state/mail/state.json", "{\"format\": 7}\n");
	assert_int_equal(instance_open(box_path("state"), "mail", &soon, &inst, &diag), -1);
	assert_non_null(strstr(diag.text, "state.json: a newer mta-stack wrote it"));
	box_put("state/mail/state.json", "{\"for");
	assert_int_equal(instance_open(box_path("state"), "mail", &soon, &inst, &diag), -1);
	assert_non_null(strstr(diag.text, "state.json: line 1: "));
}

static void others_cannot_touch_the_state(void **state)
{
	(void)state;
	open_it();
	instance_close(inst);
	inst = NULL;
	assert_int_equal(box_stat("state/mail").st_mode & 0777, 0700);
	assert_int_equal(chmod(box_path("state/mail"), 0750), 0);
	assert_int_equal(instance_open(box_path("state"), "mail", &soon, &inst, &diag), -1);
	assert_int_equal(diag.code, EX_PERM);
	assert_int_equal(instance_open(box_path("state"), "../mail", &soon, &inst, &diag), -1);
	assert_int_equal(diag.code, EX_CONFIGURED);
}

static void notes(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	open_it();
	assert_int_equal(instance_note_read(inst, "names", &b, &diag), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(instance_note_write(inst, "names", (struct span){"a b\n", 4}, &diag), 0);
	assert_int_equal(instance_note_read(inst, "names", &b, &diag), 0);
	assert_string_equal(buf_str(&b), "a b\n");
	assert_int_equal(instance_note_write(inst, "state.json", (struct span){"", 0}, &diag), -1);
	buf_release(&b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, mail_make, mail_clear)
	const struct CMUnitTest tests[] = {
		T(applies_and_restores_exactly),
		T(applies_again_from_the_admins_bytes),
		T(a_file_that_is_not_planned_any_more_is_given_back),
		T(keeps_what_the_admin_appended),
		T(the_admins_text_wins),
		T(a_conflict_publishes_nothing),
		T(waits_for_postconf),
		T(refuses_odd_files),
		T(planted_names_lead_nowhere),
		T(originals_are_private),
		T(follows_an_admins_symlink_once),
		T(two_instances_cannot_share_a_file),
		T(a_rewrite_from_another_node_is_recognised),
		T(one_at_a_time),
		T(readonly_makes_nothing),
		T(deleted_and_odd_files_are_left_and_kept),
		T(check_tells_apart),
		T(damaged_edits_hold_up_only_what_was_edited),
		T(damage_is_seen),
		T(others_cannot_touch_the_state),
		T(notes),
	};

	return cmocka_run_group_tests_name("instance", tests, NULL, NULL);
}
