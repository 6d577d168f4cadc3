/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traced.c guarantees that a byte of a traced text, after any number of parts, words and
 * expansions, still leads to the byte of the file that it was read from. Texts are never written.
 */
#include "pure/traced.h"

#include <string.h>

#include "data/array.h"

/* The piece that holds the byte at `at`; NULL if none does. */
static const struct piece *piece_at(const struct trace *tr, struct traced t, size_t at)
{
	const struct piece *p = tr->pieces + t.first;

	for (size_t i = 0; i < t.n; i++)
		if (at >= p[i].at && at < p[i].at + p[i].len)
			return &p[i];
	return NULL;
}

bool traced_where(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off)
{
	size_t file = 0, off = 0, done = 0;

	while (done < t.len) {
		const struct piece *p = piece_at(tr, t, t.base + done);
		size_t inside;

		if (p == NULL)
			return false;
		inside = t.base + done - p->at;
		if (done == 0) {
			file = p->file;
			off = p->off + inside;
		} else if (p->file != file || p->off + inside != off + done) {
			return false;
		}
		done += p->len - inside;
	}
	if (t.len == 0)
		return false;
	*ret_file = file;
	*ret_off = off;
	return true;
}

bool traced_start(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off)
{
	for (size_t i = 0; i < t.len; i++) {
		const struct piece *p = piece_at(tr, t, t.base + i);

		if (p != NULL) {
			*ret_file = p->file;
			*ret_off = p->off + (t.base + i - p->at);
			return true;
		}
	}
	return false;
}

bool traced_point(const struct trace *tr, struct traced t, size_t *ret_file, size_t *ret_off)
{
	const struct piece *p = tr->pieces + t.first;

	/* between two pieces it stands at the end of the first: "-o name=" with a line after it */
	if (t.len > 0)
		return traced_start(tr, t, ret_file, ret_off);
	for (size_t i = 0; i < t.n; i++) {
		if (t.base < p[i].at || t.base > p[i].at + p[i].len)
			continue;
		*ret_file = p[i].file;
		*ret_off = p[i].off + (t.base - p[i].at);
		return true;
	}
	return false;
}

static void add_piece(struct trace *tr, struct piece piece)
{
	struct piece *p = array_grow(&tr->pieces, &tr->n_pieces, &tr->cap_pieces);

	if (p == NULL)
		tr->pool->failed = true;
	else
		*p = piece;
}

struct traced traced_of_span(struct trace *tr, struct span s, size_t file, size_t off)
{
	struct traced t = {.text = s.at, .len = s.len, .first = tr->n_pieces};

	add_piece(tr, (struct piece){0, s.len, file, off});
	t.n = tr->n_pieces - t.first;
	return t;
}

static bool is_one_of(char c, const char *set)
{
	for (; *set != '\0'; set++)
		if (*set == c)
			return true;
	return false;
}

bool traced_word(struct traced *rest, const char *separators, bool braces, struct traced *ret)
{
	struct traced t = *rest;
	size_t level = 0, len = 0, skip = 0;

	while (skip < t.len && is_one_of(t.text[skip], separators))
		skip++;
	t = traced_part(t, skip, t.len - skip);
	if (t.len == 0)
		return false;
	for (; len < t.len; len++) {
		char c = t.text[len];

		if (c > ',' && c < '{') /* most: nothing that could end a word */
			continue;
		if (braces && c == '{')
			level++;
		else if (braces && c == '}' && level > 0)
			level--;
		else if (level == 0 && is_one_of(c, separators))
			break;
	}
	*ret = traced_part(t, 0, len);
	*rest = traced_part(t, len, t.len - len);
	return true;
}

size_t traced_balance(struct traced t)
{
	size_t level = 0;

	for (size_t i = 0; i < t.len; i++) {
		if (t.text[i] == '{')
			level++;
		else if (t.text[i] == '}' && --level == 0)
			return i + 1;
		if (level == 0)
			return 0;
	}
	return 0;
}

bool traced_braced(struct traced t, struct traced *ret)
{
	if (t.len < 2 || t.text[0] != '{' || traced_balance(t) != t.len)
		return false;
	*ret = traced_trim(traced_part(t, 1, t.len - 2));
	return true;
}

void builder_start(struct trace *tr, struct builder *b, bool tracing)
{
	*b = (struct builder){.text = BUF_INIT, .first = tr->n_pieces, .tracing = tracing};
}

/* The pieces of t, moved to where its bytes go. */
static void add_pieces(struct trace *tr, size_t to, struct traced t)
{
	for (size_t i = 0; i < t.n; i++) {
		struct piece p = tr->pieces[t.first + i];
		size_t skip = p.at < t.base ? t.base - p.at : 0;

		if (skip >= p.len || p.at >= t.base + t.len)
			continue;
		p.at += skip;
		p.off += skip;
		p.len -= skip;
		if (p.at + p.len > t.base + t.len)
			p.len = t.base + t.len - p.at;
		p.at = p.at - t.base + to;
		add_piece(tr, p);
	}
}

void builder_add(struct trace *tr, struct builder *b, struct traced t)
{
	if (b->tracing)
		add_pieces(tr, b->text.len, t);
	buf_add(&b->text, t.text, t.len);
}

void builder_add_span(struct trace *tr, struct builder *b, struct span s, size_t file, size_t off)
{
	if (b->tracing)
		add_piece(tr, (struct piece){b->text.len, s.len, file, off});
	buf_add(&b->text, s.at, s.len);
}

struct traced builder_end(struct trace *tr, struct builder *b)
{
	struct traced t = {.first = b->first};

	if (!buf_ok(&b->text))
		tr->pool->failed = true;
	t.len = b->text.len;
	t.text = pool_dup(tr->pool, buf_str(&b->text), t.len);
	t.n = b->tracing ? tr->n_pieces - b->first : 0;
	if (!pool_ok(tr->pool))
		t.len = 0;
	buf_release(&b->text);
	return t;
}
