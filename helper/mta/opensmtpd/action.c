/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * action.c guarantees that every relay action has a source address and, where the stack has a name,
 * says that name, whatever order its options have and wherever they are written. An option that
 * stands in a macro is edited where the macro is used, if that is possible without touching what
 * else the macro holds.
 */
#include "mta/opensmtpd/opensmtpd.h"

/* Tokens of one option with its keyword; empty: it is not there. */
struct relay {
	size_t keyword; /* "relay" */
	size_t end;	/* after the options of relay */
	struct range src, helo, helo_src, places;
	bool domain, tls;
	bool room;   /* a place for more options was found: */
	size_t last; /* behind this token */
};

static bool is_there(struct range option)
{
	return option.end > option.first;
}

static bool one_use(const struct od *od, size_t a, size_t b)
{
	return od_one_use(od_token(od, a), od_token(od, b));
}

/* More of the macro that this token comes from follows it. */
static bool goes_on(const struct od *od, size_t token)
{
	return od_token(od, token)->cut ||
	       (token + 1 < od->n_tokens && one_use(od, token, token + 1));
}

/* Behind { … }, <name> or a string. */
static size_t value_end(const struct od *od, size_t at, size_t end)
{
	size_t depth = 0;

	if (at < end && od_token_is_char(od_token(od, at), '<'))
		return at + 3 < end ? at + 3 : end;
	for (; at < end; at++) {
		if (od_token_is_char(od_token(od, at), '{'))
			depth++;
		else if (od_token_is_char(od_token(od, at), '}') && depth > 0)
			depth--;
		if (depth == 0)
			return at + 1;
	}
	return end;
}

static size_t option_end(const struct od *od, size_t at, size_t end)
{
	static const char *const with_value[] = {
		"src", "helo",	 "helo-src", "host",	  "domain",    "auth",	 "pki",
		"ca",  "filter", "mx",	     "mail-from", "protocols", "ciphers"};

	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++)
		if (od_token_is(od_token(od, at), with_value[i]))
			return value_end(od, at + 1, end);
	return at + 1;
}

/* smtpd takes each of them once. */
static int read_option(struct od *od, struct relay *r, struct range option)
{
	const struct token *t = od_token(od, option.first);
	struct range *kept;

	if (od_token_is(t, "src"))
		kept = &r->src;
	else if (od_token_is(t, "helo"))
		kept = &r->helo;
	else if (od_token_is(t, "helo-src"))
		kept = &r->helo_src;
	else if (od_token_is(t, "host") || od_token_is(t, "domain"))
		kept = &r->places;
	else {
		r->tls |= od_token_is(t, "tls");
		return 0;
	}
	if (is_there(*kept))
		return od_bad(od, t, "this option of the action was given before");
	*kept = option;
	r->domain |= od_token_is(t, "domain");
	for (size_t i = option.first + 1; i < option.end; i++)
		od->tokens[i].ours = true;
	return 0;
}

/* More options may follow this token, and a text behind it would not get into a macro. */
static void note_room(const struct od *od, struct relay *r, size_t token)
{
	if (r->room || goes_on(od, token))
		return;
	r->room = true;
	r->last = token;
}

static int read_relay(struct od *od, struct relay *r, size_t end)
{
	size_t at = r->keyword + 1;

	note_room(od, r, r->keyword);
	while (at < end && !od_token_is(od_token(od, at), "ttl")) {
		struct range option = {at, option_end(od, at, end)};

		if (read_option(od, r, option) < 0)
			return -1;
		at = option.end;
		note_room(od, r, at - 1);
	}
	r->end = at;
	return 0;
}

/* --- settings -----------------------------------------------------------------------------------
 */

/* Tokens [first, end) as bytes of a file: where the macro is used that they fill, or inside of the
 * value of one that holds more. */
static int bytes_of(struct od *od, struct range tokens, struct use *ret)
{
	const struct token *first = od_token(od, tokens.first),
			   *last = od_token(od, tokens.end - 1);
	size_t file, off;
	struct use u = {first->file, first->off, last->end - first->off, false};

	if (one_use(od, tokens.first - 1, tokens.first) || goes_on(od, tokens.end - 1)) {
		if (!one_use(od, tokens.first, tokens.end - 1) ||
		    !traced_where(&od->trace, first->text, &u.file, &u.off) ||
		    !traced_where(&od->trace, last->text, &file, &off) || file != u.file ||
		    off < u.off)
			return od_bad(od, first,
				      "this is put together from macros; write it in the action");
		u.len = off + last->text.len - u.off;
		u.inside = true;
	}
	*ret = u;
	return 0;
}

