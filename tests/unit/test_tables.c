/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tables: the tool runs once for many starts, and again whenever that might be wrong. */
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "effects/instance.h"
#include "effects/tables.h"

static struct diag diag;
static char tool[600];
static const char *const argv[] = {tool, "{source}", NULL};

/* A tool that counts its runs. */
static void make_tool(const char *more)
{
	char script[800];

	(void)snprintf(script, sizeof(script), "#!/bin/sh\necho >>%s\ncp \"$1\" \"$1.db\"\n%s",
		       box_path("runs"), more);
	(void)snprintf(tool, sizeof(tool), "%s", box_path("tool"));
	box_put("tool", script);
	assert_int_equal(chmod(tool, 0700), 0);
}

static struct derived table_of(const char *path, bool alone)
{
	return (struct derived){.path = path, .suffix = ".db", .argv = argv, .alone = alone};
}

/* Another start; the tool's runs of all so far. */
static int runs_after(const char *source, struct derived d)
{
	struct deadline soon = deadline_in_ms(20000);
	const char *content;
	struct instance *inst;

	if (instance_open(box_path("state"), "mail", &soon, &inst, &diag) < 0 ||
	    instance_build(inst, "/etc/transport", (struct span){source, strlen(source)}, &d, &soon,
			   &content, &diag) < 0)
		fail_msg("%s", diag.text);
	/* what it gives is renamed away, as for an apply */
	assert_int_equal(rename(content, box_path("made")), 0);
	assert_string_equal(box_get("made"), source);
	instance_close(inst);
	return (int)box_stat("runs").st_size;
}

static int runs(const char *source)
{
	return runs_after(source, table_of("/etc/transport.db", true));
}

/* The first of that kind among the kept. */
static const char *kept(const char *suffix)
{
	static char found[80];
	DIR *dir = opendir(box_path("state/mail/tables"));
	struct dirent *e;

	assert_non_null(dir);
	found[0] = '\0';
	while ((e = readdir(dir)) != NULL)
		if (strstr(e->d_name, suffix) != NULL)
			(void)snprintf(found, sizeof(found), "state/mail/tables/%.40s", e->d_name);
	(void)closedir(dir);
	return found;
}

static void made_once(void **state)
{
	(void)state;
	make_tool("");
	assert_int_equal(runs_after("a b\n", table_of("/etc/transport.db", false)), 1);
	assert_false(box_has("state/mail/tables"));
	assert_int_equal(runs("a b\n"), 2);
	assert_int_equal(runs("a b\n"), 2);
	assert_int_equal(runs("a b\n"), 2);
	assert_int_equal(box_count("state/mail/tables"), 2);
	assert_int_equal(box_stat(kept(".table")).st_mode & 077, 0);
	assert_int_equal(box_stat(kept(".key")).st_mode & 077, 0);
}

static void damage_is_made_good(void **state)
{
	char key[80];

	(void)state;
	make_tool("");
	assert_int_equal(runs("a b\n"), 1);
	box_put(kept(".table"), "a c\n");
	assert_int_equal(runs("a b\n"), 2);
	box_put(kept(".key"), "mta-stack table 1\n");
	assert_int_equal(runs("a b\n"), 3);
	assert_int_equal(truncate(box_path(kept(".table")), 3), 0);
	assert_int_equal(runs("a b\n"), 4);
	assert_int_equal(truncate(box_path(kept(".table")), 0), 0);
	assert_int_equal(truncate(box_path(kept(".key")), 0), 0);
	assert_int_equal(runs("a b\n"), 5);
	assert_int_equal(unlink(box_path(kept(".table"))), 0);
	assert_int_equal(runs("a b\n"), 6);
	assert_int_equal(unlink(box_path(kept(".key"))), 0);
	assert_int_equal(runs("a b\n"), 7);
	(void)snprintf(key, sizeof(key), "%s", kept(".key"));
	assert_int_equal(rename(box_path(key), box_path("elsewhere")), 0);
	assert_int_equal(symlink(box_path("elsewhere"), box_path(key)), 0);
	assert_int_equal(runs("a b\n"), 8);
	assert_int_equal(runs("a b\n"), 8);
}

static void another_source_tool_or_file(void **state)
{
	(void)state;
	make_tool("");
	assert_int_equal(runs("a b\n"), 1);
	assert_int_equal(runs("a c\n"), 2);
	assert_int_equal(runs("a b\n"), 3); /* one generation is kept */
	make_tool("# newer\n");
	assert_int_equal(runs("a b\n"), 4);
	assert_int_equal(runs("a b\n"), 4);
	assert_int_equal(box_count("state/mail/tables"), 2);
	assert_int_equal(runs_after("a b\n", table_of("/etc/other.db", true)), 5);
	assert_int_equal(runs("a b\n"), 5);
	assert_int_equal(box_count("state/mail/tables"), 4);
}

static void what_nobody_needs_goes(void **state)
{
	struct deadline soon = deadline_in_ms(20000);
	struct store store;
	struct state s;

	(void)state;
	make_tool("");
	assert_int_equal(runs("a b\n"), 1);
	assert_int_equal(runs_after("a b\n", table_of("/etc/other.db", true)), 2);
	box_put("state/mail/tables/0123456789abcdef.new", "half");
	assert_int_equal(store_open(&store, box_path("state"), "mail", &soon, &diag), 0);
	state_init(&s);
	s.records = calloc(1, sizeof(*s.records));
	assert_non_null(s.records);
	s.records[0].path = "/etc/transport.db";
	s.n = 1;
	tables_collect(&store, &s);
	store_close(&store);
	assert_int_equal(box_count("state/mail/tables"), 2);
	assert_int_equal(runs("a b\n"), 2);
	s.n = 0;
	state_release(&s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, box_make, box_remove)
	const struct CMUnitTest tests[] = {
		T(made_once),
		T(damage_is_made_good),
		T(another_source_tool_or_file),
		T(what_nobody_needs_goes),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
