/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_keys.c guarantees one pass over the findings, whatever the number of keys is.
 */
#include "pure/plan_keys.h"

#include <stdlib.h>
#include <string.h>

static int compare_use(const void *a, const void *b)
{
	return ipaddr_compare(&((const struct key_use *)a)->addr,
			      &((const struct key_use *)b)->addr);
}

static struct key_use *find(const struct key_uses *u, const struct ipaddr *addr)
{
	struct key_use wanted = {.addr = *addr};

	if (u->n == 0)
		return NULL;
	return bsearch(&wanted, u->items, u->n, sizeof(*u->items), compare_use);
}

static void sort_once(struct key_uses *u)
{
	size_t out = 0;

	qsort(u->items, u->n, sizeof(*u->items), compare_use);
	for (size_t i = 0; i < u->n; i++)
		if (out == 0 || !ipaddr_equal(&u->items[out - 1].addr, &u->items[i].addr))
			u->items[out++] = u->items[i];
	u->n = out;
}

int key_uses_find(const struct scan *s, struct key_uses *ret, struct diag *ret_diag)
{
	struct key_uses u = {NULL, 0};

	for (size_t i = 0; s->n_keys > 0 && i < s->n_findings; i++)
		u.n += s->findings[i].kind == FIND_KEY;
	if (u.n > 0) {
		u.items = calloc(u.n, sizeof(*u.items));
		if (u.items == NULL)
			return diag_oom(ret_diag);
		u.n = 0;
		for (size_t i = 0; i < s->n_findings; i++)
			if (s->findings[i].kind == FIND_KEY)
				u.items[u.n++].addr = s->findings[i].addr;
		sort_once(&u);
	}
	for (size_t i = 0; u.n > 0 && i < s->n_findings; i++) {
		const struct finding *f = &s->findings[i];
		struct key_use *k;

		if (f->kind != FIND_REMOTE && f->kind != FIND_KEPT)
			continue;
		k = find(&u, &f->addr);
		if (k != NULL && f->kind == FIND_REMOTE)
			k->renamed = true;
		else if (k != NULL)
			k->stays = true;
	}
	*ret = u;
	return 0;
}

void key_uses_release(struct key_uses *u)
{
	free(u->items);
	*u = (struct key_uses){NULL, 0};
}

const struct key_use *key_use_of(const struct key_uses *u, const struct ipaddr *addr)
{
	return find(u, addr);
}

bool key_is_there(const struct scan *s, const struct finding *f, const char *key, struct pool *pool)
{
	struct span bytes = s->files[f->file].bytes, line;
	size_t end = f->off + f->len, line_end = f->line_off + f->line_len, at = end;
	const char *wanted;

	while (at < line_end && !text_is_blank(bytes.at[at]))
		at++;
	wanted = pool_printf(pool, "%s%s%s%s%s",
			     pool_dup(pool, bytes.at + f->line_off, f->off - f->line_off),
			     f->before, key, f->after, pool_dup(pool, bytes.at + end, at - end));
	for (at = 0; text_line(bytes, at, &line, &at);)
		if (text_starts_nocase(line, wanted) && line.len > strlen(wanted) &&
		    text_is_blank(line.at[strlen(wanted)]))
			return true;
	return false;
}

const char *key_repeat(const struct scan *s, const struct finding *f, const char *key,
		       struct pool *pool)
{
	const char *bytes = s->files[f->file].bytes.at;
	size_t end = f->off + f->len, line_end = f->line_off + f->line_len;

	return pool_printf(pool, "%s%s%s%s%s%s", f->join ? f->join : "\n",
			   pool_dup(pool, bytes + f->line_off, f->off - f->line_off), f->before,
			   key, f->after, pool_dup(pool, bytes + end, line_end - end));
}
