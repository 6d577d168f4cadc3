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

#define MODE 0640

char world_root[256];
const char *const world_names[WORLD_FILES] = {"etc/main.cf", "etc/transport", "etc/transport.db",
					      "etc/extra"};

const char *world_name(const struct scenario *s, enum world_file file)
{
	static char slots[8][512];
	static unsigned next;
	char *slot = slots[next++ % 8];

	if (!s->copies)
		return world_names[file];
	(void)snprintf(slot, 512, "run/mail%s/%s", world_root, world_names[file]);
	return slot;
}

void broken(const char *what)
{
	(void)fprintf(stderr, "the test itself is broken: %s: %s\n", what, strerror(errno));
	exit(3);
}

const char *world_path(const char *name)
{
	static char slots[8][PATH_MAX];
	static unsigned next;
	char *slot = slots[next++ % 8];

	(void)snprintf(slot, PATH_MAX, "%s/%s", world_root, name);
	return slot;
}

static int remove_all(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
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

/* What was written belongs to an earlier boot now. */
static void age(const char *name)
{
	static char text[65536];
	int fd = open(world_path(name), O_RDWR);
	char *at;

	if (fd < 0)
		return; /* nothing was written yet */
	memset(text, 0, sizeof(text));
	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		broken(name);
	at = strstr(text, "\"boot\": \"");
	if (at != NULL && pwrite(fd, "earlier", 7, at + 9 - text) != 7)
		broken(name);
	(void)close(fd);
}

void world_boot(void)
{
	age("state/mail/state.json");
	age("state/mail/journal.json");
	if (access(world_path("run"), F_OK) == 0 &&
	    nftw(world_path("run"), remove_all, 16, FTW_DEPTH | FTW_PHYS) != 0)
		broken("booting");
}

void world_remove(void)
{
	world_clear();
	(void)rmdir(world_root);
}

void world_make(void)
{
	/* Memory is fast; what a disk would lose is simulated anyway. */
	(void)snprintf(world_root, sizeof(world_root), "%s/mta-stack-fault.XXXXXX",
		       getenv("TMPDIR") ? getenv("TMPDIR") : "/dev/shm");
	if (mkdtemp(world_root) == NULL)
		broken("mkdtemp");
}

void world_put(const char *name, const char *text)
{
	int fd = open(world_path(name), O_WRONLY | O_CREAT | O_TRUNC, MODE);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    fchmod(fd, MODE) < 0 || close(fd) < 0)
		broken(name);
}

/* --- looking ------------------------------------------------------------------------------------
 */

/* -1: absent, -2: odd. */
static ssize_t slurp(const char *name, char out[1024])
{
	int fd = open(world_path(name), O_RDONLY | O_NOFOLLOW);
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
	ssize_t n = slurp(world_name(s, file), text);
	const char *wanted[2] = {s->before[file], s->after[file]};
	unsigned holds = 0;

	for (unsigned i = 0; i < 2; i++)
		if (wanted[i] == NULL ? n == -1 : n >= 0 && strcmp(text, wanted[i]) == 0)
			holds |= 1u << i;
	return holds;
}

static int count(const char *dir_name)
{
	DIR *dir = opendir(world_path(dir_name));
	struct dirent *e;
	int n = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	(void)closedir(dir);
	return n;
}

struct scenario world_own(const struct scenario *s)
{
	struct scenario own = scenarios[0];

	memcpy(own.after, own.before, sizeof(own.after));
	if (s->own_after != NULL)
		memcpy(own.after, s->own_after, sizeof(own.after));
	if (s->own_before != NULL)
		memcpy(own.before, s->own_before, sizeof(own.before));
	return own;
}

static bool own_hold(const struct scenario *s, unsigned what)
{
	struct scenario own = world_own(s);

	for (unsigned i = 0; i < WORLD_FILES; i++)
		if (!(world_holds(&own, i) & what))
			return false;
	return true;
}

/* One file's lock, if it may be there and is. */
static int lock_of(const char *main, bool allowed)
{
	char lock[600];

	(void)snprintf(lock, sizeof(lock), "%s.tmp", main);
	return allowed && access(world_path(lock), F_OK) == 0;
}

