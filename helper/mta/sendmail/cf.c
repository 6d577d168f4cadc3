/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cf.c guarantees the logical lines of readcf() and fgetfolded(), and every place in them where a
 * host stands whose meaning is certain: the macros of the relays, the arguments of mailers, rules
 * that name mailer and host. An address elsewhere in the right side of a rule is reported. The left
 * side of a rule, classes and header lines hold patterns and texts, never remotes.
 */
#include "mta/sendmail/sendmail.h"

#include <stdlib.h>

#include "data/array.h"
#include "data/buf.h"

/* --- lines ------------------------------------------------------------------------------------ */

/* A comment begins at '#' unless '$' or a backslash stands before it: translate_dollars(). */
static bool begins_comment(struct span line, size_t at)
{
	return line.at[at] == '#' && at > 0 && line.at[at - 1] != '$' && line.at[at - 1] != '\\';
}

/* Comments and line breaks as blanks. */
static void blank_out(struct pool *pool, struct placed *line)
{
	char *copy = NULL;
	bool comment = false;

	for (size_t i = 0; i < line->text.len; i++) {
		char c = line->text.at[i];

		comment = c != '\n' && (comment || begins_comment(line->text, i));
		if (!comment && c != '\n' && c != '\r')
			continue;
		if (copy == NULL) {
			struct buf b = BUF_INIT;

			buf_add(&b, line->text.at, line->text.len);
			copy = b.data;
			if (copy == NULL) {
				pool->failed = true;
				return;
			}
		}
		copy[i] = ' ';
	}
	if (copy != NULL)
		line->text.at = pool_dup(pool, copy, line->text.len);
	free(copy);
}

bool cf_next(struct sm *sm, struct cf_reader *r, struct placed *ret)
{
	struct span bytes = sm_file(sm, r->file)->bytes, line, more;
	size_t next;

	do {
		size_t off = r->next;

		if (!text_line(bytes, r->next, &line, &r->next))
			return false;
		while (r->next < bytes.len &&
		       (bytes.at[r->next] == ' ' || bytes.at[r->next] == '\t') &&
		       text_line(bytes, r->next, &more, &next)) {
			line.len = (size_t)(more.at - line.at) + more.len;
			r->next = next;
		}
		*ret = (struct placed){line, r->file, off};
	} while (line.len == 0 || line.at[0] == '#' || text_trim(line).len == 0);
	blank_out(&sm->pool, ret);
	return true;
}

/* --- macros ----------------------------------------------------------------------------------- */

/* The name in "S…" or "{MTAHost}…", and what follows: macid_parse(). */
static bool macro_name(struct placed p, struct span *ret_name, struct placed *ret_rest)
{
	size_t end = p.text.len > 0 && p.text.at[0] == '{' ? placed_find(p, '}') : 0;

	if (p.text.len == 0 || end == p.text.len)
		return false;
	*ret_name = end > 0 ? (struct span){p.text.at + 1, end - 1} : (struct span){p.text.at, 1};
	*ret_rest = placed_skip(p, end + 1);
	return true;
}

/* Those that the rule sets give to MailerToTriple, or to a mailer. */
static const char *relay_macro(struct span name)
{
	static const struct {
		const char *name, *what;
	} relays[] = {
		{"S", "smart host"},   {"R", "local relay"}, {"H", "mail hub"},
		{"L", "luser relay"},  {"Y", "UUCP relay"},  {"B", "BITNET relay"},
		{"C", "DECnet relay"}, {"F", "fax relay"},   {"MTAHost", "MTA host"},
	};

	for (size_t i = 0; i < sizeof(relays) / sizeof(relays[0]); i++)
		if (text_equal(name, relays[i].name))
			return relays[i].what;
	return NULL;
}

static void macro_scan(struct sm *sm, struct pair *pair, struct placed line)
{
	struct placed value;
	const char *what;
	struct span name;

	if (!macro_name(placed_skip(line, 1), &name, &value))
		return;
	value = placed_trim(value);
	what = relay_macro(name);
	if (what != NULL && memchr(value.text.at, '"', value.text.len) == NULL &&
	    memchr(value.text.at, '\\', value.text.len) == NULL)
		sm_triple(sm, pair, value, what);
	else if (what != NULL)
		sm_keep(sm, value, what, "its value is quoted or has a backslash in it");
	else
		sm_keep(sm, value, "macro", "what this macro is used for is not known");
}

/* --- mailers ---------------------------------------------------------------------------------- */

/* The next "X=value" of a mailer, values end at a comma: makemailer(). */
static bool next_field(struct placed *rest, char *ret_letter, struct placed *ret_value)
{
	size_t eq, comma;

	while (rest->text.len > 0 && (rest->text.at[0] == ',' || text_is_blank(rest->text.at[0])))
		*rest = placed_skip(*rest, 1);
	if (rest->text.len == 0)
		return false;
	*ret_letter = rest->text.at[0];
	comma = placed_find(*rest, ',');
	eq = placed_find(placed_part(*rest, 0, comma), '=');
	*ret_value = placed_part(*rest, eq, comma - eq);
	if (ret_value->text.len > 0)
		*ret_value = placed_trim(placed_skip(*ret_value, 1));
	*rest = placed_skip(*rest, comma);
	return true;
}

