/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c guarantees the logical lines of get_config_line() in Exim's readconf.c: macros, comments,
 * conditions and includes are those of physical lines; a backslash at the end of one joins the next
 * one to it, whose leading blanks vanish. Macros are defined here, where they stand.
 */
#include "mta/exim/exim.h"

#include "data/array.h"

#define INCLUDES_MAX 32 /* one inside of the other */

/* A physical line. */
struct physical {
	size_t file, off, end, eol; /* its bytes that are no blanks; where it ends */
	struct traced text;	    /* macros replaced, no blanks at the end */
	bool found;		    /* there was a macro */
};

static bool starts(struct traced t, const char *word)
{
	return t.len >= strlen(word) && memcmp(t.text, word, strlen(word)) == 0;
}

/* Does it begin with this word? */
static bool has_word(struct traced t, const char *word)
{
	size_t n = strlen(word);

	return starts(t, word) && (t.len == n || text_is_blank(t.text[n]));
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool is_active(const struct ex *ex)
{
	return ex->n_conditions == 0 || ex->conditions[ex->n_conditions - 1].active;
}

/* What Exim itself defines begins with "_": -bP macros tells which; without it all are there. */
static bool has_builtin(const struct ex *ex, struct traced t)
{
	struct traced word;
	struct span value;

	while (traced_word(&t, " \t", false, &word))
		if (word.text[0] == '_' &&
		    (ex->scan->facts.len == 0 ||
		     scan_fact(ex->scan, pool_dup(ex->trace.pool, word.text, word.len), &value)))
			return true;
	return false;
}

static int condition_push(struct ex *ex, bool is)
{
	bool outer = is_active(ex);
	struct condition *c = array_grow(&ex->conditions, &ex->n_conditions, &ex->cap_conditions);

	if (c == NULL)
		return diag_oom(ex->diag);
	*c = (struct condition){.outer = outer, .taken = is, .active = outer && is};
	return 0;
}

static void condition_other(struct condition *c, bool is)
{
	c->active = c->outer && !c->taken && is;
	c->taken |= is;
}

/* 1: the line was a condition. */
static int condition(struct ex *ex, const struct physical *p)
{
	static const struct {
		const char *word;
		bool opens, negated;
	} words[] = {{".ifdef", true, false},
		     {".ifndef", true, true},
		     {".elifdef", false, false},
		     {".elifndef", false, true}};
	bool is_else = has_word(p->text, ".else"), is_end = has_word(p->text, ".endif");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool is;

		if (!has_word(p->text, words[i].word))
			continue;
		is = (p->found || has_builtin(ex, p->text)) != words[i].negated;
		if (words[i].opens)
			return condition_push(ex, is) < 0 ? -1 : 1;
		if (ex->n_conditions == 0)
			return ex_bad(ex, p->text, "no .ifdef before it");
		condition_other(&ex->conditions[ex->n_conditions - 1], is);
		return 1;
	}
	if (!is_else && !is_end)
		return 0;
	if (ex->n_conditions == 0)
		return ex_bad(ex, p->text, "no .ifdef before it");
	if (is_else)
		condition_other(&ex->conditions[ex->n_conditions - 1], true);
	else
		ex->n_conditions--;
	return 1;
}

/* --- includes --------------------------------------------------------------------------------- */

static int include(struct ex *ex, struct traced t, bool if_exists)
{
	const char *path;
	size_t file;
	int got;

	t = traced_trim(t);
	if (t.len > 1 && t.text[0] == '"' && t.text[t.len - 1] == '"')
		t = traced_part(t, 1, t.len - 2);
	path = ex_string(ex, t);
	if (path[0] != '/' && if_exists)
		return ex_bad(ex, t, ".include_if_exists needs an absolute path");
	if (path[0] != '/')
		path = pool_printf(&ex->scan->pool, "%s/%s", ex->dir, path);
	if (++ex->depth > INCLUDES_MAX)
		return ex_bad(ex, t, "includes go too deep");
	got = ex_ask(ex, path, ROLE_CONFIG, if_exists, &file);
	if (got == 1 && ex_lines_file(ex, file) < 0)
		return -1;
	ex->depth--;
	return got < 0 ? -1 : 0;
}

/* 1: the line was an include. */
static int maybe_include(struct ex *ex, struct traced t)
{
	static const char *const words[] = {".include", ".include_if_exists"};

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(words[i]);

		if (has_word(t, words[i]) && t.len > n)
			return include(ex, traced_part(t, n, t.len - n), i == 1) < 0 ? -1 : 1;
	}
	return 0;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* What of the line stands elsewhere? */
