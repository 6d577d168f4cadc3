/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance.c guarantees that nobody works on an instance whose last transaction is not finished,
 * and that the admin's bytes are asked of the disk once per command.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "data/array.h"
#include "effects/fs.h"
#include "effects/instance_priv.h"
#include "pure/mark.h"

void instance_boot_id(char ret_boot[BOOT_ID_MAX])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret_boot, BOOT_ID_MAX - 1);

	fs_close(fd);
	ret_boot[n > 0 ? n : 0] = '\0';
	ret_boot[strcspn(ret_boot, "\n")] = '\0';
}

const char *instance_file_name(struct pool *p, unsigned generation, size_t k, const char *kind)
{
	return pool_printf(p, "%u-%zu.%s", generation, k, kind);
}

void instance_forget(struct instance *inst)
{
	inst->first = inst->n_entries;
}

void instance_close(struct instance *inst)
{
	if (inst == NULL)
		return;
	for (size_t i = 0; i < inst->n_entries; i++) {
		undoing_release(&inst->entries[i]->u);
		free(inst->entries[i]);
	}
	free(inst->entries);
	free(inst->restored);
	free(inst->checked);
	state_release(&inst->state);
	state_release(&inst->journal);
	store_close(&inst->store);
	pool_release(&inst->pool);
	free(inst);
}

static struct instance *new_instance(bool readonly)
{
	struct instance *inst = calloc(1, sizeof(*inst));

	if (inst == NULL)
		return NULL;
	inst->store = (struct store)STORE_INIT;
	inst->readonly = readonly;
	state_init(&inst->state);
	state_init(&inst->journal);
	instance_boot_id(inst->boot);
	return inst;
}

/* The journal counts while the state is older than what it was to make. */
static int load_state(struct instance *inst, struct diag *ret_diag)
{
	bool there, journal;

	if (store_load(&inst->store, STORE_JOURNAL, &inst->journal, &journal, ret_diag) < 0 ||
	    store_load(&inst->store, STORE_STATE, &inst->state, &there, ret_diag) < 0)
		return -1;
	inst->interrupted = journal && inst->journal.generation > inst->state.generation;
	return 0;
}

int instance_open(const char *state_dir, const char *name, const struct deadline *d,
		  struct instance **ret_inst, struct diag *ret_diag)
{
	struct instance *inst = new_instance(false);

	if (inst == NULL)
		return diag_oom(ret_diag);
	if (store_open(&inst->store, state_dir, name, d, ret_diag) < 0 ||
	    load_state(inst, ret_diag) < 0 || instance_recover(inst, d, ret_diag) < 0) {
		instance_close(inst);
		return -1;
	}
	*ret_inst = inst;
	return 0;
}

int instance_reopen(struct instance *inst, const struct deadline *d, struct diag *ret_diag)
{
	instance_forget(inst);
	return load_state(inst, ret_diag) < 0 ? -1 : instance_recover(inst, d, ret_diag);
}

int instance_open_readonly(const char *state_dir, const char *name, struct instance **ret_inst,
			   struct diag *ret_diag)
{
	struct instance *inst = new_instance(true);

	if (inst == NULL)
		return diag_oom(ret_diag);
	if (store_open_readonly(&inst->store, state_dir, name, ret_diag) < 0 ||
	    load_state(inst, ret_diag) < 0) {
		instance_close(inst);
		return -1;
	}
	*ret_inst = inst;
	return 0;
}

enum instance_phase instance_phase(const struct instance *inst)
{
	return inst->interrupted   ? INSTANCE_INTERRUPTED
	       : inst->state.n > 0 ? INSTANCE_APPLIED
				   : INSTANCE_NOT_APPLIED;
}

bool instance_this_boot(const struct instance *inst)
{
	return instance_phase(inst) == INSTANCE_APPLIED && inst->boot[0] != '\0' &&
	       inst->state.boot != NULL && strcmp(inst->boot, inst->state.boot) == 0;
}

const char *instance_when(const struct instance *inst)
{
	return instance_phase(inst) == INSTANCE_NOT_APPLIED || inst->state.when == NULL
		       ? ""
		       : inst->state.when;
}

const struct stack_record *instance_record(const struct instance *inst)
{
	return instance_phase(inst) == INSTANCE_APPLIED ? &inst->state.stack : NULL;
}

