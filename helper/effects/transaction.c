/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transaction.c guarantees that no live name changes before every new file is complete and
 * durable. Going back after a failure needs room for the old bytes; where that fails, it says so
 * and the journal decides later.
 */
#include "effects/transaction.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/fs.h"

struct member *transaction_add(struct transaction *t)
{
	struct member *m = array_grow(&t->items, &t->n, &t->cap);

	if (m != NULL)
		m->from = -1;
	return m;
}

void transaction_release(struct transaction *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->items[i].begun)
			publish_release(&t->items[i].p);
	free(t->items);
	*t = (struct transaction)TRANSACTION_INIT;
}

static int prepare(struct member *m, const struct deadline *d, struct diag *ret_diag)
{
	publish_init(&m->p, m->real, m->temp, &m->expect, m->flags);
	m->begun = true;
	if (publish_begin(&m->p, d, ret_diag) < 0)
		return -1;
	m->done = m->flags & PUBLISH_SAME ? m->expect : (struct identity){0};
	if (m->flags & (PUBLISH_SAME | PUBLISH_REMOVE))
		return 0;
	if (m->from >= 0 ? publish_add_from(&m->p, m->from, ret_diag) < 0
			 : publish_add(&m->p, m->bytes, ret_diag) < 0)
		return -1;
	return publish_seal(&m->p, m->attrs, m->mtime, m->mark, &m->done, ret_diag);
}

int transaction_prepare(struct transaction *t, const struct deadline *d, struct diag *ret_diag)
{
	for (size_t i = 0; i < t->n; i++)
		if (prepare(&t->items[i], d, ret_diag) < 0)
			return -1;
	return 0;
}

/* Put the old content back under the live name: from the old file, which we still hold open. */
static int put_back(struct member *m, const struct deadline *d)
{
	struct attrs attrs = ATTRS_INIT;
	struct publish p;
	struct identity ignored;
	bool conflict = false;
	char *mark = NULL;
	int rc = -1;

	publish_drop(&m->p); /* or we would wait for our own lock */
	publish_init(&p, m->real, m->temp, &m->done,
		     (m->flags & PUBLISH_POSTCONF_LOCK) | (m->p.old < 0 ? PUBLISH_REMOVE : 0));
	if (publish_begin(&p, d, NULL) < 0)
		goto out;
	if (m->p.old >= 0) {
		mark = attrs_mark(m->p.old);
		if (mark == NULL || attrs_get(m->p.old, &attrs) < 0 ||
		    publish_add_from(&p, m->p.old, NULL) < 0 ||
		    publish_seal(&p, &attrs, &attrs.mtime, *mark ? mark : NULL, &ignored, NULL) < 0)
			goto out;
	}
	if (publish_commit(&p, &conflict, NULL) < 0)
		goto out;
	/* A conflict: somebody has replaced ours meanwhile, and that is what counts. */
	rc = publish_sync(&p, NULL);
out:
	publish_release(&p);
	attrs_release(&attrs);
	free(mark);
	return rc;
}

static void go_back(struct transaction *t, const struct deadline *d, bool *ret_torn,
		    struct diag *ret_diag)
{
	for (size_t i = t->n; i > 0; i--) {
		struct member *m = &t->items[i - 1];

		if (!m->committed || m->flags & PUBLISH_SAME)
			continue;
		if (put_back(m, d) == 0) {
			m->committed = false;
			continue;
		}
		*ret_torn = true;
		if (ret_diag != NULL) {
			struct diag first = *ret_diag;

			(void)diag_set(
				ret_diag, first.code,
				"%.600s; and %s could not be put back now, the next run does it",
				first.text, m->real);
		}
	}
}

/* One fsync per directory is enough. */
static bool has_earlier_sibling(const struct transaction *t, size_t i)
{
	size_t len = (size_t)(t->items[i].p.name - t->items[i].real);

	for (size_t k = 0; k < i; k++)
		if ((size_t)(t->items[k].p.name - t->items[k].real) == len &&
		    memcmp(t->items[k].real, t->items[i].real, len) == 0)
			return true;
	return false;
}

int transaction_commit(struct transaction *t, const struct deadline *d, bool *ret_conflict,
		       bool *ret_torn, struct diag *ret_diag)
{
	bool conflict = false, torn = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->n; i++) {
		struct member *m = &t->items[i];

		rc = publish_commit(&m->p, &conflict, ret_diag);
		if (rc < 0) /* it may have been done and only reported as failed */
			m->committed = !(m->flags & PUBLISH_SAME);
		else if (conflict)
			rc = diag_set(ret_diag, EX_FAILED,
				      "cannot rewrite %s: it was changed at the same time",
				      m->real);
		else
			m->committed = true;
	}
	for (size_t i = 0; rc == 0 && i < t->n; i++)
		if (!has_earlier_sibling(t, i))
			rc = publish_sync(&t->items[i].p, ret_diag);
	if (rc < 0)
		go_back(t, d, &torn, ret_diag);
	*ret_conflict = conflict;
	*ret_torn = torn;
	return rc;
}
