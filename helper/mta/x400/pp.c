/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pp.c guarantees that an outbound table is taken only if no entry of it calls from the node's own
 * address, and that an inbound table is never changed.
 */
#include "mta/x400/x400.h"

#include <string.h>

/* An entry: bytes [key, end); the key ends at colon. */
struct entry {
	size_t key, colon, end;
};

/* What one entry says that matters to others. */
struct said {
	bool local, remote_tcp, password;
	struct span calling; /* lpsap's transport selector */
	const char *as;	     /* lmta, in the scan's pool */
};

static bool continues(struct span bytes, size_t at)
{
	return at < bytes.len && (bytes.at[at] == ' ' || bytes.at[at] == '\t');
}

static bool find_colon(struct span bytes, struct entry *e)
{
	bool quoted = false;

	for (size_t i = e->key; i < e->end && bytes.at[i] != '\n'; i++) {
		if (bytes.at[i] == '"')
			quoted = !quoted;
		else if (bytes.at[i] == '\\' && i + 1 < e->end)
			i++;
		else if (!quoted && bytes.at[i] == ':') {
			e->colon = i;
			return i > e->key;
		}
	}
	return false;
}

/* The next entry at or after *from; lines that are none are passed over. */
static bool next_entry(struct span bytes, size_t *from, struct entry *ret)
{
	struct span line;
	size_t next = *from;

	while (*from = next, text_line(bytes, *from, &line, &next)) {
		if (line.len == 0 || line.at[0] == '#' || text_is_blank(line.at[0]))
			continue;
		*ret = (struct entry){.key = *from, .end = *from + line.len};
		while (continues(bytes, next) && text_line(bytes, next, &line, &next))
			ret->end = (size_t)(line.at - bytes.at) + line.len;
		if (find_colon(bytes, ret)) {
			*from = next;
			return true;
		}
	}
	return false;
}

static bool passed_over(char c)
{
	return text_is_blank(c) || c == ',';
}

/* A value that begins at `at`. False for quotes that do not close or do not end it. */
static bool read_value(struct span bytes, size_t at, size_t end, struct x400_value *v,
		       size_t *ret_next)
{
	char quote = at < end ? bytes.at[at] : '\0';

	x400_value_init(v, at);
	if (quote != '\'' && quote != '"') {
		while (at < end && bytes.at[at] != ',' && bytes.at[at] != '\n') {
			x400_value_add(v, bytes.at[at], at);
			at++;
		}
		while (v->len > 0 && text_is_blank(v->text[v->len - 1]))
			v->len--;
		*ret_next = at;
		return true;
	}
	for (at++; at < end && bytes.at[at] != quote; at++) {
		if (quote == '"' && bytes.at[at] == '\\' && at + 1 < end)
			at++;
		x400_value_add(v, bytes.at[at], at);
	}
	*ret_next = at + 1;
	return at < end && (at + 1 == end || passed_over(bytes.at[at + 1]));
}

/* The next "key=value" of an entry. 1: there is one; 0: no more; -1: not understood at *at. */
static int next_attribute(struct span bytes, const struct entry *e, size_t *at,
			  struct span *ret_key, struct x400_value *v)
{
	size_t from = *at, eq;

	while (from < e->end && passed_over(bytes.at[from]))
		from++;
	*at = from;
	if (from == e->end)
		return 0;
	for (eq = from; eq < e->end && bytes.at[eq] != '=' && !passed_over(bytes.at[eq]);)
		eq++;
	*ret_key = (struct span){bytes.at + from, eq - from};
	if (eq == e->end || bytes.at[eq] != '=')
		return -1;
	return read_value(bytes, eq + 1, e->end, v, at) ? 1 : -1;
}

static struct span key_of(struct span bytes, const struct entry *e)
{
	return text_trim((struct span){bytes.at + e->key, e->colon - e->key});
}

/* A password of blanks is how PP says that there is none. */
static bool is_password(struct span key, const struct x400_value *v)
{
	return (text_equal(key, "lpass") || text_equal(key, "rpass")) &&
	       text_trim(x400_value_span(v)).len > 0;
}

/* It can be repeated in a line for people. */
static bool is_shown(const struct x400_value *v)
{
	for (size_t i = 0; i < v->len; i++)
		if ((unsigned char)v->text[i] < 0x20 || v->text[i] == 0x7f || v->text[i] == '"')
			return false;
	return v->len > 0;
}