bool instance_busy(const struct instance *inst)
{
	int fd = inst->store.dir < 0
			 ? -1
			 : openat(inst->store.dir, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	fs_close(fd);
	return busy;
}

const char *instance_recovered(const struct instance *inst)
{
	return inst->recovered;
}

/* The record of a file, also of one that an interrupted transaction names. */
static const struct record *find_record(const struct instance *inst, const char *real)
{
	const struct record *r = state_find(&inst->state, real);

	return r == NULL && inst->interrupted ? state_find(&inst->journal, real) : r;
}

/* A rewrite that is not ours: by its attribute, and where that got lost by its line. */
static int look_for_mark(struct instance *inst, const struct loaded *f, const char **ret_foreign,
			 struct diag *ret_diag)
{
	struct span resource = {f->mark, strlen(f->mark)};
	char *owner = NULL;

	if (resource.len == 0 && !mark_find(file_span(f), &resource))
		return 0;
	if (inst->store.root >= 0 && store_claimed(&inst->store, f->real, &owner, ret_diag) < 0)
		return -1;
	*ret_foreign = pool_printf(&inst->pool, "it was rewritten by mta-stack (resource %.*s)%s",
				   (int)resource.len, resource.at,
				   owner ? "; two resources cannot share one configuration"
					 : " and brought here from another node or a backup; put "
					   "the admin's version in its place");
	free(owner);
	return 0;
}

static int fill(struct instance *inst, struct entry *e, const char *path, const struct deadline *d,
		struct diag *ret_diag)
{
	const struct record *r;
	struct admin_file *f = &e->file;

	e->u.from = -1;
	f->path = pool_dups(&inst->pool, path);
	if (file_load(path, &e->u.live, ret_diag) < 0)
		return -1;
	if (e->u.live.error != 0 && e->u.live.error != EACCES && e->u.live.error != EPERM &&
	    e->u.live.error != ENAMETOOLONG)
		return diag_set(ret_diag, EX_FAILED, "cannot read %s: %s", path, e->u.live.why);
	r = e->u.live.state == FILE_LOADED ? find_record(inst, e->u.live.real) : NULL;
	if (r != NULL && r->edits != NULL) {
		undoing_release(&e->u);
		if (undoing_make(inst, r, d, &e->u, ret_diag) < 0)
			return -1;
	}
	f->state = e->u.live.state;
	f->why = e->u.live.why;
	if (f->state != FILE_LOADED)
		return 0;
	f->real = e->u.live.real;
	f->live = f->bytes = file_span(&e->u.live);
	if (e->u.r != NULL) {
		f->bytes = e->u.bytes;
		f->rewritten = e->u.how != RESTORED_ALREADY;
		f->overlaps = e->u.undone.overlaps;
		f->n_overlaps = e->u.undone.n;
	} else if (r == NULL && look_for_mark(inst, &e->u.live, &f->foreign, ret_diag) < 0) {
		return -1;
	}
	return pool_ok(&inst->pool) ? 0 : diag_oom(ret_diag);
}

int instance_load(struct instance *inst, const char *path, const struct deadline *d,
		  const struct admin_file **ret_file, struct diag *ret_diag)
{
	struct entry *e, **slot;

	for (size_t i = inst->first; i < inst->n_entries; i++)
		if (strcmp(inst->entries[i]->file.path, path) == 0) {
			*ret_file = &inst->entries[i]->file;
			return 0;
		}
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return diag_oom(ret_diag);
	if (fill(inst, e, path, d, ret_diag) < 0) {
		undoing_release(&e->u);
		free(e);
		return -1;
	}
	slot = array_grow(&inst->entries, &inst->n_entries, &inst->cap_entries);
	if (slot == NULL) {
		undoing_release(&e->u);
		free(e);
		return diag_oom(ret_diag);
	}
	*slot = e;
	*ret_file = &e->file;
	return 0;
}

static bool is_note(const char *note)
{
	static const char *const taken[] = {"state.json",  "state.next", "journal.json",
					    "journal.new", "lock",	 "originals",
					    "build",	   "kept",	 "tables"};

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (strcmp(note, taken[i]) == 0)
			return false;
	return *note != '\0' && *note != '.' && strchr(note, '/') == NULL;
}

int instance_note_read(struct instance *inst, const char *note, struct buf *ret_bytes,
		       struct diag *ret_diag)
{
	char *bytes = NULL;
	size_t len = 0;
	int fd = -1, rc;

	if (!is_note(note))
		return diag_set(ret_diag, EX_FAILED, "cannot read the note \"%s\": no such name",
				note);
	if (inst->store.dir >= 0)
		fd = openat(inst->store.dir, note, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return inst->store.dir < 0 || errno == ENOENT
			       ? 0
			       : fs_error(ret_diag, "read the note", note);
	rc = fs_read_all(fd, &bytes, &len);
	fs_close(fd);
	if (rc < 0)
		return fs_error(ret_diag, "read the note", note);
	buf_add(ret_bytes, bytes, len);
	free(bytes);
	return buf_ok(ret_bytes) ? 0 : diag_oom(ret_diag);
}

int instance_note_write(struct instance *inst, const char *note, struct span bytes,
			struct diag *ret_diag)
{
	char temp[NAME_MAX + 1];

	if (!is_note(note) || snprintf(temp, sizeof(temp), ".%s.new", note) >= (int)sizeof(temp))
		return diag_set(ret_diag, EX_FAILED, "cannot write the note \"%s\": no such name",
				note);
	if (fs_put(inst->store.dir, note, temp, bytes) < 0 || fsync(inst->store.dir) < 0)
		return fs_error(ret_diag, "write the note", note);
	return 0;
}
