/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undoing.c guarantees that the admin's bytes are found from the live file and the record alone, so
 * that it can be asked again after any interruption: asked of a file that was undone already, it
 * says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"
#include "pure/sum.h"

void undoing_release(struct undoing *u)
{
	file_release(&u->live);
	origin_release(&u->origin);
	undone_release(&u->undone);
	fs_close(u->from);
	u->from = -1;
}

/* A file of text. One that nobody has touched since is known by its sum: then the edits, and what
 * was made with them, are not looked at. */
static int judge_text(struct instance *inst, struct undoing *u, const struct deadline *d,
		      struct diag *ret_diag)
{
	struct span live = file_span(&u->live), original, published;

	if (origin_original(&inst->store, u->r, &u->origin, ret_diag) < 0)
		return -1;
	original = (struct span){u->origin.original, u->origin.len};
	if (text_same(live, original)) {
		u->how = RESTORED_ALREADY;
		u->bytes = live;
		return 0;
	}
	if (sum_of(live) == u->r->sum) {
		u->how = RESTORED_EXACT;
		u->bytes = original;
		return 0;
	}
	if (origin_published(&inst->store, u->r, &u->origin, ret_diag) < 0)
		return -1;
	published = (struct span){u->origin.published.data, u->origin.published.len};
	if (undo_merge(original, u->origin.edits.items, u->origin.edits.n, published, live,
		       u->r->secret, d, &u->undone, ret_diag) < 0)
		return -1;
	u->bytes = (struct span){u->undone.bytes.data, u->undone.bytes.len};
	u->how = RESTORED_MERGED;
	for (size_t i = 0; i < u->undone.n; i++)
		if (u->undone.overlaps[i].ours_remains)
			u->how = RESTORED_OVERLAP;
	if (u->how == RESTORED_MERGED && text_same(u->bytes, live))
		u->how = RESTORED_ALREADY;
	return 0;
}

/* A compiled table: recognised by identity or sum, restored from its saved copy. */
static int judge_derived(struct instance *inst, struct undoing *u, struct diag *ret_diag)
{
	const struct record *r = u->r;
	uint64_t sum;
	int fd, rc;

	if (r->now.ino == 0 || !identity_equal(&u->live.identity, &r->now)) {
		fd = file_open(r->real);
		rc = fd < 0 ? -1 : fs_sum(fd, &sum);
		fs_close(fd);
		if (rc < 0)
			return fs_error(ret_diag, "read", r->real);
		if (r->original != NULL && sum == r->original_sum) {
			u->how = RESTORED_ALREADY;
			return 0;
		}
		if (sum != r->sum) {
			u->how = RESTORED_REBUILT;
			return 0;
		}
	}
	u->how = RESTORED_EXACT;
	if (r->original != NULL) {
		u->from = store_open_file(&inst->store, r->original, ret_diag);
		return u->from < 0 ? -1 : 0;
	}
	return 0;
}

/* A copy: ours, or edited by somebody. A link or nothing in its place goes with the directory. */
static int judge_copy(struct undoing *u, struct diag *ret_diag)
{
	const struct record *r = u->r;
	uint64_t sum = 0;
	int fd;

	if ((r->edits ? file_load : file_look)(r->real, &u->live, ret_diag) < 0)
		return -1;
	if (u->live.error != 0 && u->live.state != FILE_ABSENT)
		return diag_set(ret_diag, EX_FAILED, "cannot read %s: %s", r->real, u->live.why);
	u->how = RESTORED_ALREADY;
	if (u->live.state != FILE_LOADED || strcmp(u->live.real, r->real) != 0) {
		file_release(&u->live); /* what a link leads to is not meant */
		u->live.state = FILE_ABSENT;
		return 0;
	}
	fd = file_open(r->real);
	if (fd < 0 || fs_sum(fd, &sum) < 0) {
		fs_close(fd);
		return fs_error(ret_diag, "read", r->real);
	}
	fs_close(fd);
	u->how = sum == r->sum ? RESTORED_EXACT : RESTORED_MERGED;
	return 0;
}

static int judge(struct instance *inst, struct undoing *u, const struct deadline *d,
		 struct diag *ret_diag)
{
	const struct record *r = u->r;

