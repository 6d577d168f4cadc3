/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edits.c guarantees that what it reads back either fits together or is refused.
 */
#include "effects/edits.h"

#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/fs.h"

static const char header[] = "mta-stack edits 3\n";

#define HEADER_LEN   (sizeof(header) - 1)
#define NUMBERS_MAX  3
#define NUMBER_MAX   18 /* digits */
#define SHAPES_KNOWN 4096
#define SHAPES_TRIED 4

void edits_release(struct edits *e)
{
	free(e->items);
	pool_release(&e->pool);
	*e = (struct edits)EDITS_INIT;
}

/* --- writing ---------------------------------------------------------------------------------- */

struct shape {
	struct span text; /* .at NULL: a free slot */
	enum edit_kind kind;
	uint32_t len; /* of what is replaced */
	size_t number;
};

/* Shapes met lately; the table is of a fixed size, so a shape may get a second number. */
struct shapes {
	struct shape known[SHAPES_KNOWN];
	size_t n;
};

static char *put_number(char *at, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

/* Several numbers in a line. */
static void put_line(struct buf *b, const char *mark, const uint64_t *v, size_t n)
{
	char *const line = buf_room(b, 4 + NUMBERS_MAX * 21), *at = line;

	if (line == NULL)
		return;
	for (; *mark != '\0'; mark++)
		*at++ = *mark;
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*at++ = ' ';
		at = put_number(at, v[i]);
	}
	*at++ = '\n';
	buf_took(b, (size_t)(at - line));
}

static size_t shape_number(struct shapes *s, const struct edit *e, struct buf *b)
{
	const struct span text = {e->text, e->text_len};
	/* A plan has each text once: where it lies is a good guess at what it is. */
	const uint64_t first = ((uintptr_t)text.at * 0x9e3779b97f4a7c15u >> 32) + (uint64_t)e->kind;
	struct shape *slot = NULL;

	for (uint64_t i = 0; i < SHAPES_TRIED; i++) {
		slot = &s->known[(first + i) % SHAPES_KNOWN];
		if (slot->text.at == NULL)
			break;
		if (slot->kind == e->kind && slot->len == e->len && slot->text.len == text.len &&
		    (slot->text.at == text.at || text_same(slot->text, text)))
			return slot->number;
	}
	*slot = (struct shape){text, e->kind, e->len, s->n++};
	put_line(b, "= ", (const uint64_t[]){e->kind, e->len, text.len}, 3);
	buf_add(b, text.at, text.len);
	buf_add(b, "\n", 1);
	return slot->number;
}

void edits_format(const struct edit *items, size_t n, struct buf *ret_bytes)
{
	struct shapes *shapes = calloc(1, sizeof(*shapes));
	size_t from = 0;

	if (shapes == NULL) {
		ret_bytes->failed = true;
		return;
	}
	buf_add(ret_bytes, header, HEADER_LEN);
	for (size_t i = 0; i < n; i++) {
		const struct edit *e = &items[i];
		const uint64_t shape = shape_number(shapes, e, ret_bytes);

		put_line(ret_bytes, "", (const uint64_t[]){e->off - from, shape}, 2);
		from = e->off + e->len;
	}
	free(shapes);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Exactly n decimal numbers, one blank between two. */
static bool read_numbers(struct span line, size_t n, uint64_t *ret_numbers)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = 0;
		size_t digits = 0;

		for (; at < line.len && line.at[at] >= '0' && line.at[at] <= '9'; at++, digits++)
			v = v * 10 + (uint64_t)(line.at[at] - '0');
		if (digits == 0 || digits > NUMBER_MAX)
			return false;
		if (i < n - 1 && (at >= line.len || line.at[at++] != ' '))
			return false;
		ret_numbers[i] = v;
	}
	return at == line.len;
}

struct reading {
	struct edits *e;
	struct span bytes;
	size_t at; /* the next line */
	struct shape *shapes;
	size_t n, cap;
	uint64_t off; /* the end of the last edit */
};

enum read_end { READ_ON, READ_DAMAGED, READ_OOM };

static enum read_end read_shape(struct reading *r, struct span line)
{
	struct span numbers = {line.at + 2, line.len - 2};
	struct shape *shape;
	uint64_t v[3];

	if (line.len < 2 || line.at[1] != ' ' || !read_numbers(numbers, 3, v) || v[0] > EDIT_MARK ||
	    v[1] > UINT32_MAX || v[2] > UINT32_MAX || v[2] >= r->bytes.len - r->at ||
	    r->bytes.at[r->at + v[2]] != '\n')
		return READ_DAMAGED;
	shape = array_grow(&r->shapes, &r->n, &r->cap);
	if (shape == NULL)
		return READ_OOM;
	shape->kind = (enum edit_kind)v[0];
	shape->len = (uint32_t)v[1];
	shape->text.len = v[2];
	shape->text.at = pool_dup(&r->e->pool, r->bytes.at + r->at, v[2]);
	r->at += v[2] + 1;
	return READ_ON;
}

static enum read_end read_edit(struct reading *r, struct span line)
{
	const struct shape *shape;
	struct edit *x;
	uint64_t v[2];

	if (!read_numbers(line, 2, v) || v[1] >= r->n || v[0] > SIZE_MAX / 4 ||
	    r->off > SIZE_MAX / 4)
		return READ_DAMAGED;
	x = array_grow(&r->e->items, &r->e->n, &r->e->cap);
	if (x == NULL)
		return READ_OOM;
	shape = &r->shapes[v[1]];
	x->off = r->off + v[0];
	x->len = shape->len;
	r->off = x->off + x->len;
	x->kind = shape->kind;
	x->text = shape->text.at;
	x->text_len = (uint32_t)shape->text.len;
	x->what = "";
	return READ_ON;
}

int edits_parse(struct edits *e, struct span bytes, const char *path, struct diag *ret_diag)
{
	struct reading r = {.e = e, .bytes = bytes, .at = HEADER_LEN};
	enum read_end end = READ_ON;
	struct span line;

	if (bytes.len < HEADER_LEN || memcmp(bytes.at, header, HEADER_LEN) != 0)
		end = READ_DAMAGED;
	while (end == READ_ON && text_line(bytes, r.at, &line, &r.at))
		end = line.len > 0 && line.at[0] == '=' ? read_shape(&r, line)
							: read_edit(&r, line);
	free(r.shapes);
	if (end == READ_DAMAGED)
		return diag_set(ret_diag, EX_FAILED, "cannot understand %s: it is damaged", path);
	return end == READ_ON && pool_ok(&e->pool) ? 0 : diag_oom(ret_diag);
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
	size_t from = 0, len = original.len;
	char *at;

	for (size_t i = 0; i < n; i++)
		len = len + items[i].text_len - items[i].len;
	at = buf_extend(ret_bytes, len);
	if (at == NULL)
		return;
	fs_populate(at, len);
	for (size_t i = 0; i < n; i++) {
		const struct edit *e = &items[i];

		at = mempcpy(at, original.at + from, e->off - from);
		at = mempcpy(at, e->text, e->text_len);
		from = e->off + e->len;
	}
	if (original.len > from)
		memcpy(at, original.at + from, original.len - from);
}
