/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_publish.c guarantees the order in which an apply becomes durable: originals and edits,
 * journal, new files under temporary names, the state to come, the renames, the state. Until the
 * renames begin, dropping the journal is all it takes to have done nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/array.h"
#include "effects/apply.h"
#include "effects/copytree.h"
#include "effects/fs.h"
#include "effects/tables.h"

#define SETTLED_S 3 /* seconds: see start() */

static void release(struct apply *a, size_t n)
{
	transaction_release(&a->t);
	for (size_t i = 0; a->bytes != NULL && i < n; i++)
		buf_release(&a->bytes[i]);
	for (size_t i = 0; a->from != NULL && i < n; i++)
		fs_close(a->from[i]);
	for (size_t i = 0; i < a->n_saving; i++)
		fs_close(a->saving[i]);
	for (size_t i = 0; i < a->n_undos; i++)
		undoing_release(&a->undos[i]);
	free(a->bytes);
	free(a->from);
	free(a->saving);
	free(a->undos);
	state_release(&a->next);
}

static int start(struct apply *a, struct instance *inst, size_t n,
		 const struct stack_record *record, struct diag *ret_diag)
{
	struct state *next = &a->next;
	struct stack_record *k = &next->stack;
	struct timespec now = {0};
	struct tm utc;
	char when[40] = "";
	const char **const texts[] = {&k->mta,	&k->config,	&k->vip,      &k->vip4,
				      &k->vip6, &k->name,	&k->pid_file, &k->exe,
				      &k->copy, &k->names.path, &k->argument};

	state_init(next);
	a->inst = inst;
	a->bytes = calloc(n + 1, sizeof(*a->bytes));
	a->from = calloc(n + 1, sizeof(*a->from));
	a->undos = calloc(inst->state.n + 1, sizeof(*a->undos));
	for (size_t i = 0; a->from != NULL && i < n; i++)
		a->from[i] = -1;
	if (a->bytes == NULL || a->from == NULL || a->undos == NULL)
		return diag_oom(ret_diag);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &utc) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	/* Postfix's programs read main.cf again and again until it is two seconds old, lest an
	 * editor is still at it. Ours is whole when it appears: nobody needs to wait. */
	a->stamp = (struct timespec){.tv_sec = now.tv_sec - SETTLED_S};
	next->generation = inst->state.generation + 1;
	next->boot = pool_dups(&next->pool, inst->boot);
	next->when = pool_dups(&next->pool, when);
	*k = *record;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (*texts[i] != NULL)
			*texts[i] = pool_dups(&next->pool, *texts[i]);
	k->rebuild = state_copy_argv(next, record->rebuild);
	return pool_ok(&next->pool) ? 0 : diag_oom(ret_diag);
}

/* A file that was rewritten before and shall not be any more. */
static int take_undo(struct apply *a, const struct record *r, struct diag *ret_diag)
{
	struct undoing *u = &a->undos[a->n_undos];
	struct undo *entry;

	if (undoing_make(a->inst, r, a->d, u, ret_diag) < 0)
		return -1;
	a->n_undos++;
	if (u->how == RESTORED_REBUILT) {
		struct loaded source;
		int rc;

		if (file_load(r->source, &source, ret_diag) < 0)
			return -1;
		rc = undoing_rebuild(a->inst, u, file_span(&source), a->d, ret_diag);
		file_release(&source);
		if (rc < 0)
			return -1;
	}
	entry = array_grow(&a->next.undos, &a->next.n_undos, &a->next.cap_undos);
	if (entry == NULL)
		return diag_oom(ret_diag);
	return undoing_enter(u, entry, &a->next.pool, ret_diag);
}

static int take_undos(struct apply *a, struct diag *ret_diag)
{
	const struct state *before = &a->inst->state;

	for (size_t i = 0; i < before->n; i++)
		if (state_find(&a->next, before->records[i].real) == NULL &&
		    take_undo(a, &before->records[i], ret_diag) < 0)
			return -1;
	return 0;
}

static int add_member(struct apply *a, size_t i, struct diag *ret_diag)
{
	const struct record *r = &a->next.records[i];
	struct member *m = transaction_add(&a->t);

	if (m == NULL)
		return diag_oom(ret_diag);
	m->real = r->real;
	m->temp = r->temp;
	m->expect = r->was;
	m->flags = (r->postconf_lock ? PUBLISH_POSTCONF_LOCK : 0) |
		   (r->copied ? PUBLISH_OVER_LINK : 0);
	m->bytes = (struct span){a->bytes[i].data, a->bytes[i].len};
	m->from = a->from[i];
	m->attrs = &r->attrs;
	m->mtime = &a->stamp;
	m->mark = a->inst->store.name;
	return 0;
}

