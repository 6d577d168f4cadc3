/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opensmtpd: what the parts of the OpenSMTPD scanner share. Nobody else includes this.
 *
 * The grammar is that of smtpd.conf(5) since 6.4 ("action" and "match"), as parse.y, table_static.c
 * and to.c of 6.8 read it. --config is the main file. Order of one scan, all in opensmtpd.c:
 *
 *     od_statements_read     characters to tokens to statements; macros, includes, tables
 *     relay_action        for each relay action: settings now, its relays noted
 *     od_tables_scan         the relays in tables, once it is known which tables hold relays
 *     od_uses_settle         a text that is used for something else too is not rewritten
 *
 * All memory belongs to struct od and is given back when the scan ends; what findings point to is
 * in scan->pool or constant.
 */
#ifndef MTA_STACK_OPENSMTPD_H
#define MTA_STACK_OPENSMTPD_H

#include "pure/scan.h"
#include "pure/traced.h"

/* --- tokens (lexer.c) ------------------------------------------------------------------------- */

enum token_kind {
	TOKEN_WORD,   /* unquoted: a keyword perhaps */
	TOKEN_STRING, /* quoted */
	TOKEN_CHAR,   /* punctuation: `c`; "=>" is '=' too */
	TOKEN_NEWLINE,
	TOKEN_END, /* of the file */
};

struct token {
	enum token_kind kind;
	char c;
	struct traced text; /* quotes, escapes and macros resolved */
	size_t file;	    /* where it stands: if it comes from a macro, where that is used */
	size_t off, end;
	bool macro; /* some of it comes from a macro */
	bool cut;   /* the macro goes on with a comment, and so does the line */
	bool ours;  /* of an option that the scan looks after: no use by something else */
};

struct macro {
	const char *name;
	struct traced value;
};

struct lexer {
	struct od *od;
	size_t file;
	struct span bytes;
	size_t pos;
	bool expanding; /* the value of a macro comes first */
	struct traced value;
	size_t value_at, use_off, use_end;
};

/* -1 with a diag for what smtpd refuses too: a quote without end, a macro that is not defined. */
int od_lexer_next(struct lexer *lex, struct token *ret);

/* --- the configuration ------------------------------------------------------------------------ */

enum table_kind {
	TABLE_INLINE, /* tokens [first, first+n): key, or key = value */
	TABLE_FILE,   /* lines: key, or key value */
	TABLE_DB,     /* the same in a source that makemap(8) reads */
	TABLE_OTHER,  /* a program, or passwd */
};

struct table {
	const char *name;
	enum table_kind kind;
	size_t first, n;
	const char *path;    /* TABLE_FILE, TABLE_DB: of the source */
	const char *db;	     /* TABLE_DB: the compiled one */
	struct traced where; /* path, or db, as it is written */
	const char *backend; /* TABLE_OTHER */
	bool relays;	     /* used by host or domain of a relay action */
	bool other;	     /* used by something else */
	bool pin;
};

/* Bytes that mean something to somebody. */
struct use {
	size_t file, off, len;
	bool inside; /* in the value of a macro */
};

struct od {
	struct scan *scan;
	struct diag *diag;
	struct pool pool;
	struct trace trace;
	struct token *tokens;
	size_t n_tokens, cap_tokens;
	struct macro *macros;
	size_t n_macros, cap_macros;
	struct table *tables;
	size_t n_tables, cap_tables;
	struct use *uses;
	size_t n_uses, cap_uses;
	unsigned depth; /* of includes */
};

/* Tokens [first, end) of od->tokens. */
struct range {
	size_t first, end;
};

static inline struct file *od_file(const struct od *od, size_t index)
{
	return &od->scan->files[index];
}

static inline const struct token *od_token(const struct od *od, size_t i)
{
	return &od->tokens[i];
}

/* The text as a string in the scan's pool. */
const char *od_string(struct od *od, struct traced t);

/* Fill the diag with "cannot understand FILE line N: …" and return -1. */
int od_bad(struct od *od, const struct token *t, const char *why);

/* "FILE line N" of a token, in the pool. */
const char *od_place(struct od *od, const struct token *t);

/* For a copy: this text is the path of the file with that index, or of what is made from it. */
void od_path(struct od *od, struct traced path, size_t to);

/* Both come from one and the same use of a macro. */
static inline bool od_one_use(const struct token *a, const struct token *b)
{
	return a->macro && b->macro && a->file == b->file && a->off == b->off;
}

bool od_token_is(const struct token *t, const char *keyword);
bool od_token_is_char(const struct token *t, char c);
bool od_token_is_text(const struct token *t); /* WORD or STRING */

/* --- statements (statements.c) ---------------------------------------------------------------- */

/* Read the file and what it includes. 0 also when a file is still wanted. */
int od_statements_read(struct od *od, size_t file);

struct table *od_table_find(struct od *od, struct traced name);

/* --- actions (action.c, listen.c) ---------------------------------------------------------------
 */

int od_action_scan(struct od *od, struct range statement);
void od_listen_scan(struct od *od, struct range statement);

/* --- relays (relay.c, table.c, uses.c)
 * -------------------------------------------------------------- */

struct relay_place {
	const char *what;
	bool pin;   /* the action demands TLS */
	bool fresh; /* nothing was found in this file before */
};

/* One relay URL. */
void od_relay_scan(struct od *od, struct traced url, const struct relay_place *place);

/* host:port of mail.lmtp(8). False if it is this machine. */
bool od_relay_lmtp(struct od *od, struct traced destination, bool find);

/* Each element of { a, b } or { k = v }: tokens of key and value; value is 0 if there is none. */
bool od_list_next(const struct od *od, struct range *rest, size_t *ret_key, size_t *ret_value);

int od_tables_scan(struct od *od);

/* Texts of macros and tables that this statement uses for something else than relays. */
int od_uses_note(struct od *od, struct range statement);
int od_uses_settle(struct od *od);

#endif
