/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c guarantees isoentities, one entry a line, and properties, one key a logical line. An
 * isoentities file has no local address; properties have one only where the admin has named its
 * key.
 */
#include "mta/x400/x400.h"

#include <string.h>

/* --- isoentities ------------------------------------------------------------------------------ */

/* The end of the field at `at`: at a blank outside of quotes. */
static size_t field_end(struct span line, size_t at)
{
	bool quoted = false;

	for (; at < line.len; at++) {
		if (line.at[at] == '"')
			quoted = !quoted;
		else if (!quoted && text_is_blank(line.at[at]))
			break;
	}
	return at;
}

static bool is_oid(struct span s)
{
	bool dot = false;

	for (size_t i = 0; i < s.len; i++) {
		dot = dot || s.at[i] == '.';
		if (s.at[i] != '.' && (s.at[i] < '0' || s.at[i] > '9'))
			return false;
	}
	return dot;
}

/* Where the address stands: after a name, a qualifier and an object identifier. */
static bool entity(struct span line, size_t *ret_from, size_t *ret_to)
{
	size_t at = 0, end = 0;

	if (line.len == 0 || line.at[0] == '#' || text_is_blank(line.at[0]))
		return false;
	for (int field = 0; field < 3; field++) {
		end = field_end(line, at);
		if (field == 2 && !is_oid((struct span){line.at + at, end - at}))
			return false;
		for (at = end; at < line.len && text_is_blank(line.at[at]);)
			at++;
	}
	end = line.len;
	while (end > at && text_is_blank(line.at[end - 1]))
		end--;
	*ret_from = at;
	*ret_to = end;
	return end > at;
}

bool entities_is(struct span bytes)
{
	struct span line;
	size_t next = 0, from, to;

	while (text_line(bytes, next, &line, &next))
		if (entity(line, &from, &to))
			return true;
	return false;
}

void entities_scan(struct scan *s, struct file *f)
{
	const struct x400_place place = {.scan = s, .file = f, .what = "address"};
	struct span line;
	size_t next = 0, from, to;

	while (text_line(f->bytes, next, &line, &next)) {
		size_t start = (size_t)(line.at - f->bytes.at);
		struct x400_value v;

		if (!entity(line, &from, &to))
			continue;
		x400_value_plain(&v, f->bytes, start + from, start + to);
		x400_address(&place, X400_REMOTE, &v, NULL);
	}
}

/* --- properties ------------------------------------------------------------------------------- */

struct reader {
	struct span bytes;
	size_t at;
};

static bool more(const struct reader *r)
{
	return r->at < r->bytes.len;
}

static char here(const struct reader *r)
{
	return r->bytes.at[r->at];
}

static void skip_blanks(struct reader *r)
{
	while (more(r) && here(r) != '\n' && text_is_blank(here(r)))
		r->at++;
}

/* One byte of a logical line into v, with what escapes it. False at the end of the line. */
static bool take(struct reader *r, struct x400_value *v)
{
	if (!more(r) || here(r) == '\n')
		return false;
	if (here(r) == '\\' && r->at + 1 < r->bytes.len) {
		r->at++;
		if (here(r) == '\n') {
			r->at++;
			skip_blanks(r);
			return true;
		}
	}
	x400_value_add(v, here(r), r->at);
	r->at++;
	return true;
}

static bool ends_key(char c)
{
	return c == '=' || c == ':' || text_is_blank(c);
}

/* The next key and its value; comments and empty lines are passed over. */
static bool next_property(struct reader *r, struct x400_value *key, struct x400_value *value)
{
	for (;;) {
		while (more(r) && text_is_blank(here(r)))
			r->at++;
		if (!more(r))
			return false;
		if (here(r) != '#' && here(r) != '!')
			break;
		while (more(r) && here(r) != '\n')
			r->at++;
	}
	x400_value_init(key, r->at);
	while (more(r) && !ends_key(here(r)) && take(r, key))
		continue;
	skip_blanks(r);
	if (more(r) && (here(r) == '=' || here(r) == ':')) {
		r->at++;
		skip_blanks(r);
	}
	x400_value_init(value, r->at);
	while (take(r, value))
		continue;
	while (value->len > 0 && text_is_blank(value->text[value->len - 1]))
		value->len--;
	return true;
}

/* The last part of the key, behind a dot or all of it, is this word. */
static bool ends_with_word(struct span key, const char *word)
{
	size_t n = strlen(word);

	if (key.len < n || (key.len > n && key.at[key.len - n - 1] != '.'))
		return false;
	return text_equal_nocase((struct span){key.at + key.len - n, n}, word);
}

static bool is_one_of(const struct x400_value *key, const char *const *words)
{
	for (; !key->too_long && words != NULL && *words != NULL; words++)
		if (ends_with_word(x400_value_span(key), *words))
			return true;
	return false;
}

static const char *const *address_keys(const struct scan *s)
{
	static const char *const standard[] = {"presentationAddress", NULL};

	return s->address_keys != NULL ? s->address_keys : standard;
}

static bool is_secret(const struct x400_value *key)
{
	struct span k = x400_value_span(key);

	for (size_t i = 0; i < k.len; i++)
		if (text_starts_nocase((struct span){k.at + i, k.len - i}, "passw") ||
		    text_starts_nocase((struct span){k.at + i, k.len - i}, "secret"))
			return true;
	return false;
}

bool properties_is(const struct scan *s, struct span bytes)
{
	struct reader r = {bytes, 0};
	struct x400_value key, value;

	while (next_property(&r, &key, &value))
		if (is_one_of(&key, address_keys(s)) || is_one_of(&key, s->local_keys))
			return true;
	return false;
}

/* Our own transport selector, for the calls to others. */
static void listen_to(struct scan *s, struct span bytes, struct span *ret_calling)
{
	struct reader r = {bytes, 0};
	struct x400_value key, value;

	while (next_property(&r, &key, &value))
		if (is_one_of(&key, s->local_keys))
			(void)x400_selector(s, &value, ret_calling);
}

void properties_scan(struct scan *s, struct file *f, bool *ret_local)
{
	struct x400_place place = {.scan = s, .file = f, .calling = {"", 0}};
	struct reader r = {f->bytes, 0};
	struct x400_value key, value;
	size_t first = s->n_findings;
	bool local;

	listen_to(s, f->bytes, &place.calling);
	while (next_property(&r, &key, &value)) {
		f->secret = f->secret || is_secret(&key);
		if (!is_one_of(&key, s->local_keys) && !is_one_of(&key, address_keys(s)))
			continue;
		place.what = pool_dup(&s->pool, key.text, key.len);
		if (!is_one_of(&key, s->local_keys)) {
			x400_address(&place, X400_REMOTE, &value, NULL);
			continue;
		}
		x400_local(&place, &value, &local);
		*ret_local = *ret_local || local;
	}
	for (size_t i = first; i < s->n_findings; i++)
		s->findings[i].pin = f->secret;
}
