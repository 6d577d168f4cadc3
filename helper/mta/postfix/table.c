/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c guarantees the "key value" lines of postmap(1) and texthash:, read once from end to end;
 * memory grows only with what is found. It keeps nothing of a line.
 */
#include "mta/postfix/postfix.h"

#include <stdlib.h>
#include <string.h>

#define LINES_PER_POOL 4096 /* continued lines are copied; their memory is given back so often */

/* Where the key ends: at the first blank that is not quoted. 0 for unbalanced quotes. */
static size_t key_end(struct span line)
{
	bool quoted = false;
	size_t end = text_skip_plain(line);

	for (; end < line.len; end++) {
		char c = line.at[end];

		if (c == '\\' && end + 1 < line.len)
			end++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && text_is_blank(c))
			break;
	}
	return quoted ? 0 : end;
}

static bool split_line(struct traced line, struct traced *ret_key, struct traced *ret_value)
{
	size_t end = key_end(traced_span(line));

	*ret_key = traced_part(line, 0, end);
	*ret_value = traced_trim(traced_part(line, end, line.len - end));
	return ret_key->len > 0 && ret_value->len > 0;
}

static struct span lines_read(const struct lines *it, size_t from)
{
	return (struct span){it->bytes.at + from, it->end - from};
}

/* In a large table the same results stand on many lines: what one of them led to is found again
 * there. Only a text of one piece stands in the file itself; and two files are read in several
 * ways, where a place may be known already. */
#define MEMO	   4096
#define MEMO_TRIED 4

struct found {
	struct span value;   /* in the file; .at NULL: nothing yet */
	size_t first, count; /* scan.findings */
};

/* NULL: without memory, or where it does not pay. */
static struct found *memo_make(const struct pf *pf, const struct lines *it)
{
	if (it->bytes.len < MEMO * sizeof(struct found) || it->file == pf->main_cf ||
	    it->file == pf->master_cf)
		return NULL;
	return calloc(MEMO, sizeof(struct found));
}

/* Where it is, or may be put. */
static struct found *memo_slot(struct found *memo, struct span value, bool *ret_known)
{
	const uint64_t first = text_hash(value) >> 32;
	struct found *slot = NULL;
	bool known = false;

	for (size_t i = 0; i < MEMO_TRIED && !known; i++) {
		slot = &memo[(first + i) % MEMO];
		if (slot->value.at == NULL)
			break;
		known = text_same(slot->value, value);
	}
	*ret_known = known;
	return slot;
}

/* A line that stands alone and whose result was found before: noted, and passed over. */
static bool line_again(struct pf *pf, struct lines *it, struct found *memo)
{
	const struct found *before;
	struct span line, value;
	size_t next, end;
	bool known;

	if (memo == NULL || !lines_peek(it, &line, &next))
		return false;
	end = key_end(line);
	value = text_trim((struct span){line.at + end, line.len - end});
	if (end == 0 || value.len == 0)
		return false;
	before = memo_slot(memo, value, &known);
	if (!known)
		return false;
	for (size_t i = before->first; i < before->first + before->count; i++)
		scan_repeat(pf->scan, i,
			    pf->scan->findings[i].off + (size_t)(value.at - before->value.at));
	it->end = (size_t)(line.at - it->bytes.at) + line.len;
	it->next = next;
	return true;
}

static void entry_scan(struct pf *pf, struct traced key, struct traced value,
		       const struct lines *it, const struct map *m, struct found *memo)
{
	size_t before = pf->scan->n_findings, file, off;
	bool known;

	if (table_has_keys(m->kind)) {
		if (traced_point(&pf->trace, key, &file, &off))
			key_scan(pf, key, m, lines_read(it, off), "\n");
		return;
	}
	result_scan(pf, value, m);
	if (memo != NULL && value.n == 1)
		*memo_slot(memo, traced_span(value), &known) =
			(struct found){traced_span(value), before, pf->scan->n_findings - before};
}

void table_scan(struct pf *pf, size_t file, const struct map *m)
{
	struct lines it = {.file = file, .bytes = pf_file(pf, file)->bytes};
	struct pool keep = pf->pool;
	size_t pieces = pf->trace.n_pieces, n = 0;
	struct traced line, key, value;
	struct found *memo = table_has_keys(m->kind) ? NULL : memo_make(pf, &it);

	pf->pool = (struct pool)POOL_INIT;
	for (;;) {
		while (line_again(pf, &it, memo))
			;
		if (!lines_next(pf, &it, &line))
			break;
		if (split_line(line, &key, &value))
			entry_scan(pf, key, value, &it, m, memo);
		pf->trace.n_pieces = pieces;
		if (++n % LINES_PER_POOL == 0 && pool_ok(&pf->pool))
			pool_release(&pf->pool);
	}
	free(memo);
	keep.failed |= pf->pool.failed;
	pool_release(&pf->pool);
	pf->pool = keep;
}