static struct placed take_word(struct placed *rest)
{
	size_t end = 0;
	struct placed word;

	*rest = placed_trim(*rest);
	while (end < rest->text.len && !text_is_blank(rest->text.at[end]))
		end++;
	word = placed_part(*rest, 0, end);
	*rest = placed_skip(*rest, end);
	return word;
}

void cf_arguments(struct sm *sm, struct pair *pair, struct placed arguments)
{
	struct placed kind = take_word(&arguments), host = take_word(&arguments);

	if (!text_equal(kind.text, "TCP") && !text_equal(kind.text, "IPC"))
		return;
	if (memchr(host.text.at, '$', host.text.len) == NULL)
		sm_hosts(sm, pair, host, "mailer");
}

static struct placed mailer_name(struct placed line, struct placed *ret_rest)
{
	size_t end = 0;

	line = placed_skip(line, 1);
	while (end < line.text.len && line.text.at[end] != ',' && !text_is_blank(line.text.at[end]))
		end++;
	*ret_rest = placed_skip(line, end);
	return placed_part(line, 0, end);
}

static void mailer_scan(struct sm *sm, struct pair *pair, struct placed line)
{
	struct placed rest, name = mailer_name(line, &rest), value;
	struct placed arguments = placed_part(line, 0, 0);
	struct mailer m = {.name = name.text}, *slot;
	char letter;

	while (next_field(&rest, &letter, &value)) {
		if (letter == 'P')
			m.network =
				text_equal(value.text, "[IPC]") || text_equal(value.text, "[TCP]");
		else if (letter == 'A')
			arguments = value;
	}
	if (m.network)
		cf_arguments(sm, pair, arguments);
	if (line.file != pair->cf)
		return;
	slot = array_grow(&pair->mailers, &pair->n_mailers, &pair->cap_mailers);
	if (slot == NULL)
		sm->pool.failed = true;
	else
		*slot = m;
}

/* --- rules ------------------------------------------------------------------------------------ */

/* The right side, between tabs: readcf(). */
static struct placed right_side(struct placed line)
{
	size_t tab = placed_find(line, '\t');

	line = placed_skip(line, tab);
	while (line.text.len > 0 && line.text.at[0] == '\t')
		line = placed_skip(line, 1);
	return placed_part(line, 0, placed_find(line, '\t'));
}

static size_t find_word(struct placed p, const char *word)
{
	const char *at = p.text.len > 0 ? memmem(p.text.at, p.text.len, word, strlen(word)) : NULL;

	return at != NULL ? (size_t)(at - p.text.at) : p.text.len;
}

/* Built in; their host, if any, is a status code. */
static bool is_no_mailer(struct span name)
{
	return text_equal_nocase(name, "error") || text_equal_nocase(name, "discard");
}

/* $#mailer $@ host $: user */
static void rule_scan(struct sm *sm, struct pair *pair, struct placed line)
{
	struct placed right = placed_trim(right_side(line)), mailer, host;
	const struct mailer *m;
	size_t at = find_word(right, "$@");

	if (!text_starts_nocase(right.text, "$#")) {
		sm_keep(sm, right, "rule", "only a rule that names mailer and host is rewritten");
		return;
	}
	mailer = placed_trim(placed_part(right, 2, at - 2));
	if (at == right.text.len || is_no_mailer(mailer.text))
		return;
	host = placed_skip(right, at + 2);
	host = placed_trim(placed_part(host, 0, find_word(host, "$:")));
	m = sm_mailer(pair, mailer.text);
	if (m == NULL || placed_find(host, '$') < host.text.len)
		sm_keep(sm, host, "rule",
			m == NULL ? "there is no mailer of that name"
				  : "its host is put together from several parts");
	else if (m->network)
		sm_hosts(sm, pair, host, "rule");
}

/* --- all lines -------------------------------------------------------------------------------- */

void cf_hosts(struct sm *sm, struct pair *pair, struct placed line)
{
	switch (line.text.at[0]) {
	case 'D':
		macro_scan(sm, pair, line);
		break;
	case 'M':
		mailer_scan(sm, pair, line);
		break;
	case 'R':
		rule_scan(sm, pair, line);
		break;
	}
}

static void each_line(struct sm *sm, struct pair *pair, const char *letters)
{
	struct cf_reader r = {.file = pair->cf};
	struct placed line;

	while (cf_next(sm, &r, &line)) {
		if (strchr(letters, line.text.at[0]) == NULL)
			continue;
		if (line.text.at[0] == 'O')
			cf_option(sm, pair, line);
		else if (line.text.at[0] == 'K')
			sm_map_read(sm, pair, line);
		else
			cf_hosts(sm, pair, line);
	}
}

void cf_scan(struct sm *sm, struct pair *pair)
{
	/* mailers first, whatever the order of the file is */
	each_line(sm, pair, "M");
	each_line(sm, pair, "DROK");
}
