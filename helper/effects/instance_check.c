/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instance_check.c guarantees to write nothing and to start nothing. A quick check believes stat(2)
 * when it says that nothing was written; it is wrong only if somebody puts the time back on
 * purpose.
 */
#include <stdlib.h>
#include <string.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"
#include "pure/sum.h"

#define QUICK_MAX ((off_t)256 * 1024) /* bytes of a file that a monitor may read */

/* Does a whole line of `text` that this range lies in stand in live as a line? */
static bool has_line(struct span live, struct span line)
{
	const char *at = live.at, *end = live.at + live.len;

	while (at < end && (at = memmem(at, (size_t)(end - at), line.at, line.len)) != NULL) {
		if ((at == live.at || at[-1] == '\n') &&
		    (at + line.len == end || at[line.len] == '\n'))
			return true;
		at++;
	}
	return line.len == 0;
}

/* The lines of what we published that hold edits which keep mail on the VIP: all still there? */
static bool binds_stand(const struct origin *o, struct span live)
{
	struct span published = {o->published.data, o->published.len}, line;
	size_t from = 0, next, moved = 0;

	for (size_t i = 0; i < o->edits.n; i++) {
		const struct edit *e = &o->edits.items[i];
		size_t at = e->off + moved, end = at + e->text_len; /* wraps as it should */

		moved = moved + e->text_len - e->len;
		if (e->kind != EDIT_BIND && e->kind != EDIT_FAMILY)
			continue;
		while (text_line(published, from, &line, &next) && from < end) {
			if (next > at && !has_line(live, line))
				return false;
			if (next >= end)
				break; /* the next edit may be in the same line */
			from = next;
		}
	}
	return true;
}

int instance_published(struct instance *inst, const char *path, off_t max, struct buf *ret_bytes,
		       bool *ret_ours, struct diag *ret_diag)
{
	const struct state *s = &inst->state;
	struct origin o = ORIGIN_INIT;

	for (size_t i = 0; i < s->n; i++) {
		const struct record *r = &s->records[i];

		if (strcmp(r->path, path) != 0 || r->edits == NULL || r->now.size > max)
			continue;
		if (origin_read(&inst->store, r, &o, ret_diag) < 0)
			return -1;
		buf_add(ret_bytes, buf_str(&o.published), o.published.len);
		origin_release(&o);
		*ret_ours = true;
		break;
	}
	return buf_ok(ret_bytes) ? 0 : diag_oom(ret_diag);
}

static unsigned first_difference(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len, at = 0;

	while (at < n && a.at[at] == b.at[at])
		at++;
	return text_line_number(b, at);
}

static int look_closer(struct instance *inst, const struct record *r, struct checked_file *c,
		       struct diag *ret_diag)
{
	struct loaded live = {0};
	struct origin o = ORIGIN_INIT;
	struct span bytes;

	if (file_load(r->real, &live, ret_diag) < 0)
		return -1;
	if (live.state != FILE_LOADED) {
		c->state = SYNC_GONE;
		c->bind_lost = true;
		c->reason = pool_printf(&inst->pool, "cannot be read: %s",
					live.why ? live.why : "it is gone");
		file_release(&live);
		return 0;
	}
	bytes = file_span(&live);
	if (sum_of(bytes) == r->sum) {
		c->state = SYNC_IN; /* touched, or replaced by a copy */
		c->reason = NULL;
		file_release(&live);
		return 0;
	}
	if (origin_read(&inst->store, r, &o, ret_diag) < 0) {
		file_release(&live);
		return -1;
	}
	c->bind_lost = !binds_stand(&o, bytes);
	if (bytes.len == o.len && memcmp(bytes.at, o.original, o.len) == 0)
		c->reason = "it is the admin's original again";
	else
		c->reason = pool_printf(
			&inst->pool, "line %u is not what was published",
			first_difference((struct span){o.published.data, o.published.len}, bytes));
	origin_release(&o);
	file_release(&live);
	return 0;
}

/* A compiled table, or a large file that a monitor does not read. */
static int look_from_afar(const struct record *r, bool quick, struct checked_file *c,
			  struct diag *ret_diag)
{
	uint64_t sum;
	int fd, rc;

