/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.c guarantees that its own work (setting up, looking) uses no code under test but the
 * instance's face.
 */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "effects/instance.h"

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
#define MODE  0640

char world_root[256];
const char *const world_names[WORLD_FILES] = {"etc/main.cf", "etc/transport", "etc/transport.db",
					      "etc/extra"};

void broken(const char *what)
{
	(void)fprintf(stderr, "the test itself is broken: %s: %s\n", what, strerror(errno));
	exit(3);
}

static const char *path_of(const char *name)
{
	static char slots[8][PATH_MAX];
	static unsigned next;
	char *slot = slots[next++ % 8];

	(void)snprintf(slot, PATH_MAX, "%s/%s", world_root, name);
	return slot;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	return ftw->level == 0 ? 0 : remove(path);
}

void world_clear(void)
{
	if (nftw(world_root, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		broken("clearing");
}

void world_remove(void)
{
	world_clear();
	(void)rmdir(world_root);
}

void world_make(void)
{
	const char *tmp = getenv("FAULT_DIR");

	/* Memory is fast; what a disk would lose is simulated anyway. */
	(void)snprintf(world_root, sizeof(world_root), "%s/mta-stack-fault.XXXXXX",
		       tmp			       ? tmp
		       : access("/dev/shm", W_OK) == 0 ? "/dev/shm"
						       : "/tmp");
	if (mkdtemp(world_root) == NULL)
		broken("mkdtemp");
}

static void put(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, MODE);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    fchmod(fd, MODE) < 0 || close(fd) < 0)
		broken(name);
}

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
	if (instance_load(inst, path_of(world_names[which]), d, ret_file, diag) < 0)
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

static int publish(struct instance *inst, const char *host, const char *bind, bool extra,
		   struct diag *diag)
{
	static const char *const compile[] = {"cp", "{source}", "{source}.db", NULL};
	const struct stack_record record = {
		.mta = "postfix", .config = "/etc/postfix", .vip4 = bind + strlen("bind = ")};
	struct deadline d = deadline_in_ms(30000);
	const struct admin_file *m = NULL, *t = NULL, *x = NULL;
	struct derived derived = {path_of(world_names[WORLD_COMPILED]), ".db", compile};
	struct edit me[2], te, xe;
	struct change changes[4];
	enum publish_end end;
	const char *content;
	char text[512];

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
	if (instance_publish(inst, changes, extra ? 4 : 3, &record, &d, &end, diag) < 0)
		return -1;
	return end == PUBLISH_DONE ? 0 : -1;
}

static int with_instance(int (*act)(struct instance *, struct diag *), struct diag *diag)
{
	struct deadline d = deadline_in_ms(30000);
	struct instance *inst;
	int rc;

	if (instance_open(path_of("state"), "mail", &d, &inst, diag) < 0)
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
	return with_instance(first, diag);
}

static int act_second(struct diag *diag)
{
	return with_instance(second, diag);
}

static int act_undo(struct diag *diag)
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
	if (mkdir(path_of("etc"), 0755) < 0)
		broken("etc");
	put("etc/main.cf", MAIN);
	put("etc/transport", TABLE);
	put("etc/transport.db", TABLE);
	put("etc/extra", EXTRA);
}

