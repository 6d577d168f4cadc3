/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.c guarantees to reach every table behind a type:name, through proxy:, unionmap:, pipemap:
 * and randmap:, to ask for its source, and to say which tables cannot be rewritten. Tables that
 * stand in main.cf itself are read there.
 */
#include "mta/postfix/postfix.h"

#include <string.h>

#include "data/array.h"

#define SEPARATORS ", \t\r\n"

struct map {
	enum table_kind kind;
	const char *what;
};

struct map_type {
	const char *name;
	const char *suffixes[2]; /* of what postmap makes */
	const char *const *argv; /* which makes it */
	bool patterns;
};

static const struct map_type *type_find(struct span name)
{
	static const char *const hash[] = {"postmap", "hash:{source}", NULL};
	static const char *const btree[] = {"postmap", "btree:{source}", NULL};
	static const char *const lmdb[] = {"postmap", "lmdb:{source}", NULL};
	static const char *const cdb[] = {"postmap", "cdb:{source}", NULL};
	static const char *const dbm[] = {"postmap", "dbm:{source}", NULL};
	static const char *const sdbm[] = {"postmap", "sdbm:{source}", NULL};
	static const struct map_type types[] = {
		{"texthash", {NULL}, NULL, false},
		{"hash", {".db"}, hash, false},
		{"btree", {".db"}, btree, false},
		{"lmdb", {".lmdb"}, lmdb, false},
		{"cdb", {".cdb"}, cdb, false},
		{"dbm", {".dir", ".pag"}, dbm, false},
		{"sdbm", {".dir", ".pag"}, sdbm, false},
		{"regexp", {NULL}, NULL, true},
		{"pcre", {NULL}, NULL, true},
		{"cidr", {NULL}, NULL, true},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(name, types[i].name))
			return &types[i];
	return NULL;
}

static bool is_key(enum table_kind kind)
{
	return kind == TABLE_PASSWORD || kind == TABLE_POLICY;
}

static bool is_lmtp(const char *what)
{
	return strncmp(what, "lmtp_", 5) == 0;
}

/* True the first time. */
static bool visit(struct pf *pf, size_t file, const struct map *m, bool patterns)
{
	struct visit *v;

	for (size_t i = 0; i < pf->n_visits; i++)
		if (pf->visits[i].file == file && pf->visits[i].kind == m->kind &&
		    pf->visits[i].patterns == patterns)
			return false;
	v = array_grow(&pf->visits, &pf->n_visits, &pf->cap_visits);
	if (v == NULL) {
		pf->pool.failed = true;
		return false;
	}
	*v = (struct visit){file, m->kind, patterns};
	return true;
}

/* Relative names are taken from where the daemons work. */
static int table_path(struct pf *pf, struct traced name, const char **ret_path)
{
	struct traced queue;

	if (name.len > 0 && name.text[0] == '/') {
		*ret_path = pool_dup(&pf->pool, name.text, name.len);
		return 0;
	}
	if (pf_value(pf, "queue_directory", &queue) < 0)
		return -1;
	*ret_path = pool_printf(&pf->pool, "%.*s/%.*s", (int)queue.len, queue.text, (int)name.len,
				name.text);
	return 0;
}

/* A source that is not there: the MTA may live on what was made from it. */
static void warn_missing(struct pf *pf, const struct file *f, const struct map *m)
{
	scan_warn(pf->scan, "%s: cannot read %s (%s), its addresses stay as they are", m->what,
		  f->path,
		  f->state == FILE_ABSENT ? "no such file"
		  : f->why		  ? f->why
					  : "unreadable");
}

static int file_map(struct pf *pf, const struct map_type *type, struct traced name,
		    const struct map *m)
{
	const char *path;
	struct file *f;
	size_t index;

	if (table_path(pf, name, &path) < 0)
		return -1;
	f = scan_file(pf->scan, path, m->kind);
	if (f == NULL)
		return diag_oom(pf->diag);
	index = scan_file_index(pf->scan, f);
	if (m->kind == TABLE_PASSWORD)
		f->secret = true;
	for (size_t i = 0; i < 2 && type->suffixes[i] != NULL; i++)
		scan_derived(pf->scan, f, pool_printf(&pf->pool, "%s%s", path, type->suffixes[i]),
			     type->suffixes[i], type->argv);
	if (f->state == FILE_WANTED || !visit(pf, index, m, type->patterns))
		return 0;
	if (f->state != FILE_LOADED)
		warn_missing(pf, f, m);
	else if (type->patterns)
		patterns_scan(pf, index, m->kind, type->name, m->what);
	else
		table_scan(pf, index, m->kind, m->what);
	return 0;
}

