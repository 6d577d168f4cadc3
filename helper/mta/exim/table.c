/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c guarantees the entries of an lsearch file as internal_lsearch_find() in Exim's
 * lookups/lsearch.c reads them: a key up to a colon or a blank, or in quotes; lines that begin with
 * a blank go on; comments and empty lines are nothing. It copies only what goes on.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

struct entry {
	struct traced key, value;
	struct span whole; /* from the key to the end of the last line */
};

static struct traced skip(struct traced t, size_t n)
{
	return traced_part(t, n, t.len - n);
}

static struct traced trim_right(struct traced t)
{
	while (t.len > 0 && text_is_blank(t.text[t.len - 1]))
		t.len--;
	return t;
}

static bool is_void(struct span line)
{
	return text_trim(line).len == 0 || line.at[0] == '#';
}

/* The value goes on in the next lines, each set off by one blank. */
static struct traced continued(struct ex *ex, size_t file, struct span bytes, struct traced value,
			       size_t *next, struct span *whole)
{
	struct builder b;
	struct span line;
	bool any = false;
	size_t after;

	for (size_t at = *next; text_line(bytes, at, &line, &after); at = after) {
		struct traced t;

		if (!is_void(line) && !text_is_blank(line.at[0]))
			break;
		*next = after;
		if (is_void(line))
			continue;
		t = traced_trim(traced_of_span(&ex->trace, line, file, at));
		if (!any)
			builder_start(&ex->trace, &b, true);
		if (!any)
			builder_add(&ex->trace, &b, value);
		any = true;
		builder_add(&ex->trace, &b, traced_plain((struct span){" ", 1}));
		builder_add_span(&ex->trace, &b, traced_span(t), file, (size_t)(t.text - bytes.at));
		whole->len = (size_t)(t.text + t.len - whole->at);
	}
	return any ? builder_end(&ex->trace, &b) : value;
}

static bool next_entry(struct ex *ex, size_t file, size_t *at, struct entry *ret)
{
	struct span bytes = ex->scan->files[file].bytes, line;
	struct traced t;
	size_t next, n = 0;

	do {
		if (!text_line(bytes, *at, &line, &next))
			return false;
		t = traced_of_span(&ex->trace, line, file, *at);
		*at = next;
	} while (is_void(line) || text_is_blank(line.at[0]));
	t = trim_right(t);
	ret->whole = traced_span(t);
	if (t.text[0] == '"') {
		ret->key = ex_dequote(ex, &t);
	} else {
		while (n < t.len && t.text[n] != ':' && !text_is_blank(t.text[n]))
			n++;
		ret->key = traced_part(t, 0, n);
		t = skip(t, n);
	}
	t = traced_trim(t);
	if (t.len > 0 && t.text[0] == ':')
		t = traced_trim(skip(t, 1));
	ret->value = continued(ex, file, bytes, t, at, &ret->whole);
	return true;
}

/* The file that a table is in; 1 if it is loaded. */
static int open_table(struct ex *ex, struct traced path, const char *what, size_t *ret_file)
{
	path = traced_trim(path);
	if (path.len == 0 || path.text[0] != '/' || traced_find(path, '$') < path.len) {
		ex_warn(ex, path, what, "cannot tell which table is read; addresses there stay");
		return 0;
	}
	return ex_ask(ex, ex_string(ex, path), ROLE_TABLE, true, ret_file);
}

/* A table that two places read has its findings already; what one of them needs holds for both. */
static bool was_read(struct ex *ex, size_t file, const struct place *in)
{
	const char *keep = ex_route_keeps(in);
	size_t n = 0;

	while (n < ex->n_tables && ex->tables[n] != file)
		n++;
	for (size_t i = 0; n < ex->n_tables && i < ex->scan->n_findings; i++) {
		struct finding *f = &ex->scan->findings[i];

		if (f->file != file || f->kind != FIND_REMOTE)
			continue;
		f->pin |= ex->any_pin || (in->transport != NULL && in->transport->pin);
		if (in->router != NULL)
			ex_group_join(ex, f, in->router);
		if (keep != NULL) {
			f->kind = FIND_KEPT;
			f->reason = keep;
		}
	}
	return n < ex->n_tables;
}

static int remember(struct ex *ex, size_t file)
{
	size_t *t = array_grow(&ex->tables, &ex->n_tables, &ex->cap_tables);

	if (t == NULL)
		return diag_oom(ex->diag);
	*t = file;
	return 0;
}

int ex_table_scan(struct ex *ex, struct traced path, const struct place *in)
{
	struct place there = *in;
	struct entry e;
	size_t file, pieces;
	int got = open_table(ex, path, in->what, &file);

	if (got <= 0)
		return got;
	there.again = was_read(ex, file, in);
	if (!there.again && remember(ex, file) < 0)
		return -1;
	there.line = NO_LINE;
	pieces = ex->trace.n_pieces;
	for (size_t at = 0; next_entry(ex, file, &at, &e);) {
		ex_route_scan(ex, e.value, there);
		ex->trace.n_pieces = pieces; /* findings have offsets of their own */
	}
	return 0;
}

/* A key with a wildcard may be that of any host. */
static bool is_pattern(struct traced key)
{
	return key.len > 0 && (key.text[0] == '^' || traced_find(key, '*') < key.len ||
			       traced_find(key, '/') < key.len);
}

static void add_key(struct ex *ex, size_t file, const struct entry *e, const char *what)
{
	size_t in, off, len;
	struct ipaddr addr;
	struct finding *f;

	if (!ipaddr_parse(e->key.text, e->key.len, &addr) || !ex_cover(ex, e->key, &in, &off, &len))
		return;
	f = scan_add(ex->scan, FIND_KEY, &ex->scan->files[file], off, len);
	f->addr = addr;
	f->what = what;
	f->join = "\n";
	f->line_off = (size_t)(e->whole.at - ex->scan->files[file].bytes.at);
	f->line_len = e->whole.len;
	ex->scan->blind = true;
}

int ex_table_keys(struct ex *ex, struct traced path, const char *what, bool *ret_any_host)
{
	struct entry e;
	size_t file, pieces;
	bool read = false;
	int got = open_table(ex, path, what, &file);

	if (got <= 0)
		return got;
	ex->scan->files[file].secret = true;
	for (size_t i = 0; i < ex->scan->n_findings; i++)
		read |= ex->scan->findings[i].file == file;
	pieces = ex->trace.n_pieces;
	for (size_t at = 0; next_entry(ex, file, &at, &e);) {
		if (is_pattern(e.key))
			*ret_any_host = true;
		else if (!read)
			add_key(ex, file, &e, what);
		ex->trace.n_pieces = pieces;
	}
	return 0;
}