	if (quick)
		return 0;
	fd = file_open(r->real);
	rc = fd < 0 ? -1 : fs_sum(fd, &sum);
	fs_close(fd);
	if (rc < 0)
		return fs_error(ret_diag, "read", r->real);
	if (sum == r->sum) {
		c->state = SYNC_IN;
		c->reason = NULL;
	} else {
		c->reason = "it was made anew";
	}
	return 0;
}

static int check_live(struct instance *inst, const struct record *r, bool quick,
		      struct checked_file *c, struct diag *ret_diag)
{
	struct identity now;

	if (file_identity(r->real, &now, ret_diag) < 0)
		return -1;
	c->path = r->path;
	if (now.ino == 0) {
		c->state = SYNC_GONE;
		c->bind_lost = r->edits != NULL;
		c->reason = "it is gone, or no regular file any more";
		return 0;
	}
	if (quick && identity_equal(&now, &r->now))
		return 0;
	c->state = SYNC_DRIFTED;
	c->reason = "it was edited, replaced or touched";
	if (r->edits != NULL && (!quick || now.size <= QUICK_MAX))
		return look_closer(inst, r, c, ret_diag);
	return look_from_afar(r, quick, c, ret_diag);
}

/* Not ours and not rewritten, but what was applied came of it. */
static int check_source(struct instance *inst, const struct source_file *f, const char *changed,
			bool quick, struct checked_file *c, struct diag *ret_diag)
{
	struct loaded live = {0};
	struct identity now;
	struct stat st;

	c->path = f->path;
	if (stat(f->path, &st) == 0) {
		now = identity_of(&st);
		if (identity_equal(&now, &f->identity))
			return 0;
		if (quick && now.size > QUICK_MAX) {
			c->state = SYNC_DRIFTED;
			c->reason = "it was edited, replaced or touched";
			return 0;
		}
	}
	if (file_load(f->path, &live, ret_diag) < 0)
		return -1;
	if (live.state != FILE_LOADED) {
		c->state = SYNC_GONE;
		c->reason = pool_printf(&inst->pool, "cannot be read: %s",
					live.why ? live.why : "it is gone");
	} else if (sum_of(file_span(&live)) != f->sum) {
		c->state = SYNC_DRIFTED;
		c->reason = changed;
	}
	file_release(&live);
	return 0;
}

static int check(struct instance *inst, const struct record *r, bool quick, struct checked_file *c,
		 struct diag *ret_diag)
{
	const struct source_file original = {r->copied, r->copied_was, r->original_sum};

	if (check_live(inst, r, quick, c, ret_diag) < 0)
		return -1;
	if (c->state != SYNC_IN || r->copied == NULL || r->edits == NULL)
		return 0;
	if (check_source(inst, &original, "it was edited; the mail server runs with an older copy",
			 quick, c, ret_diag) < 0)
		return -1;
	if (c->state == SYNC_IN)
		c->path = r->path;
	return 0;
}

int instance_check(struct instance *inst, bool quick, struct check_report *ret_report,
		   struct diag *ret_diag)
{
	size_t n = instance_phase(inst) == INSTANCE_APPLIED ? inst->state.n : 0;
	struct checked_file *files = calloc(n + 2, sizeof(*files));
	const struct source_file *names = &inst->state.stack.names;
	struct check_report report = {files, n, true, false};

	if (files == NULL)
		return diag_oom(ret_diag);
	for (size_t i = 0; i < n; i++) {
		if (check(inst, &inst->state.records[i], quick, &files[i], ret_diag) < 0) {
			free(files);
			return -1;
		}
		report.in_sync = report.in_sync && files[i].state == SYNC_IN;
		report.bind_lost = report.bind_lost || files[i].bind_lost;
	}
	if (instance_phase(inst) == INSTANCE_APPLIED && names->path != NULL) {
		if (check_source(inst, names, "it was changed since its names were used", quick,
				 &files[n], ret_diag) < 0) {
			free(files);
			return -1;
		}
		report.n++;
		report.in_sync = report.in_sync && files[n].state == SYNC_IN;
	}
	if (!pool_ok(&inst->pool)) {
		free(files);
		return diag_oom(ret_diag);
	}
	free(inst->checked);
	inst->checked = files;
	*ret_report = report;
	return 0;
}
