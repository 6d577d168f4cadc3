/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.c guarantees to reach the tables that the usual rule sets take hosts and keys from, through
 * sequences of maps too, to ask for their sources, and to say which of them nobody can look into.
 * A table made by makemap(8) is read by its source; the flags of its K line decide how it is made.
 */
#include "mta/sendmail/sendmail.h"

#include "data/array.h"

#define SEQUENCES_MAX 8 /* of sequences within sequences */

enum table {
	TABLE_ROUTES,	/* key mailer:host */
	TABLE_ACCESS,	/* patterns; among them keys with a tag */
	TABLE_AUTHINFO, /* the same tag alone, and secrets */
};

static struct span take_word(struct span *rest)
{
	struct span word;

	*rest = text_trim(*rest);
	word = (struct span){rest->at, 0};
	while (word.len < rest->len && !text_is_blank(rest->at[word.len]))
		word.len++;
	rest->at += word.len;
	rest->len -= word.len;
	return word;
}

void sm_map_read(struct sm *sm, struct pair *pair, struct placed line)
{
	struct span rest = {line.text.at + 1, line.text.len - 1};
	struct map *m = array_grow(&pair->maps, &pair->n_maps, &pair->cap_maps);

	if (m == NULL) {
		sm->pool.failed = true;
		return;
	}
	m->name = take_word(&rest);
	m->type = take_word(&rest);
	m->arguments = text_trim(rest);
}

/* The last definition of a name counts: makemapentry(). */
static const struct map *map_find(const struct pair *pair, struct span name)
{
	for (size_t i = pair->n_maps; i-- > 0;)
		if (pair->maps[i].name.len == name.len &&
		    strncasecmp(pair->maps[i].name.at, name.at, name.len) == 0)
			return &pair->maps[i];
	return NULL;
}

static void lost(struct sm *sm, enum table kind, const struct map *m, const char *why)
{
	const char *shown = pool_printf(&sm->scan->pool, "the map %.*s (%.*s)", (int)m->name.len,
					m->name.at, (int)m->type.len, m->type.at);

	if (kind == TABLE_ROUTES) {
		scan_warn(sm->scan, "addresses in %s stay as they are: %s", shown, why);
		return;
	}
	sm->lost_keys = shown;
	scan_warn(sm->scan, "keys in %s could not follow a remote to its name: %s", shown, why);
}

/* --- files ------------------------------------------------------------------------------------ */

struct map_type {
	const char *name, *suffix;
};

static const struct map_type *type_find(struct span name)
{
	static const struct map_type types[] = {
		{"hash", ".db"}, {"btree", ".db"}, {"cdb", ".cdb"}, {"text", NULL}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal_nocase(name, types[i].name))
			return &types[i];
	return NULL;
}

struct flags {
	bool keep_case, null; /* -f, -N: of the map, and of makemap too */
	bool columns;	      /* -k, -v, -z: of a text map */
	bool keys_only;	      /* -m: whatever is found, the key is the result */
};

/* Flags, then the path, without what Sendmail adds to it itself. */
static struct span read_arguments(struct span rest, const char *suffix, struct flags *ret)
{
	struct span word = take_word(&rest);
	size_t n = suffix != NULL ? strlen(suffix) : 0;

	*ret = (struct flags){0};
	for (; word.len > 1 && word.at[0] == '-'; word = take_word(&rest)) {
		ret->keep_case |= word.at[1] == 'f';
		ret->null |= word.at[1] == 'N';
		ret->columns |= strchr("kvz", word.at[1]) != NULL;
		ret->keys_only |= word.at[1] == 'm';
	}
	if (n > 0 && word.len > n && memcmp(word.at + word.len - n, suffix, n) == 0)
		word.len -= n;
	return word;
}

