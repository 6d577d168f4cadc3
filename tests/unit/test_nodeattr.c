/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_nodeattr: attributes are written when they change, once; with a program in the place of
 * attrd_updater that keeps a list of what it was told, and can fail.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/nodeattr.h"

static char dir[] = "/tmp/test_nodeattr.XXXXXX", program[64], told[64], broken[64];
static struct nodeattrs a = NODEATTRS_INIT;
static struct deadline d;
static struct diag diag;

static void write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static int prepare(void **state)
{
	char script[256];

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(program, sizeof(program), "%s/updater", dir);
	(void)snprintf(told, sizeof(told), "%s/told", dir);
	(void)snprintf(broken, sizeof(broken), "%s/broken", dir);
	(void)snprintf(script, sizeof(script),
		       "#!/bin/sh\n[ ! -e %s ] || exit 102\necho \"$@\" >>%s\n", broken, told);
	write_text(program, script, 0755);
	return 0;
}

static int finish(void **state)
{
	char path[96];

	(void)state;
	nodeattrs_release(&a);
	(void)snprintf(path, sizeof(path), "%s/memory", dir);
	(void)unlink(path);
	(void)unlink(told);
	(void)unlink(broken);
	(void)unlink(program);
	return rmdir(dir);
}

/* Another run of the program. */
static void begin(void)
{
	nodeattrs_release(&a);
	write_text(told, "", 0644);
	d = deadline_in_ms(10000);
	assert_int_equal(nodeattrs_open(&a, dir, "memory", &diag), 0);
	a.program = program;
}

static int write_all(void)
{
	return nodeattrs_write(&a, &d, &diag);
}

static void was_told(const char *want)
{
	char got[512] = "";
	int fd = open(told, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	(void)close(fd);
	assert_true(n >= 0);
	assert_string_equal(got, want);
}

static int fresh(void **state)
{
	char path[96];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/memory", dir);
	(void)unlink(path);
	(void)unlink(broken);
	begin();
	return 0;
}

static void set_both(void)
{
	nodeattrs_set(&a, "m-vip", "192.0.2.10");
	nodeattrs_set(&a, "m-state", "in sync");
}

static void written_once(void **state)
{
	(void)state;
	set_both();
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -U 192.0.2.10\n-q -n m-state -U in sync\n");
	for (int i = 0; i < 2; i++) {
		begin();
		set_both();
		assert_int_equal(write_all(), 0);
		was_told("");
	}
	assert_string_equal(nodeattrs_get(&a, "m-vip"), "192.0.2.10");
	assert_null(nodeattrs_get(&a, "m-name"));
}

static void only_what_changed(void **state)
{
	(void)state;
	set_both();
	assert_int_equal(write_all(), 0);
	begin();
	set_both();
	nodeattrs_set(&a, "m-state", "drifted: /etc/postfix/main.cf");
	nodeattrs_set(&a, "m-leak", NULL);
	nodeattrs_set(&a, "m-name", "");
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-state -U drifted: /etc/postfix/main.cf\n");
	begin();
	nodeattrs_set(&a, "m-vip", NULL);
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -D\n");
	begin();
	assert_int_equal(write_all(), 0);
	was_told("");
}

static void cleared(void **state)
{
	char path[96];

	(void)state;
	set_both();
	assert_int_equal(write_all(), 0);
	begin();
	nodeattrs_clear(&a);
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -D\n-q -n m-state -D\n");
	(void)snprintf(path, sizeof(path), "%s/memory", dir);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void what_failed_is_tried_again(void **state)
{
	(void)state;
	write_text(broken, "", 0644);
	set_both();
	assert_int_equal(write_all(), -1);
	assert_string_equal(strrchr(program, '/'), "/updater");
	assert_non_null(strstr(diag.text, "failed with status 102"));
	(void)unlink(broken);
	begin();
	set_both();
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -U 192.0.2.10\n-q -n m-state -U in sync\n");
	write_text(broken, "", 0644);
	begin();
	nodeattrs_clear(&a);
	assert_int_equal(write_all(), -1);
	(void)unlink(broken);
	begin();
	nodeattrs_clear(&a);
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -D\n-q -n m-state -D\n");
}

static void a_hanging_cluster_costs_the_deadline(void **state)
{
	struct deadline mine = deadline_in_ms(20000);
	char script[] = "#!/bin/sh\nexec sleep 60\n";
	char slow[96];

	(void)state;
	(void)snprintf(slow, sizeof(slow), "%s/slow", dir);
	write_text(slow, script, 0755);
	a.program = slow;
	d = deadline_in_ms(200);
	set_both();
	assert_int_equal(write_all(), -1);
	assert_false(deadline_passed(&mine));
	(void)unlink(slow);
}

static void a_doubted_memory_is_written_again(void **state)
{
	(void)state;
	set_both();
	assert_int_equal(write_all(), 0);
	begin();
	nodeattrs_doubt(&a);
	nodeattrs_set(&a, "m-state", NULL);
	assert_int_equal(write_all(), 0);
	was_told("-q -n m-vip -U 192.0.2.10\n-q -n m-state -D\n");
}

static void one_line_whatever_the_value(void **state)
{
	char longer[400];

	(void)state;
	nodeattrs_set(&a, "m-state", "a\nm-vip=evil");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	nodeattrs_set(&a, "m-leak", longer);
	assert_int_equal(write_all(), 0);
	begin();
	assert_string_equal(nodeattrs_get(&a, "m-state"), "a?m-vip=evil");
	assert_null(nodeattrs_get(&a, "m-vip"));
	assert_int_equal(strlen(nodeattrs_get(&a, "m-leak")), NODEATTR_MAX);
}

static void no_directory_is_an_error(void **state)
{
	(void)state;
	nodeattrs_release(&a);
	assert_int_equal(nodeattrs_open(&a, "/nonexistent", "memory", &diag), -1);
	assert_string_equal(diag.text, "cannot open /nonexistent: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(written_once, fresh),
		cmocka_unit_test_setup(only_what_changed, fresh),
		cmocka_unit_test_setup(cleared, fresh),
		cmocka_unit_test_setup(what_failed_is_tried_again, fresh),
		cmocka_unit_test_setup(a_hanging_cluster_costs_the_deadline, fresh),
		cmocka_unit_test_setup(a_doubted_memory_is_written_again, fresh),
		cmocka_unit_test_setup(one_line_whatever_the_value, fresh),
		cmocka_unit_test_setup(no_directory_is_an_error, fresh),
	};

	return cmocka_run_group_tests_name("nodeattr", tests, prepare, finish);
}