/* inline:{ key = value, { key = many words } } */
static void inline_map(struct pf *pf, struct traced name, const struct map *m)
{
	struct traced rest, pair;

	if (!traced_braced(name, &rest))
		return;
	while (traced_word(&rest, SEPARATORS, true, &pair)) {
		struct traced key, value;

		if (pair.text[0] == '{' && !traced_braced(pair, &pair))
			return;
		if (split_nameval(pair, &key, &value) != NULL)
			return;
		if (is_key(m->kind))
			key_scan(pf, key, m->kind, is_lmtp(m->what), m->what, traced_span(pair));
		else
			result_scan(pf, value, m->kind, m->what);
	}
}

static void random_map(struct pf *pf, struct traced name, const struct map *m)
{
	struct traced rest, value;

	if (is_key(m->kind) || !traced_braced(name, &rest))
		return;
	while (traced_word(&rest, SEPARATORS, true, &value)) {
		if (value.text[0] == '{' && !traced_braced(value, &value))
			return;
		result_scan(pf, value, m->kind, m->what);
	}
}

static void static_map(struct pf *pf, struct traced name, const struct map *m)
{
	if (is_key(m->kind) || (name.len > 0 && name.text[0] == '{' && !traced_braced(name, &name)))
		return;
	result_scan(pf, name, m->kind, m->what);
}

static int map_scan(struct pf *pf, struct traced spec, const struct map *m);

/* Keys enter a pipe at its first table and results leave it at its last. */
static int several_maps(struct pf *pf, struct traced name, const struct map *m, bool pipe)
{
	struct traced rest, spec, last = {0};

	if (!traced_braced(name, &rest))
		return 0;
	while (traced_word(&rest, SEPARATORS, true, &spec)) {
		last = spec;
		if (pipe && !is_key(m->kind))
			continue;
		if (map_scan(pf, spec, m) < 0)
			return -1;
		if (pipe)
			return 0;
	}
	return pipe && last.len > 0 ? map_scan(pf, last, m) : 0;
}

static void cannot_rewrite(struct pf *pf, struct traced spec, const struct map *m)
{
	const char *name = pf_string(pf, spec);

	if (is_key(m->kind)) {
		pf->blind = name;
		scan_warn(pf->scan, "%s: keys in %s cannot follow a remote that is renamed",
			  m->what, name);
		return;
	}
	scan_warn(pf->scan, "%s: addresses in %s cannot be rewritten", m->what, name);
}

static int map_scan(struct pf *pf, struct traced spec, const struct map *m)
{
	size_t colon = traced_find(spec, ':');
	struct span type = {spec.text, colon};
	const struct map_type *known;
	struct traced name;

	if (colon == spec.len)
		return pf_bad(pf, spec, "expecting \"type:name\" form of a lookup table");
	name = traced_part(spec, colon + 1, spec.len - colon - 1);
	known = type_find(type);
	if (known != NULL)
		return file_map(pf, known, name, m);
	if (text_equal(type, "proxy") || text_equal(type, "debug"))
		return map_scan(pf, name, m);
	if (text_equal(type, "unionmap") || text_equal(type, "pipemap"))
		return several_maps(pf, name, m, text_equal(type, "pipemap"));
	if (text_equal(type, "inline"))
		inline_map(pf, name, m);
	else if (text_equal(type, "randmap"))
		random_map(pf, name, m);
	else if (text_equal(type, "static"))
		static_map(pf, name, m);
	else
		cannot_rewrite(pf, spec, m);
	return 0;
}

int maps_scan(struct pf *pf, struct traced list, enum table_kind kind, const char *what)
{
	struct map m = {kind, what};
	struct traced spec;

	while (traced_word(&list, SEPARATORS, true, &spec))
		if (map_scan(pf, spec, &m) < 0)
			return -1;
	return 0;
}