/* makemap reads the source from its standard input. */
static const char *const *makemap(struct sm *sm, const struct map_type *type,
				  const struct flags *flags)
{
	const char **argv = pool_alloc(&sm->scan->pool, 8 * sizeof(*argv));
	size_t n = 0;

	argv[n++] = "makemap";
	if (flags->keep_case)
		argv[n++] = "-f";
	if (flags->null)
		argv[n++] = "-N";
	argv[n++] = type->name;
	argv[n++] = "{source}";
	argv[n++] = "<";
	return argv;
}

/* key value, one a line, without continuation: main() in makemap/makemap.c. */
static bool split_line(struct placed line, struct placed *ret_key, struct placed *ret_value)
{
	size_t end = 0;

	if (line.text.len == 0 || line.text.at[0] == '#' || text_is_blank(line.text.at[0]))
		return false;
	while (end < line.text.len && !text_is_blank(line.text.at[end]))
		end++;
	*ret_key = placed_part(line, 0, end);
	*ret_value = placed_trim(placed_skip(line, end));
	return ret_value->text.len > 0;
}

static void lines_scan(struct sm *sm, struct pair *pair, const struct file *f, enum table kind)
{
	size_t index = scan_file_index(sm->scan, f), next = 0, at = 0;
	struct span bytes = f->bytes, line;

	for (; text_line(bytes, at, &line, &next); at = next) {
		struct placed whole = {line, index, at}, key, value;

		if (!split_line(whole, &key, &value))
			continue;
		if (kind == TABLE_ROUTES)
			sm_triple(sm, pair, value, "mailertable");
		else
			sm_key(sm, whole, key);
	}
}

static void file_scan(struct sm *sm, struct pair *pair, const struct map *m, enum table kind)
{
	const struct map_type *type = type_find(m->type);
	const char *path;
	struct flags flags;
	struct span name;
	struct file *f;

	if (type == NULL) {
		lost(sm, kind, m, "this kind of map is not rewritten");
		return;
	}
	name = read_arguments(m->arguments, type->suffix, &flags);
	if (name.len == 0 || name.at[0] != '/' || flags.columns || flags.keys_only) {
		lost(sm, kind, m, "its arguments are not understood");
		return;
	}
	path = pool_dup(&sm->pool, name.at, name.len);
	f = scan_file(sm->scan, path, 0);
	if (f == NULL)
		return;
	if (type->suffix != NULL)
		scan_derived(sm->scan, f, pool_printf(&sm->pool, "%s%s", path, type->suffix),
			     type->suffix, makemap(sm, type, &flags));
	f->secret |= kind == TABLE_AUTHINFO;
	if (f->state == FILE_WANTED || !sm_visit(sm, f))
		return;
	if (f->state == FILE_LOADED)
		lines_scan(sm, pair, f, kind);
	else
		lost(sm, kind, m,
		     pool_printf(&sm->pool, "%s: %s", path,
				 f->state == FILE_ABSENT ? "no such file"
				 : f->why		 ? f->why
							 : "it cannot be read"));
}

static void map_scan(struct sm *sm, struct pair *pair, const struct map *m, enum table kind,
		     int depth)
{
	struct span rest = m->arguments, word;

	if (!text_equal_nocase(m->type, "sequence")) {
		file_scan(sm, pair, m, kind);
		return;
	}
	if (depth > SEQUENCES_MAX) {
		lost(sm, kind, m, "it leads to itself");
		return;
	}
	for (word = take_word(&rest); word.len > 0; word = take_word(&rest)) {
		const struct map *part = map_find(pair, word);

		if (part != NULL && part != m)
			map_scan(sm, pair, part, kind, depth + 1);
	}
}

void sm_maps(struct sm *sm, struct pair *pair)
{
	static const struct {
		const char *name;
		enum table kind;
	} used[] = {
		{"mailertable", TABLE_ROUTES},
		{"access", TABLE_ACCESS},
		{"authinfo", TABLE_AUTHINFO},
	};

	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		const struct map *m =
			map_find(pair, (struct span){used[i].name, strlen(used[i].name)});

		if (m != NULL)
			map_scan(sm, pair, m, used[i].kind, 0);
	}
}
