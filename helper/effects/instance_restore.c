/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_restore.c guarantees that nothing is forgotten before everything is back: the state
 * says "not applied" only after the files are durable, and originals that could not simply be put
 * back are kept under another name first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "data/array.h"
#include "effects/copytree.h"
#include "effects/fs.h"
#include "effects/instance_priv.h"

struct restore {
	struct instance *inst;
	const struct deadline *d;
	struct undoing *undos;
	size_t n;
	struct state journal, next;
	struct transaction t;
	struct restored_file *files;
	bool clean;
};

static void release(struct restore *x)
{
	transaction_release(&x->t);
	for (size_t i = 0; i < x->n; i++)
		undoing_release(&x->undos[i]);
	free(x->undos);
	state_release(&x->journal);
	state_release(&x->next);
}

static const struct undoing *find(const struct restore *x, const char *path)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->undos[i].r->path, path) == 0)
			return &x->undos[i];
	return NULL;
}

static int rebuild(struct restore *x, struct undoing *u, struct diag *ret_diag)
{
	const struct undoing *source = u->r->source ? find(x, u->r->source) : NULL;
	struct loaded file = {0};
	int rc;

	if (source != NULL && source->live.state == FILE_LOADED && source->how != RESTORED_ODD)
		return undoing_rebuild(x->inst, u, source->bytes, x->d, ret_diag);
	if (u->r->source != NULL && file_load(u->r->source, &file, ret_diag) < 0)
		return -1;
	rc = undoing_rebuild(x->inst, u, file_span(&file), x->d, ret_diag);
	file_release(&file);
	return rc;
}

static int judge_all(struct restore *x, struct diag *ret_diag)
{
	const struct state *now = &x->inst->state;

	for (size_t i = 0; i < now->n; i++) {
		if (undoing_make(x->inst, &now->records[i], x->d, &x->undos[i], ret_diag) < 0)
			return -1;
		x->n++;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct undo *entry;

		if (x->undos[i].how == RESTORED_REBUILT && rebuild(x, &x->undos[i], ret_diag) < 0)
			return -1;
		entry = array_grow(&x->journal.undos, &x->journal.n_undos, &x->journal.cap_undos);
		if (entry == NULL)
			return diag_oom(ret_diag);
		if (undoing_enter(&x->undos[i], entry, &x->journal.pool, ret_diag) < 0)
			return -1;
	}
	return 0;
}

static int add_members(struct restore *x, struct diag *ret_diag)
{
	for (int derived = 0; derived < 2; derived++)
		for (size_t i = 0; i < x->n; i++)
			if ((x->undos[i].r->edits == NULL) == derived &&
			    undoing_add(&x->undos[i], x->undos[i].temp, &x->t, ret_diag) < 0)
				return -1;
	return 0;
}

static bool needs_person(enum restored how)
{
	return how == RESTORED_OVERLAP || how == RESTORED_GONE || how == RESTORED_ODD ||
	       how == RESTORED_EDITED;
}

/* What is told of a copy: that nothing had to be undone. A compiled table is not edited, only made
 * again from an edited text. */
static enum restored end_of_copy(const struct undoing *u)
{
	if (u->how == RESTORED_ALREADY)
		return RESTORED_ALREADY;
	return u->how == RESTORED_MERGED && u->r->edits != NULL ? RESTORED_EDITED
								: RESTORED_REMOVED;
}

/* What needs a person stays under another name: the original, or what was written into a copy. */
static int keep(struct restore *x, const struct undoing *u, char **ret_kept, struct diag *ret_diag)
{
	const struct store *s = &x->inst->store;
	const char *name = u->r->original;

	if (u->r->copied != NULL) {
		name = instance_file_name(&x->inst->pool, x->journal.generation,
					  (size_t)(u - x->undos), "edited");
		if (store_put(s, name, file_span(&u->live), ret_diag) < 0)
			return -1;
	}
	return name != NULL ? store_keep(s, name, u->r->real, ret_kept, ret_diag) : 0;
}

/* Overlaps live in the undoing; the report outlives it. */
static const struct overlap *lasting(struct pool *p, const struct undone *u, size_t *ret_n)
{
	size_t max = POOL_OBJECT_MAX / sizeof(struct overlap), n = u->n < max ? u->n : max;
	struct overlap *all = pool_alloc(p, n * sizeof(*all));

	for (size_t i = 0; i < n && pool_ok(p); i++) {
		all[i] = u->overlaps[i];
		all[i].text = u->overlaps[i].text ? pool_dups(p, u->overlaps[i].text) : NULL;
	}
	*ret_n = n;
	return all;
}