static bool is(const struct scenario *s, unsigned what, bool lock)
{
	int own_locks = lock_of(world_names[WORLD_MAIN], lock);
	int there = 0, locks = lock_of(world_name(s, WORLD_MAIN), lock);
	char dir[512];

	for (unsigned i = 0; i < WORLD_FILES; i++) {
		if (!(world_holds(s, i) & what))
			return false;
		there += access(world_path(world_name(s, i)), F_OK) == 0;
	}
	if (!s->copies)
		return count("etc") == locks + there;
	(void)snprintf(dir, sizeof(dir), "run/mail%s/etc", world_root);
	if (!own_hold(s, what) || count("etc") != WORLD_FILES + 1 + own_locks)
		return false;
	return there == 0 ? access(world_path("run/mail"), F_OK) < 0
			  : count(dir) == locks + there + 1; /* a link to what is beside */
}

bool world_is(const struct scenario *s, unsigned what)
{
	return is(s, what, false);
}

bool world_is_but_lock(const struct scenario *s, unsigned what)
{
	return is(s, what, true);
}

bool world_is_sound(const struct scenario *s)
{
	for (unsigned i = 0; i < WORLD_FILES; i++)
		if (world_holds(s, i) == 0)
			return false;
	return !s->copies || own_hold(s, HOLDS_BEFORE | HOLDS_AFTER);
}

bool world_is_tidy(void)
{
	static const char *const gone[] = {"journal.json", "journal.new", "state.next"};
	char state[65536] = "", name[64];
	int fd = open(world_path("state/mail/state.json"), O_RDONLY);
	struct dirent *e;
	DIR *dir;
	bool tidy = true;

	if (fd >= 0 && read(fd, state, sizeof(state) - 1) < 0)
		broken("state.json");
	(void)close(fd);
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		(void)snprintf(name, sizeof(name), "state/mail/%s", gone[i]);
		tidy = tidy && access(world_path(name), F_OK) < 0;
	}
	dir = opendir(world_path("state/mail/originals"));
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

	if (instance_open_readonly(world_path("state"), "mail", &inst, &diag) < 0)
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
	if ((!world_is_but_lock(s, HOLDS_BEFORE) && !world_is(s, HOLDS_AFTER)) ||
	    !world_is_tidy()) {
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
	end.own_after = NULL;
	if (world_undo(&diag) < 0) {
		(void)snprintf(why, sizeof(why), "the restore failed: %s", diag.text);
		return false;
	}
	if (!world_is(&end, HOLDS_AFTER) || !world_is_tidy() || count("state/mail/originals") > 0) {
		(void)snprintf(why, sizeof(why), "after the restore: %s", world_describe(&end));
		return false;
	}
	return true;
}

bool world_converges_after_boot(const struct scenario *s, const char **ret_why)
{
	struct scenario end = *s, back = *s;
	struct diag diag;

	*ret_why = "the recovery failed";
	world_boot();
	if (world_recover(&diag) < 0)
		return false;
	*ret_why = "after the recovery something is left";
	memset(end.after, 0, sizeof(end.after));
	memset(back.after, 0, sizeof(back.after));
	back.own_after = s->own_before;
	if ((!world_is_but_lock(&end, HOLDS_AFTER) && !world_is_but_lock(&back, HOLDS_AFTER)) ||
	    !world_is_tidy())
		return false;
	end.own_after = NULL;
	*ret_why = "doing it again failed";
	if (s->act(&diag) < 0)
		return false;
	*ret_why = "after doing it again";
	if (!world_is(s, HOLDS_AFTER) || !world_is_tidy() || !world_remembers(s))
		return false;
	*ret_why = "the restore";
	return world_undo(&diag) == 0 && world_is(&end, HOLDS_AFTER) && world_is_tidy() &&
	       count("state/mail/originals") == 0;
}

const char *world_describe(const struct scenario *s)
{
	static char line[600];
	static const char *const words[] = {"SOMETHING ELSE", "before", "after", "as ever"};
	struct scenario own = world_own(s);
	int n;

	n = snprintf(line, sizeof(line),
		     "main.cf %s, transport %s, transport.db %s, extra %s, %d names in etc",
		     words[world_holds(s, 0)], words[world_holds(s, 1)], words[world_holds(s, 2)],
		     words[world_holds(s, 3)], count("etc"));
	if (s->copies)
		(void)snprintf(line + n, sizeof(line) - (size_t)n,
			       "; the admin's own main.cf %s, transport %s, transport.db %s, extra "
			       "%s; %s",
			       words[world_holds(&own, 0)], words[world_holds(&own, 1)],
			       words[world_holds(&own, 2)], words[world_holds(&own, 3)],
			       access(world_path("run/mail"), F_OK) < 0 ? "no copies"
									: "copies are there");
	return line;
}
