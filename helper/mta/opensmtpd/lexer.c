/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lexer.c guarantees the tokens that yylex() of OpenSMTPD's parse.y makes, with its order of rules:
 * a backslash before the end of a line joins lines everywhere but in quotes, also inside of a word
 * and of a comment; a macro is expanded only at the start of a token and never twice. It knows no
 * keyword.
 */
#include "mta/opensmtpd/opensmtpd.h"

#include <stdio.h>

#define TOKEN_MAX 8094 /* bytes; smtpd refuses longer ones */

struct byte {
	int c; /* EOF at the end */
	bool macro;
	size_t off, end; /* in the file; of the macro's use */
	size_t at;	 /* in the macro's value */
};

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_word(int c)
{
	return c > ' ' && c < 0x7f && strchr("(){}<>!=#,", c) == NULL;
}

static bool ends_number(int c)
{
	return c == EOF || text_is_blank((char)c) || strchr("),/}=", c) != NULL;
}

static struct byte get(struct lexer *lex)
{
	struct byte b = {.c = EOF, .off = lex->pos, .end = lex->pos};

	if (lex->expanding && lex->value_at < lex->value.len) {
		b.macro = true;
		b.off = lex->use_off;
		b.end = lex->use_end;
		b.at = lex->value_at++;
		b.c = (unsigned char)lex->value.text[b.at];
		return b;
	}
	lex->expanding = false;
	if (lex->pos < lex->bytes.len) {
		b.c = (unsigned char)lex->bytes.at[lex->pos++];
		b.end = lex->pos;
	}
	return b;
}

/* Outside of quotes: lines joined, one level of backslashes gone. */
static struct byte get_joined(struct lexer *lex)
{
	struct byte b = get(lex);

	while (b.c == '\\') {
		size_t off = b.off;

		b = get(lex);
		if (b.c != '\n') {
			b.off = off < b.off ? off : b.off;
			return b;
		}
		b = get(lex);
	}
	return b;
}

/* Bytes that stand side by side are one piece. */
struct gather {
	struct lexer *lex;
	struct builder text;
	bool macro; /* the run is of the macro's value, else of the file */
	size_t run, run_len;
};

static void flush(struct gather *g)
{
	struct lexer *lex = g->lex;

	if (g->run_len > 0 && g->macro)
		builder_add(&lex->od->trace, &g->text, traced_part(lex->value, g->run, g->run_len));
	else if (g->run_len > 0)
		builder_add_span(&lex->od->trace, &g->text,
				 (struct span){lex->bytes.at + g->run, g->run_len}, lex->file,
				 g->run);
	g->run_len = 0;
}

static void add(struct gather *g, const struct byte *b)
{
	size_t at = b->macro ? b->at : b->end - 1;

	if (g->run_len > 0 && (g->macro != b->macro || at != g->run + g->run_len))
		flush(g);
	if (g->run_len == 0) {
		g->macro = b->macro;
		g->run = at;
	}
	g->run_len++;
}

static void extend(struct token *t, const struct byte *b)
{
	t->macro |= b->macro;
	if (b->end > t->end)
		t->end = b->end;
}

/* $name: its value comes next. */
static int expand(struct lexer *lex, const struct byte *dollar)
{
	struct token here = {.file = lex->file, .off = dollar->off};
	struct buf name = BUF_INIT;
	struct lexer before = *lex;
	const struct macro *found = NULL;
	struct byte b;

	while (b = get_joined(lex), is_alnum(b.c) || b.c == '_') {
		char c = (char)b.c;

		buf_add(&name, &c, 1);
		before = *lex;
	}
	*lex = before;
	for (size_t i = lex->od->n_macros; found == NULL && i-- > 0;)
		if (strcmp(lex->od->macros[i].name, buf_str(&name)) == 0)
			found = &lex->od->macros[i];
	if (found == NULL)
		(void)od_bad(lex->od, &here,
			     pool_printf(&lex->od->pool, "macro '%s' not defined", buf_str(&name)));
	buf_release(&name);
	if (found == NULL)
		return -1;
	lex->expanding = true;
	lex->value = found->value;
	lex->value_at = 0;
	lex->use_off = dollar->off;
	lex->use_end = lex->pos;
	return 0;
}

static int quoted(struct gather *g, int quote, struct token *t)
{
	struct lexer *lex = g->lex;

	for (;;) {
		struct byte b = get(lex);

		extend(t, &b);
		if (b.c == quote)
			return 0;
		if (b.c == '\n')
			continue;
		if (b.c == '\\') {
			struct lexer before = *lex;
			struct byte next = get(lex);

			if (next.c == '\n')
				continue;
			if (next.c == quote || next.c == ' ' || next.c == '\t')
				b = next;
			else
				*lex = before;
		}
		if (b.c == EOF || b.c == '\0')
			return od_bad(lex->od, t, "a quoted string does not end");
		add(g, &b);
		extend(t, &b);
	}
}

/* A number ends at fewer characters than a word does. */
static void word(struct gather *g, const struct byte *first, struct token *t)
{
	struct lexer *lex = g->lex;
	bool number = is_digit(first->c);
	struct lexer before;
	struct byte b;

	add(g, first);
	for (;;) {
		before = *lex;
		b = get_joined(lex);
		if (number && !is_digit(b.c)) {
			if (ends_number(b.c))
				break;
			number = false;
		}
		if (!in_word(b.c))
			break;
		add(g, &b);
		extend(t, &b);
	}
	*lex = before;
}

static struct byte first_of_token(struct lexer *lex)
{
	struct byte b;

	do
		b = get_joined(lex);
	while (b.c == ' ' || b.c == '\t');
	if (b.c == '#') {
		struct byte hash = b;

		while (b.c != '\n' && b.c != EOF)
			b = get_joined(lex);
		/* a comment that a macro begins takes the rest of the line with it */
		if (hash.macro) {
			b.macro = true;
			b.off = hash.off;
		}
	}
	return b;
}

/* "=>" is "=" by another name. */
static void arrow(struct lexer *lex, struct token *t)
{
	struct lexer before = *lex;
	struct byte b = get_joined(lex);

	if (b.c == '>')
		extend(t, &b);
	else
		*lex = before;
}

static int rest_of_token(struct gather *g, const struct byte *first, struct token *t)
{
	if (first->c == '"' || first->c == '\'') {
		t->kind = TOKEN_STRING;
		return quoted(g, first->c, t);
	}
	if (is_alnum(first->c) || first->c == ':' || first->c == '_') {
		t->kind = TOKEN_WORD;
		word(g, first, t);
	} else if (first->c == EOF) {
		t->kind = TOKEN_END;
	} else if (first->c == '\n') {
		t->kind = TOKEN_NEWLINE;
	} else {
		add(g, first);
		if (first->c == '=')
			arrow(g->lex, t);
	}
	return 0;
}

int od_lexer_next(struct lexer *lex, struct token *ret)
{
	struct byte b = first_of_token(lex);
	struct gather g = {.lex = lex};
	struct token t;
	int status;

	while (b.c == '$' && !b.macro) {
		if (expand(lex, &b) < 0)
			return -1;
		b = first_of_token(lex);
	}
	t = (struct token){.kind = TOKEN_CHAR, .c = (char)b.c, .file = lex->file, .off = b.off};
	extend(&t, &b);
	builder_start(&lex->od->trace, &g.text, true);
	status = rest_of_token(&g, &b, &t);
	flush(&g);
	t.text = builder_end(&lex->od->trace, &g.text);
	if (status == 0 && t.text.len > TOKEN_MAX)
		return od_bad(lex->od, &t, "string too long");
	*ret = t;
	return status;
}