static void begin_uncompiled(void)
{
	begin_plain();
	if (unlink(path_of("etc/transport.db")) < 0)
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

/* The way `postconf -e` writes: another inode. */
static void begin_edited(void)
{
	begin_applied();
	put("etc/new", MAIN1 MORE);
	if (rename(path_of("etc/new"), path_of("etc/main.cf")) < 0)
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

const struct scenario scenarios[] = {
	{"apply", "a first apply", begin_plain, act_first, ADMIN, APPLIED, ADMIN, "192.0.2.1"},
	{"apply-new", "a first apply that makes a compiled table where there was none",
	 begin_uncompiled, act_first, NEW, APPLIED, NEW, "192.0.2.1"},
	{"again",
	 "an apply over an earlier one, which gives one file back",
	 begin_applied,
	 act_second,
	 APPLIED,
	 {MAIN2, TAB2, TAB2, EXTRA},
	 ADMIN,
	 "192.0.2.2"},
	{"restore", "a restore of untouched files", begin_applied, act_undo, APPLIED, ADMIN, ADMIN,
	 NULL},
	{"restore-new", "a restore that removes a table which was not there before",
	 begin_new_applied, act_undo, APPLIED, NEW, NEW, NULL},
	{"merge",
	 "a restore of a file that the admin edited",
	 begin_edited,
	 act_undo,
	 {MAIN1 MORE, TAB1, TAB1, EXT1},
	 {MAIN MORE, TABLE, TABLE, EXTRA},
	 {MAIN MORE, TABLE, TABLE, EXTRA},
	 NULL},
};
const size_t n_scenarios = sizeof(scenarios) / sizeof(*scenarios);

/* --- looking ------------------------------------------------------------------------------------
 */

/* -1: absent, -2: odd. */
static ssize_t slurp(const char *name, char out[1024])
{
	int fd = open(path_of(name), O_RDONLY | O_NOFOLLOW);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? -1 : -2;
	n = read(fd, out, 1023);
	if (n < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 07777) != MODE)
		n = -2;
	(void)close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n;
}

unsigned world_holds(const struct scenario *s, enum world_file file)
{
	char text[1024];
	ssize_t n = slurp(world_names[file], text);
	const char *wanted[2] = {s->before[file], s->after[file]};
	unsigned holds = 0;

	for (unsigned i = 0; i < 2; i++)
		if (wanted[i] == NULL ? n == -1 : n >= 0 && strcmp(text, wanted[i]) == 0)
			holds |= 1u << i;
	return holds;
}

static int count(const char *dir_name)
{
	DIR *dir = opendir(path_of(dir_name));
	struct dirent *e;
	int n = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	(void)closedir(dir);
	return n;
}

static bool is(const struct scenario *s, unsigned what, int files)
{

	for (unsigned i = 0; i < WORLD_FILES; i++) {
		if (!(world_holds(s, i) & what))
			return false;
		files += access(path_of(world_names[i]), F_OK) == 0;
	}
	return count("etc") == files;
}

bool world_is(const struct scenario *s, unsigned what)
{
	return is(s, what, 0);
}

bool world_is_but_lock(const struct scenario *s, unsigned what)
{
	return is(s, what, access(path_of("etc/main.cf.tmp"), F_OK) == 0);
}

bool world_is_sound(const struct scenario *s)
{
	for (unsigned i = 0; i < WORLD_FILES; i++)
		if (world_holds(s, i) == 0)
			return false;
	return true;
}

bool world_is_tidy(void)
{
	static const char *const gone[] = {"journal.json", "journal.new", "state.next"};
	char state[65536] = "", name[64];
	int fd = open(path_of("state/mail/state.json"), O_RDONLY);
	struct dirent *e;
	DIR *dir;
	bool tidy = true;

	if (fd >= 0 && read(fd, state, sizeof(state) - 1) < 0)
		broken("state.json");
	(void)close(fd);
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		(void)snprintf(name, sizeof(name), "state/mail/%s", gone[i]);
		tidy = tidy && access(path_of(name), F_OK) < 0;
	}
	dir = opendir(path_of("state/mail/originals"));
	while (dir != NULL && (e = readdir(dir)) != NULL)
		tidy = tidy && (e->d_name[0] == '.' || strstr(state, e->d_name) != NULL);
	if (dir != NULL)
		(void)closedir(dir);
	return tidy && count("state/mail/build") <= 0;
}

bool world_remembers(const struct scenario *s)
{
	struct instance *inst;
	struct diag diag;
	const struct stack_record *r;
	bool ok;

	if (instance_open_readonly(path_of("state"), "mail", &inst, &diag) < 0)
		return false;
	r = instance_record(inst);
	ok = s->vip4 == NULL ? instance_phase(inst) == INSTANCE_NOT_APPLIED
			     : r != NULL && strncmp(r->vip4, s->vip4, strlen(s->vip4)) == 0;
	instance_close(inst);
	return ok;
}

bool world_converges(const struct scenario *s, const char **ret_why)
{
	static struct diag diag;
	static char why[DIAG_MAX + 200];
	struct scenario end = *s;

	*ret_why = why;
	if (world_recover(&diag) < 0) {
		(void)snprintf(why, sizeof(why), "the recovery failed: %s", diag.text);
		return false;
	}
	if ((!world_is(s, HOLDS_BEFORE) && !world_is(s, HOLDS_AFTER)) || !world_is_tidy()) {
		(void)snprintf(why, sizeof(why), "after the recovery: %s%s", world_describe(s),
			       world_is_tidy() ? "" : ", untidy");
		return false;
	}
	if (s->act(&diag) < 0) {
		(void)snprintf(why, sizeof(why), "doing it again failed: %s", diag.text);
		return false;
	}
	if (!world_is(s, HOLDS_AFTER) || !world_is_tidy()) {
		(void)snprintf(why, sizeof(why), "after doing it again: %s%s", world_describe(s),
			       world_is_tidy() ? "" : ", untidy");
		return false;
	}
	memcpy(end.after, s->admin, sizeof(end.after));
	if (act_undo(&diag) < 0) {
		(void)snprintf(why, sizeof(why), "the restore failed: %s", diag.text);
		return false;
	}
	if (!world_is(&end, HOLDS_AFTER) || !world_is_tidy() || count("state/mail/originals") > 0) {
		(void)snprintf(why, sizeof(why), "after the restore: %s", world_describe(&end));
		return false;
	}
	return true;
}

const char *world_describe(const struct scenario *s)
{
	static char line[400];
	static const char *const words[] = {"SOMETHING ELSE", "before", "after", "as ever"};

	(void)snprintf(line, sizeof(line),
		       "main.cf %s, transport %s, transport.db %s, extra %s, %d names in etc",
		       words[world_holds(s, 0)], words[world_holds(s, 1)], words[world_holds(s, 2)],
		       words[world_holds(s, 3)], count("etc"));
	return line;
}
