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

struct map_type {
	const char *name;
	const char *suffixes[2]; /* of what postmap makes */
	bool patterns;
};

static const struct map_type *type_find(struct span name)
{
	static const struct map_type types[] = {
		{"texthash", {NULL}, false},
		{"hash", {".db"}, false},
		{"btree", {".db"}, false},
		{"lmdb", {".lmdb"}, false},
		{"cdb", {".cdb"}, false},
		{"dbm", {".dir", ".pag"}, false},
		{"sdbm", {".dir", ".pag"}, false},
		{"regexp", {NULL}, true},
		{"pcre", {NULL}, true},
		{"cidr", {NULL}, true},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(name, types[i].name))
			return &types[i];
	return NULL;
}

/* True the first time. A file of keys is read once, whatever it is used for. */
static bool visit(struct pf *pf, size_t file, const struct map *m)
{
	struct visit *v;

	for (size_t i = 0; i < pf->n_visits; i++) {
		v = &pf->visits[i];
		if (v->file == file &&
		    (v->kind == m->kind || (table_has_keys(v->kind) && table_has_keys(m->kind))))
			return false;
	}
	v = array_grow(&pf->visits, &pf->n_visits, &pf->cap_visits);
	if (v == NULL) {
		pf->pool.failed = true;
		return false;
	}
	*v = (struct visit){file, m->kind};
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

/* Said once for each table, whatever number of parameters and services lead to it. */
static bool lost_before(struct pf *pf, const char *name)
{
	const char **slot;

	for (size_t i = 0; i < pf->n_lost; i++)
		if (strcmp(pf->lost[i], name) == 0)
			return true;
	slot = array_grow(&pf->lost, &pf->n_lost, &pf->cap_lost);
	if (slot == NULL)
		pf->pool.failed = true;
	else
		*slot = name;
	return false;
}

void map_lost(struct pf *pf, const struct map *m, const char *name, const char *why)
{
	const char *shown = pool_dups(&pf->scan->pool, name);

	if (table_has_keys(m->kind) && m->idle)
		return;
	if (table_has_keys(m->kind))
		pf->lost_keys = shown;
	else
		pf->scan->blind = true;
	if (lost_before(pf, shown))
		return;
	if (table_has_keys(m->kind))
		scan_warn(pf->scan, "%s: keys in %s could not follow a remote to its name: %s",
			  m->what, shown, why);
	else
		scan_warn(pf->scan, "%s: addresses in %s stay as they are: %s", m->what, shown,
			  why);
}

/* A source that is not there: the MTA may live on what was made from it. */
static void map_missing(struct pf *pf, const struct file *f, const struct map *m)
{
	map_lost(pf, m, f->path,
		 f->state == FILE_ABSENT ? "no such file"
		 : f->why		 ? f->why
					 : "it cannot be read");
}

/* postmap, with the parameters of this instance. */
static const char *const *postmap(struct pf *pf, const struct map_type *type)
{
	const char **argv = pool_alloc(&pf->scan->pool, 5 * sizeof(*argv));

	argv[0] = "postmap";
	argv[1] = "-c";
	argv[2] = pf->scan->config;
	argv[3] = pool_printf(&pf->scan->pool, "%s:{source}", type->name);
	return argv;
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
	if (path_scan(pf, name, path, index) < 0)
		return -1;
	if (m->kind == TABLE_PASSWORD)
		f->secret = true;
	for (size_t i = 0; i < 2 && type->suffixes[i] != NULL; i++) {
		struct derived *made = scan_derived(
			pf->scan, f, pool_printf(&pf->pool, "%s%s", path, type->suffixes[i]),
			type->suffixes[i], postmap(pf, type));

		if (made != NULL)
			made->alone = true;
	}
	if (f->state == FILE_WANTED || !visit(pf, index, m))
		return 0;
	if (f->state != FILE_LOADED)
		map_missing(pf, f, m);
	else if (type->patterns)
		patterns_scan(pf, index, type->name, m);
	else
		table_scan(pf, index, m);
	return 0;
}

/* The bytes of a file that the text is, or nothing if they stand apart. */
static struct span one_place(const struct pf *pf, struct traced t)
{
	size_t file, off;

	if (!traced_where(&pf->trace, t, &file, &off))
		return (struct span){NULL, 0};
	return (struct span){pf_file(pf, file)->bytes.at + off, t.len};
}

/* inline:{ key = value, { key = many words } } */
static void inline_map(struct pf *pf, struct traced name, const struct map *m)
{
	struct traced rest, pair;

	if (!traced_braced(name, &rest))
		return;
	while (traced_word(&rest, SEPARATORS, true, &pair)) {
		struct traced key, value, entry = pair;

		if (pair.text[0] == '{' && !traced_braced(pair, &pair))
			return;
		if (split_nameval(pair, &key, &value) != NULL)
			return;
		if (table_has_keys(m->kind))
			key_scan(pf, key, m, one_place(pf, entry), ", ");
		else
			result_scan(pf, value, m);
	}
}

static void random_map(struct pf *pf, struct traced name, const struct map *m)
{
	struct traced rest, value;

	if (table_has_keys(m->kind) || !traced_braced(name, &rest))
		return;
	while (traced_word(&rest, SEPARATORS, true, &value)) {
		if (value.text[0] == '{' && !traced_braced(value, &value))
			return;
		result_scan(pf, value, m);
	}
}

/* Whatever is looked up, this is found. */
static void static_map(struct pf *pf, struct traced name, const struct map *m)
{
	if (table_has_keys(m->kind)) {
		pf->pin |= !m->idle;
		return;
	}
	if (name.len > 0 && name.text[0] == '{' && !traced_braced(name, &name))
		return;
	result_scan(pf, name, m);
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
		if (pipe && !table_has_keys(m->kind))
			continue;
		if (map_scan(pf, spec, m) < 0)
			return -1;
		if (pipe)
			return 0;
	}
	return pipe && last.len > 0 ? map_scan(pf, last, m) : 0;
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
		map_lost(pf, m, pf_string(pf, traced_part(spec, 0, traced_find(spec, '{'))),
			 "this kind of table is not rewritten");
	return 0;
}

static int is_yes(struct pf *pf, const char *name, bool *ret)
{
	struct traced value;

	if (pf_value(pf, name, &value) < 0)
		return -1;
	*ret = text_equal_nocase(traced_span(value), "yes");
	return 0;
}

/* Are passwords used, and are they perhaps those of the sender? */
static int look_at_passwords(struct pf *pf, struct map *m)
{
	bool enabled, by_sender;

	if (is_yes(pf, m->lmtp ? "lmtp_sasl_auth_enable" : "smtp_sasl_auth_enable", &enabled) < 0 ||
	    is_yes(pf, "smtp_sender_dependent_authentication", &by_sender) < 0)
		return -1;
	m->idle = !enabled;
	pf->pin |= enabled && by_sender && !m->lmtp;
	return 0;
}

int maps_scan(struct pf *pf, struct traced list, enum table_kind kind, const char *what)
{
	struct map m = {.kind = kind, .what = what, .lmtp = strncmp(what, "lmtp_", 5) == 0};
	struct traced spec;

	if (kind == TABLE_PASSWORD && list.len > 0 && look_at_passwords(pf, &m) < 0)
		return -1;
	while (traced_word(&list, SEPARATORS, true, &spec))
		if (map_scan(pf, spec, &m) < 0)
			return -1;
	return 0;
}