	if (r->copied != NULL)
		return judge_copy(u, ret_diag);
	if ((r->edits ? file_load : file_look)(r->real, &u->live, ret_diag) < 0)
		return -1;
	if (u->live.state == FILE_ABSENT) {
		u->how = r->original ? RESTORED_GONE : RESTORED_ALREADY;
		u->detail =
			r->original ? "it was deleted while the stack was applied; left so" : NULL;
		return 0;
	}
	if (u->live.state == FILE_LOADED && strcmp(u->live.real, r->real) != 0) {
		u->how = RESTORED_ODD;
		u->detail = "it became a symbolic link; left so";
		return 0;
	}
	if (u->live.state != FILE_LOADED && u->live.error != 0)
		return diag_set(ret_diag, EX_FAILED, "cannot read %s: %s", r->real, u->live.why);
	if (u->live.state != FILE_LOADED) {
		u->how = RESTORED_ODD;
		u->detail = u->live.why;
		return 0;
	}
	if (u->live.links > 1)
		u->detail = "it has got a second name (hard link), which still holds what we wrote";
	return r->edits ? judge_text(inst, u, d, ret_diag) : judge_derived(inst, u, ret_diag);
}

int undoing_make(struct instance *inst, const struct record *r, const struct deadline *d,
		 struct undoing *ret_undoing, struct diag *ret_diag)
{
	struct undoing u = {.r = r, .from = -1, .origin = ORIGIN_INIT, .undone = UNDONE_INIT};

	if (judge(inst, &u, d, ret_diag) < 0) {
		undoing_release(&u);
		return -1;
	}
	*ret_undoing = u;
	return 0;
}

int undoing_rebuild(struct instance *inst, struct undoing *u, struct span source,
		    const struct deadline *d, struct diag *ret_diag)
{
	const struct derived made = {
		.path = u->r->real, .suffix = u->r->suffix ? u->r->suffix : "", .argv = u->r->argv};
	const char *content;

	if (u->r->source != NULL && u->r->argv != NULL &&
	    instance_make(inst, u->r->source, source, &made, d, &content, NULL) == 0) {
		u->from = open(content, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (u->from < 0)
			return fs_error(ret_diag, "open", content);
		return 0;
	}
	u->detail = "it was made anew while the stack was applied and could not be made again: the "
		    "saved one is back, make it again from its source";
	if (u->r->original == NULL) {
		u->how = RESTORED_EXACT;
		return 0;
	}
	u->from = store_open_file(&inst->store, u->r->original, ret_diag);
	return u->from < 0 ? -1 : 0;
}

static bool is_removal(const struct undoing *u)
{
	if (u->r->copied != NULL)
		return u->how == RESTORED_EXACT || u->how == RESTORED_MERGED;
	return u->how == RESTORED_EXACT && u->r->original == NULL;
}

int undoing_add(struct undoing *u, const char *temp, struct transaction *t, struct diag *ret_diag)
{
	struct member *m;

	if (u->live.state != FILE_LOADED || u->how == RESTORED_ODD)
		return 0;
	m = transaction_add(t);
	if (m == NULL)
		return diag_oom(ret_diag);
	m->real = u->r->real;
	m->temp = temp;
	m->expect = u->live.identity;
	m->flags = PUBLISH_ANY_LINKS | (u->r->postconf_lock ? PUBLISH_POSTCONF_LOCK : 0);
	m->bytes = u->bytes;
	m->from = u->from;
	m->attrs = &u->live.attrs;
	if (u->how == RESTORED_ALREADY)
		m->flags = PUBLISH_SAME | PUBLISH_ANY_LINKS;
	else if (is_removal(u))
		m->flags |= PUBLISH_REMOVE;
	else if (u->how == RESTORED_EXACT)
		m->mtime = &u->r->attrs.mtime;
	return 0;
}

static int result(const struct undoing *u, uint64_t *ret_sum, off_t *ret_size,
		  struct diag *ret_diag)
{
	struct stat st;

	*ret_sum = 0;
	*ret_size = -1;
	if (u->live.state != FILE_LOADED || u->how == RESTORED_ODD || is_removal(u))
		return 0;
	if (u->from >= 0) {
		if (fstat(u->from, &st) < 0 || fs_sum(u->from, ret_sum) < 0)
			return fs_error(ret_diag, "read what is to be put back as", u->r->real);
		*ret_size = st.st_size;
		return 0;
	}
	if (u->r->edits == NULL) { /* a derived file that is right already */
		*ret_sum = u->r->original_sum;
		*ret_size = u->live.identity.size;
		return 0;
	}
	*ret_sum = sum_of(u->bytes);
	*ret_size = (off_t)u->bytes.len;
	return 0;
}

int undoing_enter(struct undoing *u, struct undo *entry, struct pool *p, struct diag *ret_diag)
{
	entry->real = pool_dups(p, u->r->real);
	entry->postconf_lock = u->r->postconf_lock;
	if (!entry->postconf_lock) {
		if (publish_temp_name(u->r->real, u->temp) < 0)
			return fs_error(ret_diag, "make a temporary name for", u->r->real);
		entry->temp = pool_dups(p, u->temp);
	}
	if (!pool_ok(p))
		return diag_oom(ret_diag);
	return result(u, &entry->sum, &entry->size, ret_diag);
}
