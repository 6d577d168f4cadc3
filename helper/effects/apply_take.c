/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply_take.c guarantees that what is saved as an original is the admin's: the bytes without our
 * edits, and for a compiled table one that we did not make.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/array.h"
#include "effects/fs.h"
#include "effects/apply.h"
#include "pure/sum.h"

static const struct entry *find_entry(const struct instance *inst, const char *path)
{
	for (size_t i = inst->first; i < inst->n_entries; i++)
		if (strcmp(inst->entries[i]->file.path, path) == 0)
			return inst->entries[i];
	return NULL;
}

/* Into the store; store_settle() waits for it. */
static int save(struct apply *a, const char *name, struct span bytes, struct diag *ret_diag)
{
	int *slot = array_grow(&a->saving, &a->n_saving, &a->cap_saving);

	if (slot == NULL)
		return diag_oom(ret_diag);
	*slot = -1;
	return store_put_soon(&a->inst->store, name, bytes, slot, ret_diag);
}

/* Keep the admin's bytes: the original saved before if it is still that, else a new one. */
static int save_original(struct apply *a, struct record *r, const struct entry *e,
			 const struct record *before, size_t k, struct diag *ret_diag)
{
	struct span bytes = e->file.bytes;

	r->original_sum = sum_of(bytes);
	if (before != NULL && before->original_sum == r->original_sum && e->u.r != NULL &&
	    bytes.len == e->u.origin.len) {
		r->original = pool_dups(&a->next.pool, before->original);
		if (e->u.how != RESTORED_ALREADY)
			r->attrs.mtime = before->attrs.mtime;
		return 0;
	}
	r->original = instance_file_name(&a->next.pool, a->next.generation, k, "original");
	return save(a, r->original, bytes, ret_diag);
}

static int save_edits(struct apply *a, struct record *r, const struct change *c, size_t k,
		      struct diag *ret_diag)
{
	struct buf text = BUF_INIT;
	int rc;

	r->edits = instance_file_name(&a->next.pool, a->next.generation, k, "edits");
	edits_format(c->edits, c->n_edits, &text);
	rc = buf_ok(&text) ? save(a, r->edits, (struct span){text.data, text.len}, ret_diag)
			   : diag_oom(ret_diag);
	buf_release(&text);
	return rc;
}

static int refuse(const char *real, const char *why, struct diag *ret_diag)
{
	return diag_set(ret_diag, EX_INSTALLED, "cannot rewrite %s: %s", real, why);
}

static int take_text(struct apply *a, const struct change *c, struct record *r, struct buf *bytes,
		     size_t k, struct diag *ret_diag)
{
	const struct entry *e = find_entry(a->inst, c->path);
	const struct record *before;

	if (e == NULL || e->file.state != FILE_LOADED)
		return refuse(c->path, e ? "it could not be read" : "it was not loaded", ret_diag);
	if (e->file.foreign != NULL)
		return refuse(c->path, e->file.foreign, ret_diag);
	if (!edits_fit(c->edits, c->n_edits, e->file.bytes.len))
		return refuse(c->path, "the edits do not fit it", ret_diag);
	r->real = pool_dups(&a->next.pool, c->target ? c->target : e->file.real);
	r->was = e->u.live.identity;
	if (c->target != NULL && file_identity(c->target, &r->was, ret_diag) < 0)
		return -1;
	if (c->target != NULL) {
		r->copied = pool_dups(&a->next.pool, e->file.real);
		r->copied_was = e->u.live.identity;
	}
	if (attrs_copy(&e->u.live.attrs, &r->attrs) < 0)
		return diag_oom(ret_diag);
	before = state_find(&a->inst->state, r->real);
	if (save_original(a, r, e, before, k, ret_diag) < 0 || save_edits(a, r, c, k, ret_diag) < 0)
		return -1;
	edits_pour(e->file.bytes, c->edits, c->n_edits, bytes);
	buf_add(bytes, "", 0);
	if (!buf_ok(bytes))
		return diag_oom(ret_diag);
	r->sum = sum_of((struct span){bytes->data, bytes->len});
	return 0;
}

