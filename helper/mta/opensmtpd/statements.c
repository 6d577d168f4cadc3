/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statements.c guarantees that every statement is read in the order in which smtpd reads it, those
 * of included files where they are included, so that a macro means what it means there. What it
 * does not know it passes over: smtpd itself judges the configuration.
 */
#include "mta/opensmtpd/opensmtpd.h"

#include <string.h>

#include "data/array.h"

#define INCLUDE_DEPTH 16

static int add_token(struct od *od, const struct token *t)
{
	struct token *slot = array_grow(&od->tokens, &od->n_tokens, &od->cap_tokens);

	if (slot == NULL)
		return diag_oom(od->diag);
	*slot = *t;
	return 0;
}

/* What comes before the end of a line that a macro's comment led to. */
static void note_cut(struct od *od, struct range r, const struct token *newline)
{
	if (od->n_tokens > r.first && od_one_use(&od->tokens[od->n_tokens - 1], newline))
		od->tokens[od->n_tokens - 1].cut = true;
}

/* Up to the end of the line; within braces lines go on. *ret_end: the file is over. */
static int read_statement(struct od *od, struct lexer *lex, struct range *ret, bool *ret_end)
{
	struct range r = {od->n_tokens, od->n_tokens};
	size_t depth = 0;
	struct token t;

	for (;;) {
		if (od_lexer_next(lex, &t) < 0)
			return -1;
		if (t.kind == TOKEN_END || t.kind == TOKEN_NEWLINE)
			note_cut(od, r, &t);
		if (t.kind == TOKEN_END || (t.kind == TOKEN_NEWLINE && depth == 0))
			break;
		if (t.kind == TOKEN_NEWLINE)
			continue;
		if (od_token_is_char(&t, '{'))
			depth++;
		else if (od_token_is_char(&t, '}') && depth > 0)
			depth--;
		if (add_token(od, &t) < 0)
			return -1;
	}
	*ret_end = t.kind == TOKEN_END;
	r.end = od->n_tokens;
	*ret = r;
	return 0;
}

/* name = "value" */
static int macro_set(struct od *od, struct range r)
{
	const struct token *name = od_token(od, r.first), *value = od_token(od, r.first + 2);
	struct macro *m = array_grow(&od->macros, &od->n_macros, &od->cap_macros);

	if (m == NULL)
		return diag_oom(od->diag);
	m->name = pool_dup(&od->pool, name->text.text, name->text.len);
	m->value = value->text;
	return 0;
}

static int include(struct od *od, struct range r)
{
	const struct token *name;
	size_t index;
	int status;

	if (r.end - r.first < 2)
		return 0;
	name = od_token(od, r.first + 1);
	if (name->text.len == 0 || name->text.text[0] != '/')
		return od_bad(od, name,
			      "whether smtpd finds the included file depends on where it is "
			      "started; write its whole path");
	if (od->depth == INCLUDE_DEPTH)
		return od_bad(od, name, "files include each other too deeply");
	if (scan_need(od->scan, od_string(od, name->text), 0, false, &index, od->diag) < 0)
		return -1;
	if (od_file(od, index)->state == FILE_WANTED)
		return 0;
	od_path(od, name->text, index);
	od->depth++;
	status = od_statements_read(od, index);
	od->depth--;
	return status;
}

struct table *od_table_find(struct od *od, struct traced name)
{
	for (size_t i = 0; i < od->n_tables; i++)
		if (text_equal(traced_span(name), od->tables[i].name))
			return &od->tables[i];
	return NULL;
}

/* "file:/path", "/path", "db:/path.db", "backend:/path", "passwd" */
static void table_source(struct od *od, struct table *t, struct traced config)
{
	struct pool *pool = &od->scan->pool;
	const char *text = od_string(od, config), *colon = strchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);
	const char *path = text[0] == '/' ? text : colon != NULL ? colon + 1 : "";
	const char *end = path + strlen(path);

	t->backend = text[0] == '/' ? "file" : pool_dup(pool, text, len);
	t->kind = TABLE_OTHER;
	if (path[0] != '/')
		return;
	t->where = traced_part(config, (size_t)(path - text), (size_t)(end - path));
	if (strcmp(t->backend, "file") == 0 || strcmp(t->backend, "static") == 0) {
		t->kind = TABLE_FILE;
		t->path = path;
	} else if (strcmp(t->backend, "db") == 0 && end - path > 3 && strcmp(end - 3, ".db") == 0) {
		t->kind = TABLE_DB;
		t->db = path;
		t->path = pool_dup(pool, path, (size_t)(end - path) - 3);
	}
}

/* table NAME { … }, table NAME "source" */
static int table_define(struct od *od, struct range r)
{
	struct table *t;
	const struct token *what;

	if (r.end - r.first < 3)
		return 0;
	t = array_grow(&od->tables, &od->n_tables, &od->cap_tables);
	if (t == NULL)
		return diag_oom(od->diag);
	t->name = od_string(od, od_token(od, r.first + 1)->text);
	what = od_token(od, r.first + 2);
	t->first = r.first + 2;
	t->n = r.end - t->first;
	if (!od_token_is_char(what, '{'))
		table_source(od, t, what->text);
	return 0;
}

static int statement(struct od *od, struct range r)
{
	const struct token *t = od_token(od, r.first);

	if (r.end - r.first >= 3 && od_token_is_text(t) && od_token_is_char(t + 1, '='))
		return macro_set(od, r);
	if (od_token_is(t, "include"))
		return include(od, r);
	if (od_token_is(t, "table"))
		return table_define(od, r);
	if (od_token_is(t, "accept") || od_token_is(t, "reject"))
		return od_bad(od, t,
			      "this is the grammar before OpenSMTPD 6.4 (accept, reject); 6.4 and "
			      "later have action and match");
	if (od_token_is(t, "listen"))
		od_listen_scan(od, r);
	if (od_token_is(t, "action") && od_action_scan(od, r) < 0)
		return -1;
	return od_uses_note(od, r);
}

int od_statements_read(struct od *od, size_t file)
{
	struct lexer lex = {.od = od, .file = file, .bytes = od_file(od, file)->bytes};
	struct range r;
	bool end = false;

	while (!end) {
		if (read_statement(od, &lex, &r, &end) < 0)
			return -1;
		if (r.end > r.first && statement(od, r) < 0)
			return -1;
		/* without what is included nothing after it can be understood */
		if (scan_wants(od->scan))
			return 0;
	}
	return 0;
}
