/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_mount: where the state must be (effects/mount.c), with real mounts in a mount namespace of
 * its own. Skipped without the right to make one.
 */
#include "unit.h"

#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "box.h"
#include "effects/instance.h"

static struct diag diag;
static unsigned pretended; /* the type that every file system has; 0: its own */

int fstatfs(int fd, struct statfs *st)
{
	int rc = (int)syscall(SYS_fstatfs, fd, st);

	if (rc == 0 && pretended != 0)
		st->f_type = pretended;
	return rc;
}

static int make(void **state)
{
	return box_make(state) < 0 || mkdir(box_path("etc"), 0755) < 0 ||
			       mkdir(box_path("shared"), 0755) < 0
		       ? -1
		       : 0;
}

static int clear(void **state)
{
	pretended = 0;
	(void)umount2(box_path("etc/main.cf"), MNT_DETACH);
	(void)umount2(box_path("etc"), MNT_DETACH);
	(void)umount2(box_path("shared"), MNT_DETACH);
	return box_remove(state);
}

static void need_namespace(void)
{
	static int have = -1;

	if (have < 0)
		have = unshare(CLONE_NEWNS) == 0 &&
		       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	if (!have) {
		print_message("# skip: no right to make a mount namespace\n");
		skip();
	}
}

/* One edit of etc/main.cf, with the state there. */
static int apply(const char *state_dir, bool copy)
{
	static char root[1024], target[2048], config[1024];
	struct edit e = {.kind = EDIT_BIND, .text = "a = b\n", .text_len = 6};
	struct stack_record record = {.mta = "postfix", .config = config};
	struct deadline soon = deadline_in_ms(20000);
	struct instance *inst = NULL;
	const struct admin_file *f;
	struct restore_report r;
	enum publish_end end;
	int rc;

	(void)snprintf(root, sizeof(root), "%s", box_path("run/mail"));
	(void)snprintf(config, sizeof(config), "%s", box_path("etc"));
	(void)snprintf(target, sizeof(target), "%s%s", root, box_path("etc/main.cf"));
	assert_int_equal(instance_open(state_dir, "mail", &soon, &inst, &diag), 0);
	assert_int_equal(instance_load(inst, box_path("etc/main.cf"), &soon, &f, &diag), 0);
	struct change change = {.path = f->path, .edits = &e, .n_edits = 1};

	if (copy) {
		record.copy = root;
		change.target = target;
	}
	rc = instance_publish(inst, &change, 1, &record, &soon, &end, &diag);
	if (rc == 0)
		assert_int_equal(instance_restore(inst, &soon, &r, &diag), 0);
	instance_close(inst);
	assert_string_equal(box_get("etc/main.cf"), "x = y\n");
	return rc;
}

static void a_mount_of_its_own_needs_the_state_there(void **state)
{
	char line[1200];

	(void)state;
	need_namespace();
	assert_int_equal(mount("tmpfs", box_path("etc"), "tmpfs", 0, "mode=755"), 0);
	box_put("etc/main.cf", "x = y\n");
	assert_int_equal(apply(box_path("state"), false), -1);
	assert_int_equal(diag.code, EX_CONFIGURED);
	assert_non_null(strstr(diag.text, "on a mount of its own"));
	(void)snprintf(line, sizeof(line), "; add state_dir=%s/.mta-stack", box_path("etc"));
	assert_non_null(strstr(diag.text, line));
	assert_null(strchr(diag.text, '\n'));
	assert_int_equal(box_count("state/mail/originals"), 0);
	/* What the line says is the cure. */
	assert_int_equal(apply(box_path("etc/.mta-stack"), false), 0);
	/* A copy takes nothing there. */
	assert_int_equal(apply(box_path("state"), true), 0);
}

static void another_mount_of_the_same_file_system_is_none(void **state)
{
	(void)state;
	need_namespace();
	/* Of the root file system, or at least of the one that the state is on. */
	box_put("shared/main.cf", "x = y\n");
	assert_int_equal(mount(box_path("shared"), box_path("etc"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(apply(box_path("state"), false), 0);
}

static void one_file_may_be_the_mount(void **state)
{
	(void)state;
	need_namespace();
	assert_int_equal(mount("tmpfs", box_path("shared"), "tmpfs", 0, "mode=755"), 0);
	box_put("shared/main.cf", "x = y\n");
	box_put("etc/main.cf", "hidden\n");
	assert_int_equal(
		mount(box_path("shared/main.cf"), box_path("etc/main.cf"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(apply(box_path("state"), false), -1);
	assert_int_equal(diag.code, EX_CONFIGURED);
	assert_non_null(strstr(diag.text, "on a mount of its own"));
}

/* Two directories of one file system that is not the root's. */
static void state_and_file_may_be_away_together(void **state)
{
	(void)state;
	need_namespace();
	assert_int_equal(mount("tmpfs", box_path("shared"), "tmpfs", 0, "mode=755"), 0);
	assert_int_equal(mkdir(box_path("shared/conf"), 0755), 0);
	box_put("shared/conf/main.cf", "x = y\n");
	assert_int_equal(mount(box_path("shared/conf"), box_path("etc"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(apply(box_path("shared/state"), false), 0);
}

/* The state alone is where other nodes see it, too. */
static void a_shared_state_is_refused(void **state)
{
	static const unsigned types[] = {NFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, CEPH_SUPER_MAGIC,
					 OCFS2_SUPER_MAGIC, 0x01161970 /* GFS2 */};
	struct stat root, etc;

	(void)state;
	need_namespace();
	if (stat("/", &root) < 0 || stat(box_path("etc"), &etc) < 0 || root.st_dev != etc.st_dev) {
		print_message("# skip: temporary files are not on the root file system\n");
		skip();
	}
	box_put("etc/main.cf", "x = y\n");
	assert_int_equal(mount("tmpfs", box_path("shared"), "tmpfs", 0, "mode=755"), 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		pretended = types[i];
		assert_int_equal(apply(box_path("shared/state"), false), -1);
		assert_int_equal(diag.code, EX_CONFIGURED);
		assert_non_null(strstr(diag.text, "is on a network file system"));
		assert_non_null(strstr(diag.text, "; set state_dir to a directory of this node"));
		assert_null(strchr(diag.text, '\n'));
		assert_int_equal(box_count("shared/state/mail/originals"), 0);
	}
	/* What the line says is the cure; and a state on another disk of this node is fine. */
	assert_int_equal(apply(box_path("state"), false), 0);
	pretended = 0;
	assert_int_equal(apply(box_path("shared/state"), false), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, clear)
	const struct CMUnitTest tests[] = {
		T(a_mount_of_its_own_needs_the_state_there),
		T(another_mount_of_the_same_file_system_is_none),
		T(one_file_may_be_the_mount),
		T(state_and_file_may_be_away_together),
		T(a_shared_state_is_refused),
	};

	return cmocka_run_group_tests_name("mount", tests, NULL, NULL);
}
