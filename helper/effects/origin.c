/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origin.c guarantees that a saved original is believed only if it is the one that was saved.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "effects/fs.h"
#include "effects/instance_priv.h"
#include "pure/sum.h"

void origin_release(struct origin *o)
{
	free(o->original);
	edits_release(&o->edits);
	buf_release(&o->published);
	*o = (struct origin)ORIGIN_INIT;
}

static int damaged(const struct store *s, const char *name, struct diag *ret_diag)
{
	return diag_set(ret_diag, EX_FAILED,
			"cannot undo: %s/originals/%s is damaged; restore that file from a backup",
			s->path, name);
}

static int read_edits(const struct store *s, const struct record *r, struct origin *o,
		      struct diag *ret_diag)
{
	char path[PATH_MAX], *bytes = NULL;
	size_t len;
	int rc;

	if (store_get(s, r->edits, &bytes, &len, ret_diag) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/originals/%s", s->path, r->edits);
	rc = edits_parse(&o->edits, (struct span){bytes, len}, path, ret_diag);
	free(bytes);
	if (rc == 0 && !edits_fit(o->edits.items, o->edits.n, o->len))
		rc = damaged(s, r->edits, ret_diag);
	return rc;
}

int origin_original(const struct store *s, const struct record *r, struct origin *ret_origin,
		    struct diag *ret_diag)
{
	struct origin o = ORIGIN_INIT;

	if (store_get(s, r->original, &o.original, &o.len, ret_diag) < 0)
		return -1;
	if (sum_of((struct span){o.original, o.len}) != r->original_sum) {
		origin_release(&o);
		return damaged(s, r->original, ret_diag);
	}
	*ret_origin = o;
	return 0;
}

int origin_published(const struct store *s, const struct record *r, struct origin *o,
		     struct diag *ret_diag)
{
	if (read_edits(s, r, o, ret_diag) < 0)
		return -1;
	edits_pour((struct span){o->original, o->len}, o->edits.items, o->edits.n, &o->published);
	buf_add(&o->published, "", 0);
	if (!buf_ok(&o->published))
		return diag_oom(ret_diag);
	if (sum_of((struct span){o->published.data, o->published.len}) != r->sum)
		return damaged(s, r->edits, ret_diag);
	return 0;
}

int origin_read(const struct store *s, const struct record *r, struct origin *ret_origin,
		struct diag *ret_diag)
{
	struct origin o;

	if (origin_original(s, r, &o, ret_diag) < 0)
		return -1;
	if (origin_published(s, r, &o, ret_diag) < 0) {
		origin_release(&o);
		return -1;
	}
	*ret_origin = o;
	return 0;
}