/* Words that smtpd never takes for a string when they are not quoted. */
static bool is_keyword(const struct token *t)
{
	static const char *const words[] = {"relay", "src", "helo",   "helo-src", "host", "domain",
					    "auth",  "pki", "backup", "tls",	  "ttl"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (od_token_is(t, words[i]))
			return true;
	return false;
}

/* The value of an option that we edit: a string, { … } or <name>; smtpd refuses anything else, too.
 */
static int check_value(struct od *od, struct range option)
{
	size_t n = option.end - option.first;
	const struct token *value = od_token(od, option.first + 1), *last;

	if (!is_there(option))
		return 0;
	last = od_token(od, option.end - 1);
	for (size_t i = option.first + 2; i + 1 < option.end; i++)
		if (od_token_is_char(od_token(od, i), '{'))
			return od_bad(od, od_token(od, i), "a list in a list is no value");
	if (n >= 2 && ((od_token_is_text(value) && n == 2 && !is_keyword(value)) ||
		       (od_token_is_char(value, '{') && od_token_is_char(last, '}')) ||
		       (od_token_is_char(value, '<') && od_token_is_char(last, '>'))))
		return 0;
	return od_bad(od, od_token(od, option.first), "the value of this option is not understood");
}

/* NULL: another action with the same macro has brought it. */
static struct finding *add_setting(struct od *od, enum setting setting, struct use at,
				   const char *what)
{
	struct scan *s = od->scan;
	struct finding *f;

	for (size_t i = 0; i < s->n_findings; i++) {
		f = &s->findings[i];
		if (f->kind == FIND_SETTING && f->setting == setting && f->file == at.file &&
		    f->off == at.off)
			return NULL;
	}
	f = scan_add(s, FIND_SETTING, od_file(od, at.file), at.off, at.len);
	f->setting = setting;
	f->what = what;
	return f;
}

/* The addresses of a list or a string as the planner would join them, or NULL. */
static const char *present_list(struct od *od, struct range value)
{
	const struct token *t = od_token(od, value.first);
	struct range rest = value;
	size_t key, is;
	const char *all = "";

	if (od_token_is_char(t, '<')) {
		const struct table *table =
			value.first + 1 < value.end
				? od_table_find(od, od_token(od, value.first + 1)->text)
				: NULL;

		if (table == NULL || table->kind != TABLE_INLINE)
			return NULL;
		rest = (struct range){table->first, table->first + table->n};
	}
	while (od_list_next(od, &rest, &key, &is))
		all = pool_printf(&od->scan->pool, "%s%s%s", all, all[0] != '\0' ? ", " : "",
				  od_string(od, od_token(od, key)->text));
	return all;
}

static int bind(struct od *od, struct relay *r, struct use room)
{
	struct range value = {r->src.first + 1, r->src.end};
	struct finding *f;
	struct use at = room;

	if (is_there(r->src) && bytes_of(od, value, &at) < 0)
		return -1;
	f = add_setting(od, SET_BINDS, at, "src");
	if (f == NULL)
		return 0;
	f->before = is_there(r->src) ? "{ " : " src { ";
	f->after = " }";
	f->join = ", ";
	f->present_only = true;
	if (is_there(r->src))
		f->current = present_list(od, value);
	return 0;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* A quoted string ends where it ends; the name in its place, before or behind it, would go on. But
 * the quote behind the last word of a macro is that of the macro. */
static void set_apart(const struct od *od, struct finding *f, bool inside)
{
	struct span bytes = od_file(od, f->file)->bytes;
	size_t end = f->off + f->len;
	bool quoted = f->len > 0 ? is_quote(bytes.at[f->off])
				 : f->off > 0 && is_quote(bytes.at[f->off - 1]);
	char next = end < bytes.len ? bytes.at[end] : '\n';

	if (quoted && f->before[0] == '\0' && f->off > 0 && !text_is_blank(bytes.at[f->off - 1]))
		f->before = " ";
	if (!text_is_blank(next) && next != '#' && (quoted || !inside || !is_quote(next)))
		f->after = " ";
}

/* helo-src looks the VIP up in a table that does not have it perhaps, and then nothing is sent. */
static int replace_helo_src(struct od *od, struct relay *r)
{
	struct finding *f;
	struct use at;

	if (bytes_of(od, r->helo_src, &at) < 0)
		return -1;
	f = add_setting(od, is_there(r->helo) ? SET_FIXED : SET_NAME, at, "helo-src");
	if (f != NULL && is_there(r->helo))
		f->fixed = "";
	else if (f != NULL)
		f->before = "helo ";
	if (f != NULL)
		set_apart(od, f, at.inside);
	return 0;
}

static int name(struct od *od, struct relay *r, struct use room)
{
	struct range value = {r->helo.first + 1, r->helo.end};
	struct finding *f;
	struct use at = room;

	if (is_there(r->helo_src) && replace_helo_src(od, r) < 0)
		return -1;
	if (is_there(r->helo_src) && !is_there(r->helo))
		return 0;
	if (is_there(r->helo) && bytes_of(od, value, &at) < 0)
		return -1;
	f = add_setting(od, SET_NAME, at, "helo");
	if (f == NULL)
		return 0;
	if (is_there(r->helo))
		f->current = od_string(od, od_token(od, value.first)->text);
	else
		f->before = " helo ";
	set_apart(od, f, at.inside);
	return 0;
}

static int settings(struct od *od, struct relay *r)
{
	const struct token *last = od_token(od, r->room ? r->last : r->keyword);
	struct use room = {last->file, last->end, 0, !r->room};

	if (check_value(od, r->src) < 0 || check_value(od, r->helo) < 0 ||
	    check_value(od, r->helo_src) < 0 || check_value(od, r->places) < 0)
		return -1;
	if (!r->room) {
		if (!traced_where(&od->trace, last->text, &room.file, &room.off))
			return od_bad(od, last,
				      "this is put together from macros; write it in the action");
		room.off += last->text.len;
	}
	return bind(od, r, room) < 0 ? -1 : name(od, r, room);
}

/* --- places -------------------------------------------------------------------------------------
 */

static void places(struct od *od, struct relay *r)
{
	const struct relay_place place = {.what = r->domain ? "domain" : "host", .pin = r->tls};
	struct range rest = {r->places.first + 1, r->places.end};
	const struct token *t = od_token(od, rest.first);
	size_t key, value;

	if (!is_there(rest))
		return;
	if (od_token_is_char(t, '<')) {
		struct table *table =
			rest.first + 1 < rest.end ? od_table_find(od, (t + 1)->text) : NULL;

		if (table != NULL) {
			table->relays = true;
			table->pin |= r->tls;
		}
		return;
	}
	while (od_list_next(od, &rest, &key, &value))
		od_relay_scan(od, od_token(od, value > 0 ? value : key)->text, &place);
}

/* mail.lmtp(8) has no way to bind. */
static int lmtp(struct od *od, size_t at, size_t end)
{
	const struct token *to;

	if (at + 1 >= end)
		return 0;
	to = od_token(od, at + 1);
	od->tokens[at + 1].ours = true;
	if (!od_relay_lmtp(od, to->text, od->scan->accept_leak))
		return 0;
	if (!od->scan->accept_leak)
		return diag_set(
			od->diag, EX_INSTALLED,
			"cannot keep %s to the VIP: with \"lmtp\" mail.lmtp connects, from the "
			"node's address; use relay host \"lmtp://HOST:PORT\", or accept that with "
			"leak=accept",
			od_place(od, to));
	scan_warn(od->scan,
		  "%s: with \"lmtp\" mail.lmtp connects, from the node's address (accepted with "
		  "leak=accept)",
		  od_place(od, to));
	return 0;
}

int od_action_scan(struct od *od, struct range statement)
{
	struct relay r = {.keyword = statement.first + 2};

	if (r.keyword >= statement.end)
		return 0;
	if (od_token_is(od_token(od, r.keyword), "lmtp"))
		return lmtp(od, r.keyword, statement.end);
	if (!od_token_is(od_token(od, r.keyword), "relay"))
		return 0;
	od->tokens[r.keyword].ours = true;
	if (read_relay(od, &r, statement.end) < 0)
		return -1;
	if (settings(od, &r) < 0)
		return -1;
	if (is_there(r.places))
		places(od, &r);
	return 0;
}