/* All text files in the order given, then the compiled ones, so that none is older than its
 * source. */
static int add_members(struct apply *a, struct diag *ret_diag)
{
	for (int derived = 0; derived < 2; derived++) {
		for (size_t i = 0; i < a->next.n; i++)
			if ((a->next.records[i].edits == NULL) == derived &&
			    add_member(a, i, ret_diag) < 0)
				return -1;
		for (size_t i = 0; i < a->n_undos; i++)
			if ((a->undos[i].r->edits == NULL) == derived &&
			    undoing_add(&a->undos[i], a->undos[i].temp, &a->t, ret_diag) < 0)
				return -1;
	}
	return 0;
}

/* Everything that can be done without touching a live file, and the journal. */
static int get_ready(struct apply *a, const struct change *changes, size_t n, struct diag *ret_diag)
{
	int claims = store_lock_claims(&a->inst->store, a->d, ret_diag), rc;

	if (claims < 0)
		return -1;
	rc = apply_take(a, changes, n, ret_diag);
	if (rc == 0)
		rc = take_undos(a, ret_diag);
	if (rc == 0) /* the disk was busy with them while the new texts were made */
		rc = store_settle(&a->inst->store, a->saving, a->n_saving, ret_diag);
	if (rc == 0)
		rc = store_sync(&a->inst->store, ret_diag);
	if (rc == 0)
		rc = store_save_journal(&a->inst->store, &a->next, ret_diag);
	fs_close(claims);
	return rc;
}

/* The journal's state as it will be remembered: with identities, without temporary things. */
static int save_next(struct apply *a, struct diag *ret_diag)
{
	struct state final;

	for (size_t i = 0; i < a->t.n; i++) {
		struct record *r = state_find(&a->next, a->t.items[i].real);

		if (r != NULL)
			r->now = a->t.items[i].done;
	}
	final = a->next;
	final.n_undos = 0;
	for (size_t i = 0; i < final.n; i++)
		final.records[i].temp = final.records[i].content = NULL;
	return store_save_next(&a->inst->store, &final, ret_diag);
}

static int publish(struct apply *a, const struct change *changes, size_t n, bool *ret_conflict,
		   bool *ret_torn, struct diag *ret_diag)
{
	if (get_ready(a, changes, n, ret_diag) < 0 || add_members(a, ret_diag) < 0 ||
	    copytree_make(&a->next, ret_diag) < 0 ||
	    transaction_prepare(&a->t, a->d, ret_diag) < 0 || save_next(a, ret_diag) < 0)
		return -1;
	if (transaction_commit(&a->t, a->d, ret_conflict, ret_torn, ret_diag) < 0)
		return -1;
	if (copytree_settle(&a->inst->state, &a->next, ret_diag) < 0 ||
	    store_commit_next(&a->inst->store, ret_diag) < 0) {
		*ret_torn = true; /* files are new, the state may be either: the journal decides */
		return -1;
	}
	return 0;
}

/* Directories and links for copies that there will not be after all. */
static void tidy_copies(const struct apply *a)
{
	const char *before = a->inst->state.stack.copy, *now = a->next.stack.copy;

	if (now != NULL && before == NULL)
		(void)copytree_remove(now, NULL); /* else a restore does */
	else
		(void)copytree_make(&a->inst->state, NULL);
}

int instance_publish(struct instance *inst, const struct change *changes, size_t n,
		     const struct stack_record *record, const struct deadline *d,
		     enum publish_end *ret_end, struct diag *ret_diag)
{
	struct apply a = {.d = d, .t = TRANSACTION_INIT};
	bool conflict = false, torn = false;
	int rc = inst->interrupted ? instance_reopen(inst, d, ret_diag) : 0;

	if (rc < 0)
		return -1;
	rc = start(&a, inst, n, record, ret_diag);
	if (rc == 0)
		rc = publish(&a, changes, n, &conflict, &torn, ret_diag);
	if (rc == 0) {
		struct state old = inst->state;

		a.next.n_undos = 0;
		inst->state = a.next;
		a.next = old;
		tables_collect(&inst->store, &inst->state);
	}
	if (rc < 0 && !torn)
		tidy_copies(&a);
	release(&a, n);
	inst->interrupted = torn;
	if (!torn) {
		(void)store_drop_journal(&inst->store, NULL); /* else the next run drops it */
		store_collect(&inst->store, &inst->state);
	}
	instance_forget(inst);
	if (rc < 0 && !conflict)
		return -1;
	*ret_end = conflict ? PUBLISH_CONFLICT : PUBLISH_DONE;
	return 0;
}