/* 1: somebody has made the table anew since we did. 0: not. */
static int made_anew(const struct record *before, const struct identity *live, int fd,
		     struct diag *ret_diag)
{
	uint64_t sum;

	if (identity_equal(live, &before->now))
		return 0;
	if (fs_sum(fd, &sum) < 0)
		return fs_error(ret_diag, "read", before->real);
	return sum != before->sum && (before->original == NULL || sum != before->original_sum);
}

/* The table as it would be without us: the saved one, or, when the admin has made it anew from
 * the source with our edits, one made from the source without them. */
static int inherit_compiled(struct apply *a, struct record *r, const struct record *before,
			    const struct change *c, int fd, size_t k, struct diag *ret_diag)
{
	int anew = fd < 0 ? 0 : made_anew(before, &r->was, fd, ret_diag);
	const char *content;
	int built;

	if (anew < 0)
		return -1;
	r->original = before->original ? pool_dups(&a->next.pool, before->original) : NULL;
	r->original_sum = before->original_sum;
	r->attrs.mtime = before->attrs.mtime;
	if (!anew || instance_make(a->inst, c->source, find_entry(a->inst, c->source)->file.bytes,
				   c->derived, a->d, &content, NULL) < 0)
		return 0;
	r->original = instance_file_name(&a->next.pool, a->next.generation, k, "original");
	if (store_put_built(&a->inst->store, r->original, content, ret_diag) < 0)
		return -1;
	built = store_open_file(&a->inst->store, r->original, ret_diag);
	if (built < 0)
		return -1;
	anew = fs_sum(built, &r->original_sum);
	fs_close(built);
	return anew < 0 ? fs_error(ret_diag, "read", content) : 0;
}

static int save_compiled(struct apply *a, struct record *r, const struct change *c, size_t k,
			 struct diag *ret_diag)
{
	const struct record *before = state_find(&a->inst->state, r->real);
	int fd = -1, rc;

	if (r->was.ino != 0) {
		fd = file_open(r->real);
		if (fd < 0)
			return fs_error(ret_diag, "open", r->real);
	}
	if (before != NULL) {
		rc = inherit_compiled(a, r, before, c, fd, k, ret_diag);
	} else if (fd < 0) {
		rc = 0; /* there was none */
	} else {
		r->original = instance_file_name(&a->next.pool, a->next.generation, k, "original");
		rc = fs_sum(fd, &r->original_sum) < 0
			     ? fs_error(ret_diag, "read", r->real)
			     : store_put_from(&a->inst->store, r->original, fd, ret_diag);
	}
	fs_close(fd);
	return rc;
}

/* Of a copy: beside the copy of its source, with its owner and mode. */
static int take_derived_copy(struct apply *a, const struct change *c, struct record *r, size_t k,
			     struct diag *ret_diag)
{
	const struct entry *source = find_entry(a->inst, c->source);
	int fd;

	if (source == NULL)
		return refuse(c->path, "its source was not loaded", ret_diag);
	r->real = pool_dups(&a->next.pool, c->target);
	r->copied = pool_dups(&a->next.pool, c->path);
	if (file_identity(c->target, &r->was, ret_diag) < 0)
		return -1;
	r->content = instance_file_name(&a->next.pool, a->next.generation, k, "content");
	if (attrs_copy(&source->u.live.attrs, &r->attrs) < 0)
		return diag_oom(ret_diag);
	if (store_put_built(&a->inst->store, r->content, c->content, ret_diag) < 0)
		return -1;
	fd = store_open_file(&a->inst->store, r->content, ret_diag);
	if (fd < 0)
		return -1;
	a->from[k] = fd;
	return fs_sum(fd, &r->sum) < 0 ? fs_error(ret_diag, "read", c->content) : 0;
}

static int take_derived(struct apply *a, const struct change *c, struct record *r, size_t k,
			struct diag *ret_diag)
{
	struct loaded live = {0};
	const struct entry *source = find_entry(a->inst, c->source);
	int fd = -1, rc = -1;