/* Why the original did not come back whole, in an administrator's words. */
static const char *told(struct pool *p, const struct undoing *u, enum restored how)
{
	const struct undone *un = &u->undone;

	if (u->detail != NULL || how != RESTORED_OVERLAP || un->n == 0)
		return u->detail ? pool_dups(p, u->detail) : NULL;
	if (un->n == 1)
		return pool_printf(p, "line %u was edited after it had been rewritten; left so",
				   un->overlaps[0].line);
	return pool_printf(
		p, "line %u and %zu more were edited after they had been rewritten; left so",
		un->overlaps[0].line, un->n - 1);
}

static int report(struct restore *x, struct diag *ret_diag)
{
	struct pool *p = &x->inst->pool;

	x->clean = true;
	for (size_t i = 0; i < x->n; i++) {
		const struct undoing *u = &x->undos[i];
		struct restored_file *f = &x->files[i];
		char *kept = NULL;

		f->path = pool_dups(p, u->r->path);
		f->how = u->r->copied ? end_of_copy(u) : u->how;
		f->detail = told(p, u, f->how);
		f->overlaps = lasting(p, &u->undone, &f->n_overlaps);
		if (needs_person(f->how)) {
			x->clean = false;
			if (keep(x, u, &kept, ret_diag) < 0)
				return -1;
			f->kept = kept ? pool_dups(p, kept) : NULL;
			free(kept);
		}
	}
	return pool_ok(p) ? 0 : diag_oom(ret_diag);
}

/* The admin's own bytes, written into our file: the mark on it would keep other resources away. */
static int unmark(const struct restore *x, struct diag *ret_diag)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct undoing *u = &x->undos[i];
		int fd, rc;

		if (u->how != RESTORED_ALREADY || u->live.state != FILE_LOADED ||
		    strcmp(u->live.mark, x->inst->store.name) != 0)
			continue;
		fd = file_open(u->r->real);
		rc = fd < 0 ? -1 : fremovexattr(fd, ATTRS_MARK);
		if (rc < 0 && (errno == ENODATA || errno == ENOENT))
			rc = 0; /* replaced meanwhile, the mark with it */
		if (rc < 0)
			(void)fs_error(ret_diag, "remove our mark from", u->r->real);
		fs_close(fd);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* Nothing that matters has changed until the journal is there; after it the next run goes on. */
static int restore(struct restore *x, bool *ret_torn, struct diag *ret_diag)
{
	const struct store *s = &x->inst->store;
	bool conflict;

	if (judge_all(x, ret_diag) < 0 || add_members(x, ret_diag) < 0 || report(x, ret_diag) < 0 ||
	    store_save_journal(s, &x->journal, ret_diag) < 0 ||
	    transaction_prepare(&x->t, x->d, ret_diag) < 0 ||
	    store_save_next(s, &x->next, ret_diag) < 0 ||
	    transaction_commit(&x->t, x->d, &conflict, ret_torn, ret_diag) < 0)
		return -1;
	if (unmark(x, ret_diag) < 0 || copytree_settle(&x->inst->state, &x->next, ret_diag) < 0 ||
	    store_commit_next(s, ret_diag) < 0) {
		*ret_torn = true;
		return -1;
	}
	return 0;
}

static int start(struct restore *x, struct diag *ret_diag)
{
	const struct state *now = &x->inst->state;

	state_init(&x->journal);
	state_init(&x->next);
	x->journal.generation = x->next.generation = now->generation + 1;
	x->journal.restoring = true;
	x->undos = calloc(now->n + 1, sizeof(*x->undos));
	x->files = calloc(now->n + 1, sizeof(*x->files));
	return x->undos != NULL && x->files != NULL ? 0 : diag_oom(ret_diag);
}

static int restore_all(struct instance *inst, const struct deadline *d,
		       struct restore_report *ret_report, struct diag *ret_diag)
{
	struct restore x = {.inst = inst, .d = d, .t = TRANSACTION_INIT};
	bool torn = false;
	int rc = start(&x, ret_diag);

	if (rc == 0)
		rc = restore(&x, &torn, ret_diag);
	if (rc == 0) {
		struct state old = inst->state;

		inst->state = x.next;
		x.next = old;
		*ret_report = (struct restore_report){x.files, x.n, x.clean};
		free(inst->restored);
		inst->restored = x.files;
	} else {
		free(x.files);
	}
	release(&x);
	inst->interrupted = torn;
	if (!torn) {
		(void)store_drop_journal(&inst->store, NULL); /* else the next run drops it */
		store_collect(&inst->store, &inst->state);
	}
	instance_forget(inst);
	return rc;
}

int instance_restore(struct instance *inst, const struct deadline *d,
		     struct restore_report *ret_report, struct diag *ret_diag)
{
	if (inst->interrupted && instance_reopen(inst, d, ret_diag) < 0)
		return -1;
	if (inst->state.n == 0) {
		*ret_report = (struct restore_report){NULL, 0, true};
		return 0;
	}
	return restore_all(inst, d, ret_report, ret_diag);
}
