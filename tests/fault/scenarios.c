/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios.c: the beginnings, the actions, and what must come of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/instance.h"
#include "world.h"

#define MAIN "# mine\nmyhostname = mx.example.org\nrelayhost = [198.51.100.7]:27\n"
#define MAIN1                                                                                      \
	"# mine\nmyhostname = mx.example.org\nrelayhost = [one.example.net]:27\nbind = "           \
	"192.0.2.1\n"
#define MAIN2                                                                                      \
	"# mine\nmyhostname = mx.example.org\nrelayhost = [two.example.net]:27\nbind = "           \
	"192.0.2.2\n"
#define MORE  "message_size_limit = 1\n"
#define TABLE "example.com smtp:[198.51.100.7]\n"
#define TAB1  "example.com smtp:[one.example.net]\n"
#define TAB2  "example.com smtp:[two.example.net]\n"
#define EXTRA "example.org smtp:[198.51.100.7]\n"
#define EXT1  "example.org smtp:[one.example.net]\n"
#define EXT2  "example.org smtp:[two.example.net]\n"

/* --- the program's actions ----------------------------------------------------------------------
 */

static struct edit find_edit(const struct admin_file *f, const char *new)
{
	const char *at = memmem(f->bytes.at, f->bytes.len, "198.51.100.7", 12);

	if (at == NULL)
		return (struct edit){.kind = EDIT_REMOTE};
	return (struct edit){.kind = EDIT_REMOTE,
			     .off = (size_t)(at - f->bytes.at),
			     .len = 12,
			     .text = new,
			     .text_len = strlen(new)};
}

static int load(struct instance *inst, enum world_file which, const struct deadline *d,
		const struct admin_file **ret_file, struct diag *diag)
{
	if (instance_load(inst, world_path(world_names[which]), d, ret_file, diag) < 0)
		return -1;
	if ((*ret_file)->state != FILE_LOADED)
		return diag_set(diag, EX_INSTALLED, "cannot read %s: %s", (*ret_file)->path,
				(*ret_file)->why ? (*ret_file)->why : "there is no such file");
	return 0;
}

/* bytes with the edit; the caller's buffer. */
static struct span edited(const struct admin_file *f, const struct edit *e, char out[512])
{
	int n = snprintf(out, 512, "%.*s%.*s%.*s", (int)e->off, f->bytes.at, (int)e->text_len,
			 e->text ? e->text : "", (int)(f->bytes.len - e->off - e->len),
			 f->bytes.at + e->off + e->len);

	return (struct span){out, (size_t)n};
}

/* In the copies' scenarios. */
static bool copies;

static const char *target(const char *path, char out[1024])
{
	(void)snprintf(out, 1024, "%s/run/mail%s", world_root, path);
	return copies ? out : NULL;
}

static int publish(struct instance *inst, const char *host, const char *bind, bool extra,
		   struct diag *diag)
{
	static const char *const compile[] = {"cp", "{source}", "{source}.db", NULL};
	char config[512], root[512], targets[4][1024];
	const struct stack_record record = {.mta = "postfix",
					    .config = config,
					    .vip4 = bind + strlen("bind = "),
					    .copy = copies ? root : NULL};
	struct deadline d = deadline_in_ms(30000);
	const struct admin_file *m = NULL, *t = NULL, *x = NULL;
	struct derived derived = {world_path(world_names[WORLD_COMPILED]), ".db", compile, true};
	struct edit me[2], te, xe;
	struct change changes[4];
	enum publish_end end;
	const char *content;
	char text[512];

	(void)snprintf(config, sizeof(config), "%s", world_path("etc"));
	(void)snprintf(root, sizeof(root), "%s", world_path("run/mail"));
	if (load(inst, WORLD_MAIN, &d, &m, diag) < 0 || load(inst, WORLD_TABLE, &d, &t, diag) < 0 ||
	    load(inst, WORLD_EXTRA, &d, &x, diag) < 0)
		return -1;
	me[0] = find_edit(m, host);
	me[1] = (struct edit){
		.kind = EDIT_BIND, .off = m->bytes.len, .text = bind, .text_len = strlen(bind)};
	te = find_edit(t, host);
	xe = find_edit(x, host);
	if (instance_build(inst, t->path, edited(t, &te, text), &derived, &d, &content, diag) < 0)
		return -1;
	changes[0] =
		(struct change){.path = m->path, .edits = me, .n_edits = 2, .postconf_lock = true};
	changes[1] = (struct change){.path = t->path, .edits = &te, .n_edits = 1};
	changes[2] = (struct change){
		.path = derived.path, .content = content, .source = t->path, .derived = &derived};
	changes[3] = (struct change){.path = x->path, .edits = &xe, .n_edits = 1};
	for (size_t i = 0; i < 4; i++)
		changes[i].target = target(changes[i].path, targets[i]);
	if (instance_publish(inst, changes, extra ? 4 : 3, &record, &d, &end, diag) < 0)
		return -1;
	return end == PUBLISH_DONE ? 0 : -1;
}

static int with_instance(int (*act)(struct instance *, struct diag *), struct diag *diag)
{
	struct deadline d = deadline_in_ms(30000);
	struct instance *inst;
	int rc;

	if (instance_open(world_path("state"), "mail", &d, &inst, diag) < 0)
		return -1;
	rc = act ? act(inst, diag) : 0;
	instance_close(inst);
	return rc;
}

static int first(struct instance *inst, struct diag *diag)
{
	return publish(inst, "one.example.net", "bind = 192.0.2.1\n", true, diag);
}

static int second(struct instance *inst, struct diag *diag)
{
	return publish(inst, "two.example.net", "bind = 192.0.2.2\n", false, diag);
}

