/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_recover.c guarantees that an interrupted transaction ends, whatever was done of it and
 * however often this recovery itself is cut short: every step looks at what is there, and the
 * journal goes last.
 *
 * The direction: a first apply goes back, as nobody relies on it yet. A restore goes on. An apply
 * over an earlier one goes on too: going back to the admin's bytes would let a running MTA speak
 * from the node's address, and the earlier compiled tables are no longer there. Copies that a boot
 * has swept away are not made again: nothing runs with them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/copytree.h"
#include "effects/fs.h"
#include "effects/instance_priv.h"

struct recovery {
	struct instance *inst;
	const struct deadline *d;
	struct undoing *undos; /* one per file that is looked at */
	size_t n, cap;
	int *from; /* compiled tables to publish */
	size_t n_from, cap_from;
	struct state next;
	struct transaction t;
};

/* Remove what the interrupted run left beside a live file. */
static int sweep(const struct recovery *x, const char *real, const char *temp, bool lock,
		 struct diag *ret_diag)
{
	static const struct identity none;
	struct publish p;
	const char *name;
	int dir = file_open_parent(real, &name), rc = 0;

	if (dir < 0)
		return 0; /* its directory went away, and the rest with it */
	if (temp != NULL && fs_unlink(dir, temp) < 0)
		rc = fs_error(ret_diag, "remove a temporary file beside", real);
	fs_close(dir);
	if (rc == 0 && lock) {
		publish_init(&p, real, NULL, &none, PUBLISH_POSTCONF_LOCK);
		rc = publish_lock_only(&p, x->d, ret_diag);
		publish_release(&p);
	}
	return rc;
}

static int sweep_all(const struct recovery *x, struct diag *ret_diag)
{
	const struct state *j = &x->inst->journal;

	for (size_t i = 0; i < j->n; i++)
		if (sweep(x, j->records[i].real, j->records[i].temp, j->records[i].postconf_lock,
			  ret_diag) < 0)
			return -1;
	for (size_t i = 0; i < j->n_undos; i++)
		if (sweep(x, j->undos[i].real, j->undos[i].temp, j->undos[i].postconf_lock,
			  ret_diag) < 0)
			return -1;
	return 0;
}

static struct undoing *look(struct recovery *x, const struct record *r, struct diag *ret_diag)
{
	struct undoing *u = &x->undos[x->n];

	if (undoing_make(x->inst, r, x->d, u, ret_diag) < 0)
		return NULL;
	x->n++;
	return u;
}

static const struct undo *undo_entry(const struct state *journal, const char *real)
{
	for (size_t i = 0; i < journal->n_undos; i++)
		if (strcmp(journal->undos[i].real, real) == 0)
			return &journal->undos[i];
	return NULL;
}

/* Is there already what the interrupted run was to leave there? */
static bool is_done(const struct undoing *u, const struct undo *entry)
{
	uint64_t sum;
	bool same;
	int fd;

	if (entry == NULL)
		return false;
	if (u->live.state != FILE_LOADED || entry->size < 0)
		return u->live.state == FILE_ABSENT && entry->size < 0;
	if (u->live.identity.size != entry->size)
		return false;
	fd = file_open(u->r->real);
	same = fd >= 0 && fs_sum(fd, &sum) == 0 && sum == entry->sum;
	fs_close(fd);
	return same;
}

/* The admin's bytes, by this record. */
static int go_back(struct recovery *x, const struct record *r, const char *temp,
		   struct diag *ret_diag)
{
	struct undoing *u = look(x, r, ret_diag);

	if (u == NULL)
		return -1;
	if (is_done(u, undo_entry(&x->inst->journal, r->real))) {
		u->how = RESTORED_ALREADY;
	} else if (u->how == RESTORED_REBUILT) {
		struct loaded source = {0};
		int rc;

		if (r->source != NULL && file_load(r->source, &source, ret_diag) < 0)
			return -1;
		rc = undoing_rebuild(x->inst, u, file_span(&source), x->d, ret_diag);
		file_release(&source);
		if (rc < 0)
			return -1;
	}
	return undoing_add(u, temp, &x->t, ret_diag);
}

/* What the apply was to publish: by its record. The live file may hold the bytes before it (by the
 * record before, or the admin's), those after it, or something that was written since. */
static int go_on(struct recovery *x, struct record *r, struct diag *ret_diag)
{
	const struct record *before = state_find(&x->inst->state, r->real);
	struct undoing *u = look(x, r, ret_diag), *b = NULL;
	struct member *m;
	uint64_t sum;

	if (u == NULL || (before != NULL && (b = look(x, before, ret_diag)) == NULL))
		return -1;
	if (u->live.state != FILE_LOADED &&
	    !(u->live.state == FILE_ABSENT && (r->was.ino == 0 || r->copied != NULL)))
		return 0;
	if (u->live.state == FILE_LOADED && u->how == RESTORED_EXACT) {
		/* Published already. */
		u->how = RESTORED_ALREADY;
		r->now = u->live.identity;
		return undoing_add(u, r->temp, &x->t, ret_diag);
	}
	if (u->how != RESTORED_ALREADY && (b == NULL || b->how != RESTORED_EXACT))
		return 0; /* somebody's: theirs stays; the next apply merges */
	if (r->copied != NULL && r->edits != NULL &&
	    origin_read(&x->inst->store, r, &u->origin, ret_diag) < 0)
		return -1;
	m = transaction_add(&x->t);
	if (m == NULL)
		return diag_oom(ret_diag);
	m->real = r->real;
	m->temp = r->temp;
	m->expect = u->live.identity;
	m->flags = PUBLISH_ANY_LINKS | (r->postconf_lock ? PUBLISH_POSTCONF_LOCK : 0) |
		   (r->copied ? PUBLISH_OVER_LINK : 0);
	m->attrs = u->live.state == FILE_LOADED && r->copied == NULL ? &u->live.attrs : &r->attrs;
	m->mark = x->inst->store.name;
	m->bytes = (struct span){u->origin.published.data, u->origin.published.len};
	if (r->edits == NULL) {
		int fd = store_open_file(&x->inst->store, r->content, ret_diag);
		int *slot = fd < 0 ? NULL : array_grow(&x->from, &x->n_from, &x->cap_from);

		if (slot == NULL) {
			fs_close(fd);
			return fd < 0 ? -1 : diag_oom(ret_diag);
		}
		*slot = m->from = fd;
		if (fs_sum(fd, &sum) < 0)
			return fs_error(ret_diag, "read the table for", r->real);
		if (sum != r->sum)
			return diag_set(
				ret_diag, EX_FAILED,
				"cannot complete the interrupted apply: the table for %s is "
				"damaged",
				r->real);
	}
	return 0;
}

