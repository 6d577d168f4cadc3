/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edits.c guarantees that what it reads back either fits together or is refused.
 */
#include "effects/edits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"

static const char header[] = "mta-stack edits 1\n";

#define HEADER_LEN (sizeof(header) - 1)
#define NUMBERS	   5

void edits_release(struct edits *e)
{
	free(e->items);
	pool_release(&e->pool);
	*e = (struct edits)EDITS_INIT;
}

void edits_format(const struct edit *items, size_t n, struct buf *ret_bytes)
{
	buf_add(ret_bytes, header, HEADER_LEN);
	for (size_t i = 0; i < n; i++) {
		buf_addf(ret_bytes, "%zu %zu %zu %d %u\n", items[i].off, items[i].len,
			 items[i].text_len, (int)items[i].kind, items[i].line);
		buf_add(ret_bytes, items[i].text, items[i].text_len);
		buf_add(ret_bytes, "\n", 1);
	}
}

/* Exactly NUMBERS decimal numbers, one blank between two. */
static bool read_numbers(struct span line, uint64_t ret_numbers[NUMBERS])
{
	size_t at = 0;

	for (int i = 0; i < NUMBERS; i++) {
		uint64_t v = 0;
		size_t digits = 0;

		for (; at < line.len && line.at[at] >= '0' && line.at[at] <= '9'; at++, digits++)
			v = v * 10 + (uint64_t)(line.at[at] - '0');
		if (digits == 0 || digits > 18)
			return false;
		if (i < NUMBERS - 1 && (at >= line.len || line.at[at++] != ' '))
			return false;
		ret_numbers[i] = v;
	}
	return at == line.len;
}

int edits_parse(struct edits *e, struct span bytes, const char *path, struct diag *ret_diag)
{
	size_t at = HEADER_LEN;
	struct span line;
	uint64_t v[NUMBERS];

	if (bytes.len < HEADER_LEN || memcmp(bytes.at, header, HEADER_LEN) != 0)
		goto damaged;
	while (text_line(bytes, at, &line, &at)) {
		struct edit *x;

		if (!read_numbers(line, v) || v[2] >= bytes.len - at ||
		    bytes.at[at + v[2]] != '\n' || v[3] > EDIT_MARK || v[4] > UINT32_MAX)
			goto damaged;
		x = array_grow(&e->items, &e->n, &e->cap);
		if (x == NULL)
			return diag_oom(ret_diag);
		x->off = v[0];
		x->len = v[1];
		x->text_len = v[2];
		x->kind = (enum edit_kind)v[3];
		x->line = (unsigned)v[4];
		x->text = pool_dup(&e->pool, bytes.at + at, x->text_len);
		x->what = x->was = "";
		at += x->text_len + 1;
	}
	return pool_ok(&e->pool) ? 0 : diag_oom(ret_diag);
damaged:
	return diag_set(ret_diag, EX_FAILED, "cannot understand %s: it is damaged", path);
}

bool edits_fit(const struct edit *items, size_t n, size_t original_len)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i].off < from || items[i].off > original_len ||
		    items[i].len > original_len - items[i].off)
			return false;
		from = items[i].off + items[i].len;
	}
	return true;
}

void edits_pour(struct span original, const struct edit *items, size_t n, struct buf *ret_bytes)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		buf_add(ret_bytes, original.at + from, items[i].off - from);
		buf_add(ret_bytes, items[i].text, items[i].text_len);
		from = items[i].off + items[i].len;
	}
	buf_add(ret_bytes, original.at + from, original.len - from);
}
