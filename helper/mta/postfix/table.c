/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c guarantees the "key value" lines of postmap(1) and texthash:, read once from end to end;
 * memory grows only with what is found. It keeps nothing of a line.
 */
#include "mta/postfix/postfix.h"

#define LINES_PER_POOL 4096 /* continued lines are copied; their memory is given back so often */

/* Where the key ends: at the first blank that is not quoted. False for unbalanced quotes. */
static bool split_line(struct traced line, struct traced *ret_key, struct traced *ret_value)
{
	bool quoted = false;
	size_t end = 0;

	for (; end < line.len; end++) {
		char c = line.text[end];

		if (c > '"' && c != '\\') /* most: neither blank nor quote */
			continue;
		if (c == '\\' && end + 1 < line.len)
			end++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && text_is_blank(c))
			break;
	}
	if (quoted)
		return false;
	*ret_key = traced_part(line, 0, end);
	*ret_value = traced_trim(traced_part(line, end, line.len - end));
	return ret_key->len > 0 && ret_value->len > 0;
}

static struct span lines_read(const struct lines *it, size_t from)
{
	return (struct span){it->bytes.at + from, it->end - from};
}

/* In a large table the same result stands on many lines; where it held nothing once, it need not be
 * looked at again. */
static bool is_dull(struct traced value, struct span dull)
{
	return value.len == dull.len && memcmp(value.text, dull.at, dull.len) == 0;
}

static void entry_scan(struct pf *pf, struct traced key, struct traced value,
		       const struct lines *it, const struct map *m, struct span *dull)
{
	size_t before = pf->scan->n_findings, file, off;

	if (table_has_keys(m->kind)) {
		if (traced_point(&pf->trace, key, &file, &off))
			key_scan(pf, key, m, lines_read(it, off), "\n");
		return;
	}
	if (is_dull(value, *dull))
		return;
	result_scan(pf, value, m);
	/* only a text of one piece stands in the file itself and stays */
	if (pf->scan->n_findings == before && value.n == 1)
		*dull = traced_span(value);
}

void table_scan(struct pf *pf, size_t file, const struct map *m)
{
	struct lines it = {.file = file, .bytes = pf_file(pf, file)->bytes};
	struct pool keep = pf->pool;
	size_t pieces = pf->trace.n_pieces, n = 0;
	struct traced line, key, value;
	struct span dull = {"", 0};

	pf->pool = (struct pool)POOL_INIT;
	while (lines_next(pf, &it, &line)) {
		if (split_line(line, &key, &value))
			entry_scan(pf, key, value, &it, m, &dull);
		pf->trace.n_pieces = pieces;
		if (++n % LINES_PER_POOL == 0 && pool_ok(&pf->pool))
			pool_release(&pf->pool);
	}
	keep.failed |= pf->pool.failed;
	pool_release(&pf->pool);
	pf->pool = keep;
}
