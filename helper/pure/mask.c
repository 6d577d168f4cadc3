/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mask.c guarantees that no secret that the scan knows is left in a text, not even where one is a
 * part of another. It cannot know a secret that the scan does not.
 */
#include "pure/mask.h"

#include <stdlib.h>
#include <string.h>

static int longer_first(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->len < y->len ? 1 : x->len > y->len ? -1 : memcmp(x->at, y->at, x->len);
}

int mask_init(struct mask *m, const struct scan *s, struct diag *ret_diag)
{
	struct span *all;
	size_t out = 0;

	*m = (struct mask)MASK_INIT;
	if (s->n_secrets == 0)
		return 0;
	all = calloc(s->n_secrets, sizeof(*all));
	if (all == NULL)
		return diag_oom(ret_diag);
	memcpy(all, s->secrets, s->n_secrets * sizeof(*all));
	qsort(all, s->n_secrets, sizeof(*all), longer_first);
	for (size_t i = 0; i < s->n_secrets; i++) {
		if (out > 0 && longer_first(&all[out - 1], &all[i]) == 0)
			continue;
		m->starts[(unsigned char)all[i].at[0]] = true;
		all[out++] = all[i];
	}
	m->secrets = all;
	m->n = out;
	return 0;
}

void mask_release(struct mask *m)
{
	free(m->secrets);
	*m = (struct mask)MASK_INIT;
}

/* The length of the longest secret that starts here, or 0. */
static size_t secret_at(const struct mask *m, struct span rest)
{
	if (!m->starts[(unsigned char)rest.at[0]])
		return 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->secrets[i].len <= rest.len &&
		    memcmp(m->secrets[i].at, rest.at, m->secrets[i].len) == 0)
			return m->secrets[i].len;
	return 0;
}

void mask_add(const struct mask *m, struct span text, struct buf *out)
{
	size_t from = 0, at = 0;

	while (m->n > 0 && at < text.len) {
		size_t len = secret_at(m, (struct span){text.at + at, text.len - at});

		if (len == 0) {
			at++;
			continue;
		}
		buf_add(out, text.at + from, at - from);
		buf_adds(out, MASK);
		from = at += len;
	}
	buf_add(out, text.at + from, text.len - from);
}

const char *mask_text(const struct mask *m, const char *text, struct buf *out)
{
	if (m->n == 0)
		return text;
	buf_clear(out);
	mask_add(m, (struct span){text, strlen(text)}, out);
	return buf_ok(out) ? buf_str(out) : MASK;
}