	if (file_look(c->path, &live, ret_diag) < 0)
		return -1;
	if (live.state == FILE_UNREADABLE || live.real == NULL || source == NULL ||
	    (live.state == FILE_LOADED && live.mark[0] != '\0' &&
	     state_find(&a->inst->state, live.real) == NULL)) {
		(void)refuse(
			c->path,
			source == NULL	   ? "its source was not loaded"
			: live.why != NULL ? live.why
			: live.real == NULL
				? "its directory is not there"
				: "mta-stack rewrote it elsewhere; make it again from its source",
			ret_diag);
		goto out;
	}
	r->real = pool_dups(&a->next.pool, live.real);
	r->was = live.identity;
	r->content = instance_file_name(&a->next.pool, a->next.generation, k, "content");
	if (attrs_copy(live.state == FILE_LOADED ? &live.attrs : &source->u.live.attrs, &r->attrs) <
	    0) {
		(void)diag_oom(ret_diag);
		goto out;
	}
	/* The new table first: making the old one uses the same directory. */
	if (store_put_built(&a->inst->store, r->content, c->content, ret_diag) < 0 ||
	    save_compiled(a, r, c, k, ret_diag) < 0)
		goto out;
	fd = store_open_file(&a->inst->store, r->content, ret_diag);
	if (fd < 0)
		goto out;
	rc = fs_sum(fd, &r->sum) < 0 ? fs_error(ret_diag, "read", c->content) : 0;
	a->from[k] = fd;
	fd = -1;
out:
	fs_close(fd);
	file_release(&live);
	return rc;
}

static int check_claims(struct apply *a, const char *real, struct diag *ret_diag)
{
	char *owner = NULL;

	if (store_claimed(&a->inst->store, real, &owner, ret_diag) < 0)
		return -1;
	if (owner == NULL)
		return 0;
	(void)diag_set(ret_diag, EX_CONFIGURED,
		       "cannot rewrite %s: the resource %s has rewritten it already; two "
		       "resources cannot share one configuration",
		       real, owner);
	free(owner);
	return -1;
}

/* What leads out of the directory of copies is none. */
static int check_target(const struct change *c, struct diag *ret_diag)
{
	size_t len = strlen(c->target);

	if (strstr(c->target, "/../") == NULL &&
	    (len < 3 || strcmp(c->target + len - 3, "/..") != 0))
		return 0;
	return diag_set(ret_diag, EX_INSTALLED, "cannot copy %s: write its path without ..",
			c->path);
}

static int take(struct apply *a, const struct change *c, struct diag *ret_diag)
{
	struct record *r = array_grow(&a->next.records, &a->next.n, &a->next.cap);
	struct pool *p = &a->next.pool;
	size_t k = a->next.n - 1;
	char temp[NAME_MAX + 1];

	if (r == NULL)
		return diag_oom(ret_diag);
	if (c->target != NULL && check_target(c, ret_diag) < 0)
		return -1;
	r->path = pool_dups(p, c->target ? c->target : c->path);
	r->postconf_lock = c->postconf_lock;
	r->secret = c->secret;
	if (c->content != NULL) {
		r->source = pool_dups(p, c->source);
		r->suffix = pool_dups(p, c->derived->suffix);
		r->argv = state_copy_argv(&a->next, c->derived->argv);
	}
	if (c->content == NULL ? take_text(a, c, r, &a->bytes[k], k, ret_diag) < 0
	    : c->target	       ? take_derived_copy(a, c, r, k, ret_diag) < 0
			       : take_derived(a, c, r, k, ret_diag) < 0)
		return -1;
	if (!r->postconf_lock) {
		if (publish_temp_name(r->real, temp) < 0)
			return fs_error(ret_diag, "make a temporary name for", r->real);
		r->temp = pool_dups(p, temp);
	}
	if (!pool_ok(p))
		return diag_oom(ret_diag);
	if (r->copied == NULL && instance_check_mount(a->inst, r->real, ret_diag) < 0)
		return -1;
	return check_claims(a, r->real, ret_diag);
}

int apply_take(struct apply *a, const struct change *changes, size_t n, struct diag *ret_diag)
{
	for (int derived = 0; derived < 2; derived++)
		for (size_t i = 0; i < n; i++)
			if ((changes[i].content != NULL) == derived &&
			    take(a, &changes[i], ret_diag) < 0)
				return -1;
	return 0;
}