static int undo(struct instance *inst, struct diag *diag)
{
	struct deadline d = deadline_in_ms(30000);
	struct restore_report r;

	return instance_restore(inst, &d, &r, diag);
}

static int act_first(struct diag *diag)
{
	copies = false;
	return with_instance(first, diag);
}

/* All files again: what is given back in "again" would be a link here. */
static int other(struct instance *inst, struct diag *diag)
{
	return publish(inst, "two.example.net", "bind = 192.0.2.2\n", true, diag);
}

static int act_copy(struct diag *diag)
{
	copies = true;
	return with_instance(first, diag);
}

static int act_copy_again(struct diag *diag)
{
	copies = true;
	return with_instance(other, diag);
}

/* All files again, in place. */
static int act_other(struct diag *diag)
{
	copies = false;
	return with_instance(other, diag);
}

static int act_second(struct diag *diag)
{
	copies = false;
	return with_instance(second, diag);
}

int world_undo(struct diag *diag)
{
	return with_instance(undo, diag);
}

int world_recover(struct diag *ret_diag)
{
	return with_instance(NULL, ret_diag);
}

/* --- beginnings ---------------------------------------------------------------------------------
 */

static void begin_plain(void)
{
	if (mkdir(world_path("etc"), 0755) < 0)
		broken("etc");
	world_put("etc/main.cf", MAIN);
	world_put("etc/transport", TABLE);
	world_put("etc/transport.db", TABLE);
	world_put("etc/extra", EXTRA);
}

static void begin_uncompiled(void)
{
	begin_plain();
	if (unlink(world_path("etc/transport.db")) < 0)
		broken("transport.db");
}

static void must(int rc, const struct diag *diag)
{
	if (rc < 0) {
		errno = 0;
		broken(diag->text);
	}
}

static void begin_applied(void)
{
	struct diag diag;

	begin_plain();
	must(act_first(&diag), &diag);
}

static void begin_new_applied(void)
{
	struct diag diag;

	begin_uncompiled();
	must(act_first(&diag), &diag);
}

static void begin_beside(void)
{
	begin_plain();
	world_put("etc/beside", EXTRA);
}

static void begin_copied(void)
{
	struct diag diag;

	begin_beside();
	must(act_copy(&diag), &diag);
}

static void begin_beside_applied(void)
{
	struct diag diag;

	begin_beside();
	must(act_first(&diag), &diag);
}

/* The way `postconf -e` writes: another inode. */
static void begin_edited(void)
{
	begin_applied();
	world_put("etc/new", MAIN1 MORE);
	if (rename(world_path("etc/new"), world_path("etc/main.cf")) < 0)
		broken("main.cf");
}

#define ADMIN                                                                                      \
	{                                                                                          \
		MAIN, TABLE, TABLE, EXTRA                                                          \
	}
#define APPLIED                                                                                    \
	{                                                                                          \
		MAIN1, TAB1, TAB1, EXT1                                                            \
	}

#define NEW                                                                                        \
	{                                                                                          \
		MAIN, TABLE, NULL, EXTRA                                                           \
	}

#define NONE                                                                                       \
	{                                                                                          \
		NULL, NULL, NULL, NULL                                                             \
	}
#define APPLIED2                                                                                   \
	{                                                                                          \
		MAIN2, TAB2, TAB2, EXT2                                                            \
	}

static const char *const in_place[WORLD_FILES] = APPLIED, *const in_place2[WORLD_FILES] = APPLIED2;

const struct scenario scenarios[] = {
	{"apply", "a first apply", begin_plain, act_first, ADMIN, APPLIED, ADMIN, "192.0.2.1",
	 false, NULL, NULL},
	{"apply-new", "a first apply that makes a compiled table where there was none",
	 begin_uncompiled, act_first, NEW, APPLIED, NEW, "192.0.2.1", false, NULL, NULL},
	{"again",
	 "an apply over an earlier one, which gives one file back",
	 begin_applied,
	 act_second,
	 APPLIED,
	 {MAIN2, TAB2, TAB2, EXTRA},
	 ADMIN,
	 "192.0.2.2",
	 false,
	 NULL,
	 NULL},
	{"restore", "a restore of untouched files", begin_applied, world_undo, APPLIED, ADMIN,
	 ADMIN, NULL, false, NULL, NULL},
	{"restore-new", "a restore that removes a table which was not there before",
	 begin_new_applied, world_undo, APPLIED, NEW, NEW, NULL, false, NULL, NULL},
	{"merge",
	 "a restore of a file that the admin edited",
	 begin_edited,
	 world_undo,
	 {MAIN1 MORE, TAB1, TAB1, EXT1},
	 {MAIN MORE, TABLE, TABLE, EXTRA},
	 {MAIN MORE, TABLE, TABLE, EXTRA},
	 NULL,
	 false,
	 NULL,
	 NULL},
	{"copy", "a first apply that makes copies", begin_beside, act_copy, NONE, APPLIED, NONE,
	 "192.0.2.1", true, NULL, NULL},
	{"copy-again", "an apply over one that made copies", begin_copied, act_copy_again, APPLIED,
	 APPLIED2, NONE, "192.0.2.2", true, NULL, NULL},
	{"copy-restore", "a restore, which removes copies", begin_copied, world_undo, APPLIED, NONE,
	 NONE, NULL, true, NULL, NULL},
	{"to-copy", "an apply that makes copies over one in place", begin_beside_applied,
	 act_copy_again, NONE, APPLIED2, NONE, "192.0.2.2", true, in_place, NULL},
	{"from-copy", "an apply in place over one that made copies", begin_copied, act_other,
	 APPLIED, NONE, NONE, "192.0.2.2", true, NULL, in_place2},
};
const size_t n_scenarios = sizeof(scenarios) / sizeof(*scenarios);