static void note_borrowed(struct ex *ex, const struct line *l, size_t index)
{
	for (size_t i = 0; i < l->text.n; i++) {
		const struct piece *p = &ex->trace.pieces[l->text.first + i];
		struct borrowed *b;

		if (p->file == l->file && p->off >= l->off && p->off < l->eol && !l->split)
			continue;
		b = array_grow(&ex->borrowed, &ex->n_borrowed, &ex->cap_borrowed);
		if (b == NULL)
			ex->pool.failed = true;
		else
			*b = (struct borrowed){index, p->file, p->off, p->len};
	}
}

static int line_end(struct ex *ex)
{
	struct traced text = ex->parts[0];
	struct line *l;

	if (ex->n_parts > 1) {
		struct builder b;

		builder_start(&ex->trace, &b, true);
		for (size_t i = 0; i < ex->n_parts; i++)
			builder_add(&ex->trace, &b, ex->parts[i]);
		text = builder_end(&ex->trace, &b);
	}
	ex->n_parts = 0;
	text = traced_trim(text);
	if (text.len == 0)
		return 0;
	if (ex_macros_definition(text) > 0)
		return ex_macros_define(ex, text);
	l = array_grow(&ex->lines, &ex->n_lines, &ex->cap_lines);
	if (l == NULL)
		return diag_oom(ex->diag);
	*l = ex->begun;
	l->text = text;
	note_borrowed(ex, l, ex->n_lines - 1);
	return 0;
}

/* 0, or -1. */
static int line_add(struct ex *ex, const struct physical *p)
{
	bool goes_on = p->text.len > 0 && p->text.text[p->text.len - 1] == '\\';
	struct traced *part;

	if (p->text.len == 0 && ex->n_parts == 0)
		return 0;
	if (ex->n_parts == 0)
		ex->begun = (struct line){.file = p->file, .off = p->off};
	else if (ex->begun.file != p->file)
		ex->begun = (struct line){.file = p->file, .off = p->off, .split = true};
	ex->begun.end = p->end;
	ex->begun.eol = p->eol;
	part = array_grow(&ex->parts, &ex->n_parts, &ex->cap_parts);
	if (part == NULL)
		return diag_oom(ex->diag);
	*part = traced_part(p->text, 0, p->text.len - goes_on);
	return goes_on ? 0 : line_end(ex);
}

static struct traced trim_left(struct traced t)
{
	while (t.len > 0 && text_is_blank(t.text[0]))
		t = traced_part(t, 1, t.len - 1);
	return t;
}

static int physical_line(struct ex *ex, size_t file, struct span line, size_t off)
{
	struct traced t = trim_left(traced_of_span(&ex->trace, line, file, off));
	struct physical p = {.file = file, .off = off + (line.len - t.len), .eol = off + line.len};
	int rc;

	p.end = p.off + traced_trim(t).len;
	if (t.len == 0 && ex->n_parts == 0)
		return 0;
	p.text = ex_macros_expand(ex, t, ex->n_parts == 0 ? ex_macros_definition(t) : 0, &p.found);
	p.text = traced_trim(p.text);
	if (p.text.len > 0 && p.text.text[0] == '#')
		return 0;
	if (p.text.len > 0 && p.text.text[0] == '.') {
		rc = condition(ex, &p);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (!is_active(ex))
		return 0;
	if (p.text.len > 0 && p.text.text[0] == '.') {
		rc = maybe_include(ex, p.text);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	return line_add(ex, &p);
}

int ex_lines_file(struct ex *ex, size_t file)
{
	struct span bytes = ex->scan->files[file].bytes, line;

	for (size_t next = 0, at = 0; text_line(bytes, at, &line, &next); at = next) {
		bool seed = ex_debian_wants_macros(ex, line);

		if (physical_line(ex, file, line, at) < 0 || (seed && ex_debian_seed(ex) < 0))
			return -1;
	}
	return 0;
}

static int read_main(struct ex *ex)
{
	size_t file;
	int got = ex_ask(ex, ex->scan->config, ROLE_CONFIG, false, &file);

	return got == 1 ? ex_lines_file(ex, file) : got;
}

int ex_lines_read(struct ex *ex)
{
	int rc = ex->settings != NULL ? ex_debian_read(ex) : read_main(ex);

	/* What is wrong may be right when all is there. */
	if (scan_wants(ex->scan))
		return 0;
	if (rc < 0)
		return -1;
	if (ex->n_conditions > 0)
		return diag_set(ex->diag, EX_INSTALLED, "cannot understand %s: .endif missing",
				ex->scan->config);
	return ex->n_parts > 0 ? line_end(ex) : 0;
}