static void listen_to(struct scan *s, struct span bytes, const struct entry *e, struct said *ret)
{
	size_t at = e->colon + 1;
	struct x400_value v;
	struct span key;

	while (next_attribute(bytes, e, &at, &key, &v) == 1) {
		if (text_equal(key, "lpsap") && x400_selector(s, &v, &ret->calling))
			ret->local = true;
		if (text_equal(key, "lmta") && is_shown(&v))
			ret->as = pool_dup(&s->pool, v.text, v.len);
		ret->password = ret->password || is_password(key, &v);
	}
}

static void entry_scan(struct scan *s, struct file *f, const struct entry *e,
		       const struct said *standard, struct said *said)
{
	struct x400_place place = {.scan = s, .file = f};
	size_t at = e->colon + 1, first = s->n_findings;
	struct x400_value v;
	struct span key;
	int got;

	place.calling = said->local ? said->calling : standard->calling;
	place.as = said->as != NULL ? said->as : standard->as;
	place.password = said->password || standard->password;
	while ((got = next_attribute(f->bytes, e, &at, &key, &v)) == 1) {
		if (text_equal(key, "lpsap")) {
			place.what = "lpsap";
			x400_address(&place, X400_LOCAL, &v, NULL);
		} else if (text_equal(key, "rpsap")) {
			place.what = "rpsap";
			x400_address(&place, X400_REMOTE, &v, &said->remote_tcp);
		}
	}
	if (got < 0)
		scan_warn(s, "%s line %u: the rest of the entry is not understood and left alone",
			  f->path, text_line_number(f->bytes, at < e->end ? at : e->end));
	for (size_t i = first; i < s->n_findings; i++)
		s->findings[i].pin = said->password || standard->password;
	f->secret = f->secret || said->password;
}

static int no_local(const struct file *f, const struct entry *e, struct diag *ret_diag)
{
	return diag_set(
		ret_diag, EX_INSTALLED,
		"cannot keep calls to the VIP: %s line %u has no lpsap over TCP and there is "
		"no default one; add one to the entry default, such as "
		"default:lpsap='\"591\"/Internet=192.0.2.10'",
		f->path, text_line_number(f->bytes, e->key));
}

int pp_scan_out(struct scan *s, struct file *f, struct diag *ret_diag)
{
	struct said standard = {.calling = {"", 0}};
	struct entry e;

	for (size_t at = 0; next_entry(f->bytes, &at, &e);)
		if (text_equal(key_of(f->bytes, &e), "default"))
			listen_to(s, f->bytes, &e, &standard);
	for (size_t at = 0; next_entry(f->bytes, &at, &e);) {
		struct said said = {.calling = {"", 0}};

		listen_to(s, f->bytes, &e, &said);
		entry_scan(s, f, &e, &standard, &said);
		if (!said.remote_tcp || said.local || standard.local)
			continue;
		if (!s->accept_leak)
			return no_local(f, &e, ret_diag);
		scan_warn(s,
			  "%s line %u has no lpsap: it calls from the node's address (accepted "
			  "with leak=accept)",
			  f->path, text_line_number(f->bytes, e.key));
	}
	return 0;
}

void pp_scan_in(struct scan *s, struct file *f)
{
	const struct x400_place place = {.scan = s, .file = f, .what = "the caller's address"};
	struct entry e;

	for (size_t at = 0; next_entry(f->bytes, &at, &e);) {
		struct said said = {.calling = {"", 0}};
		struct x400_value v;

		listen_to(s, f->bytes, &e, &said);
		f->secret = f->secret || said.password;
		if (text_equal(key_of(f->bytes, &e), "default"))
			continue;
		x400_value_init(&v, e.key);
		for (size_t i = e.key; i < e.colon; i++) {
			if (f->bytes.at[i] == '\\' && i + 1 < e.colon)
				i++;
			x400_value_add(&v, f->bytes.at[i], i);
		}
		while (v.len > 0 && text_is_blank(v.text[v.len - 1]))
			v.len--;
		x400_address(&place, X400_CALLER, &v, NULL);
	}
}

static bool has_attribute(struct span bytes, const char *const *names)
{
	struct x400_value v;
	struct span key;
	struct entry e;

	for (size_t at = 0; next_entry(bytes, &at, &e);)
		for (size_t k = e.colon + 1; next_attribute(bytes, &e, &k, &key, &v) == 1;)
			for (size_t i = 0; names[i] != NULL; i++)
				if (text_equal(key, names[i]))
					return true;
	return false;
}

bool pp_is_out(struct span bytes)
{
	static const char *const names[] = {"rpsap", "lpsap", NULL};

	return has_attribute(bytes, names);
}

bool pp_is_in(struct span bytes)
{
	static const char *const names[] = {"rname", "rpass", "rmta", NULL};

	return has_attribute(bytes, names);
}
