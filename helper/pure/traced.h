/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traced: text that knows where it stands in the files.
 *
 * Configurations join lines, drop escapes, put one text into another. What is left is read, but
 * what is edited are the bytes that it came from. So a text is bytes and the pieces of files that
 * they were read from; parts, words and texts that are put together keep them.
 *
 *     struct pool pool = POOL_INIT;
 *     struct trace tr = {.pool = &pool};
 *     …                                  texts that are made live in the pool
 *     free(tr.pieces);
 */
#ifndef MTA_STACK_TRACED_H
#define MTA_STACK_TRACED_H

#include <string.h>

#include "data/buf.h"
#include "data/pool.h"
#include "pure/text.h"

struct piece {
	size_t at, len;	  /* bytes of the text */
	size_t file, off; /* file: an index into scan.files */
};

/* Bytes, put together from pieces of files. A copy is a view; parts are views too. */
struct traced {
	const char *text;
	size_t len;
	size_t base;	 /* where text starts, as piece.at counts */
	size_t first, n; /* trace.pieces */
};

struct trace {
	struct piece *pieces;
	size_t n_pieces, cap_pieces;
	struct pool *pool;
};

/* The bytes [from, from+len) of t. */
static inline struct traced traced_part(struct traced t, size_t from, size_t len)
{
	t.text += from;
	t.base += from;
	t.len = len;
	return t;
}

static inline struct traced traced_trim(struct traced t)
{
	size_t from = 0, to = t.len;

	while (from < to && text_is_blank(t.text[from]))
		from++;
	while (to > from && text_is_blank(t.text[to - 1]))
		to--;
	return traced_part(t, from, to - from);
}

/* The offset of c, or len. */
static inline size_t traced_find(struct traced t, char c)
{
	const char *at = t.len > 0 ? memchr(t.text, c, t.len) : NULL;

	return at ? (size_t)(at - t.text) : t.len;
}

/* One stretch of bytes in one file? Then true, and where. */
bool traced_where(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off);

/* Where the text begins: for messages. False if nowhere. */
bool traced_start(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off);

/* Where it stands, also when it is empty: for inserting there. */
bool traced_point(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off);

struct traced traced_of_span(struct trace *tr, struct span s, size_t file, size_t off);

/* A default or a fact: it stands nowhere in the files. */
static inline struct traced traced_plain(struct span s)
{
	return (struct traced){.text = s.at, .len = s.len};
}

/* Take the next word off *rest: what stands between separators, with `braces` those outside of {…}.
 */
bool traced_word(struct traced *rest, const char *separators, bool braces, struct traced *ret);

/* The inside of {…}, blanks stripped. False if t is not exactly that. */
bool traced_braced(struct traced t, struct traced *ret);

/* The length of the balanced {…} that t starts with, 0 if it does not. */
size_t traced_balance(struct traced t);

static inline struct span traced_span(struct traced t)
{
	return (struct span){t.text, t.len};
}

/* A text under construction. Pieces of other texts may not be made meanwhile, unless both are kept
 * from tracing. */
struct builder {
	struct buf text;
	size_t first;
	bool tracing;
};

void builder_start(struct trace *tr, struct builder *b, bool tracing);
void builder_add(struct trace *tr, struct builder *b, struct traced t);
void builder_add_span(struct trace *tr, struct builder *b, struct span s, size_t file, size_t off);
struct traced builder_end(struct trace *tr, struct builder *b);

#endif