static int plan_back(struct recovery *x, const struct state *records, struct diag *ret_diag)
{
	for (int derived = 0; derived < 2; derived++)
		for (size_t i = 0; i < records->n; i++) {
			const struct record *r = &records->records[i];
			const struct undo *entry = undo_entry(&x->inst->journal, r->real);

			if ((r->edits == NULL) == derived &&
			    go_back(x, r, entry ? entry->temp : r->temp, ret_diag) < 0)
				return -1;
		}
	return 0;
}

static int plan_on(struct recovery *x, struct diag *ret_diag)
{
	struct state *j = &x->inst->journal, *before = &x->inst->state;

	for (int derived = 0; derived < 2; derived++) {
		for (size_t i = 0; i < j->n; i++)
			if ((j->records[i].edits == NULL) == derived &&
			    go_on(x, &j->records[i], ret_diag) < 0)
				return -1;
		for (size_t i = 0; i < before->n; i++) {
			const struct record *r = &before->records[i];
			const struct undo *entry = undo_entry(j, r->real);

			if (entry != NULL && (r->edits == NULL) == derived &&
			    go_back(x, r, entry->temp, ret_diag) < 0)
				return -1;
		}
	}
	return 0;
}

static int finish(struct recovery *x, const struct state *next, bool on, struct diag *ret_diag)
{
	const struct store *s = &x->inst->store;
	struct state final = *next;
	bool conflict, torn;

	if (transaction_prepare(&x->t, x->d, ret_diag) < 0)
		return -1;
	for (size_t i = 0; on && i < x->t.n; i++) {
		struct record *r = state_find(next, x->t.items[i].real);

		if (r != NULL)
			r->now = x->t.items[i].done;
	}
	for (size_t i = 0; i < final.n; i++)
		final.records[i].temp = final.records[i].content = NULL;
	final.n_undos = 0;
	if (store_save_next(s, &final, ret_diag) < 0 ||
	    transaction_commit(&x->t, x->d, &conflict, &torn, ret_diag) < 0 ||
	    copytree_settle(&x->inst->journal, &final, ret_diag) < 0 ||
	    copytree_settle(&x->inst->state, &final, ret_diag) < 0)
		return -1;
	return store_commit_next(s, ret_diag);
}

/* The copies of the interrupted run are not there, and not because it had not come to them yet. */
static bool swept_away(const struct instance *inst)
{
	const struct state *j = &inst->journal, *before = &inst->state;
	bool booted = j->boot == NULL || inst->boot[0] == '\0' || strcmp(j->boot, inst->boot) != 0;

	return j->stack.copy != NULL && !copytree_there(j->stack.copy) &&
	       (booted || before->n == 0 || before->stack.copy != NULL);
}

static int recover(struct recovery *x, struct diag *ret_diag)
{
	struct instance *inst = x->inst;
	struct state *j = &inst->journal;
	bool gone = swept_away(inst);
	bool on = !j->restoring && inst->state.n > 0 && !gone;
	const char *what;

	x->next.generation = j->generation;
	x->undos = calloc(j->n + inst->state.n + 1, sizeof(*x->undos));
	if (x->undos == NULL)
		return diag_oom(ret_diag);
	if (sweep_all(x, ret_diag) < 0)
		return -1;
	if (on ? copytree_make(j, ret_diag) < 0 || plan_on(x, ret_diag) < 0
	       : plan_back(x, j->restoring || gone ? &inst->state : j, ret_diag) < 0)
		return -1;
	if (finish(x, on ? j : &x->next, on, ret_diag) < 0)
		return -1;
	what = on	      ? "an interrupted apply was completed"
	       : j->restoring ? "an interrupted restore was completed"
			      : "an interrupted apply was undone";
	inst->recovered = what;
	return 0;
}

int instance_recover(struct instance *inst, const struct deadline *d, struct diag *ret_diag)
{
	struct recovery x = {.inst = inst, .d = d, .t = TRANSACTION_INIT};
	bool there;
	int rc = 0;

	state_init(&x.next);
	if (inst->interrupted) {
		rc = recover(&x, ret_diag);
		transaction_release(&x.t);
		for (size_t i = 0; i < x.n; i++)
			undoing_release(&x.undos[i]);
		for (size_t i = 0; i < x.n_from; i++)
			fs_close(x.from[i]);
		free(x.undos);
		free(x.from);
		if (rc == 0)
			rc = store_load(&inst->store, STORE_STATE, &inst->state, &there, ret_diag);
	}
	state_release(&x.next);
	if (rc < 0)
		return -1;
	inst->interrupted = false;
	state_release(&inst->journal);
	(void)store_drop_journal(&inst->store, NULL); /* it does not count any more */
	store_collect(&inst->store, &inst->state);
	return 0;
}
