/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c guarantees to read lists and maps as table_static.c and makemap.c do, once each, however
 * many actions use them; memory grows only with what is found.
 */
#include "mta/opensmtpd/opensmtpd.h"

#define LINES_PER_POOL 4096 /* joined lines are copied; their memory is given back so often */

bool od_list_next(const struct od *od, struct range *rest, size_t *ret_key, size_t *ret_value)
{
	while (rest->first < rest->end && !od_token_is_text(od_token(od, rest->first)))
		rest->first++;
	if (rest->first >= rest->end)
		return false;
	*ret_key = rest->first++;
	*ret_value = 0;
	if (rest->first + 1 < rest->end && od_token_is_char(od_token(od, rest->first), '=')) {
		*ret_value = rest->first + 1;
		rest->first += 2;
	}
	return true;
}

static void inline_scan(struct od *od, const struct table *t, const struct relay_place *place)
{
	struct range rest = {t->first, t->first + t->n};
	size_t key, value;

	while (od_list_next(od, &rest, &key, &value))
		od_relay_scan(od, od_token(od, value > 0 ? value : key)->text, place);
}

/* --- files --------------------------------------------------------------------------------------
 */

enum shape { SHAPE_UNKNOWN, SHAPE_LIST, SHAPE_MAP };

static bool ends_key(char c)
{
	return c == ' ' || c == '\t' || c == ':';
}

/* The value of "key value", "key:value", "key: value"; empty if there is none. */
static struct traced value_of(struct traced line, bool source)
{
	size_t at = 0;

	while (at < line.len && !ends_key(line.text[at]))
		at++;
	for (at++; at < line.len; at++) {
		char c = line.text[at];
		bool colon = c == ':' &&
			     (source || (at + 1 < line.len && text_is_blank(line.text[at + 1])));

		if (!text_is_blank(c) && !colon)
			break;
	}
	return at < line.len ? traced_part(line, at, line.len - at) : traced_part(line, 0, 0);
}

/* "# @list" at the top; else the first entry decides. */
static void learn_shape(struct traced line, enum shape *shape)
{
	if (*shape != SHAPE_UNKNOWN)
		return;
	if (line.text[0] == '#') {
		line = traced_trim(traced_part(line, 1, line.len - 1));
		if (text_equal(traced_span(line), "@list"))
			*shape = SHAPE_LIST;
		return;
	}
	*shape = SHAPE_LIST;
	for (size_t i = 0; i < line.len; i++)
		if (ends_key(line.text[i]))
			*shape = SHAPE_MAP;
}

/* One line; in the source of makemap(8) '#' begins a comment anywhere and a backslash joins the
 * next line. */
static bool next_line(struct od *od, struct span bytes, size_t file, size_t *at, bool source,
		      struct traced *ret)
{
	struct builder b;
	struct span line;
	bool more = true, any = false;

	builder_start(&od->trace, &b, true);
	while (more && text_line(bytes, *at, &line, at)) {
		const char *hash = source ? memchr(line.at, '#', line.len) : NULL;

		any = true;
		if (hash != NULL)
			line.len = (size_t)(hash - line.at);
		more = source && line.len > 0 && line.at[line.len - 1] == '\\';
		if (more)
			line.len--;
		builder_add_span(&od->trace, &b, line, file, (size_t)(line.at - bytes.at));
	}
	*ret = traced_trim(builder_end(&od->trace, &b));
	return any;
}

static void lines_scan(struct od *od, size_t file, bool source, const struct relay_place *place)
{
	struct span bytes = od_file(od, file)->bytes;
	enum shape shape = source ? SHAPE_MAP : SHAPE_UNKNOWN;
	size_t at = 0, pieces = od->trace.n_pieces, n = 0;
	struct pool keep = od->pool;
	struct traced line;

	od->pool = (struct pool)POOL_INIT;
	while (next_line(od, bytes, file, &at, source, &line)) {
		if (line.len > 0)
			learn_shape(line, &shape);
		if (line.len > 0 && line.text[0] != '#')
			od_relay_scan(od, shape == SHAPE_MAP ? value_of(line, source) : line,
				      place);
		od->trace.n_pieces = pieces;
		if (++n % LINES_PER_POOL == 0 && pool_ok(&od->pool))
			pool_release(&od->pool);
	}
	keep.failed |= od->pool.failed;
	pool_release(&od->pool);
	od->pool = keep;
}

static const char *const makemap[] = {"makemap", "{source}", NULL};

static int file_scan(struct od *od, const struct table *t, const struct relay_place *place)
{
	struct file *f = scan_file(od->scan, t->path, 0);

	if (f == NULL)
		return diag_oom(od->diag);
	od_path(od, t->where, scan_file_index(od->scan, f));
	if (t->kind == TABLE_DB)
		scan_derived(od->scan, f, t->db, ".db", makemap);
	if (f->state == FILE_LOADED)
		lines_scan(od, scan_file_index(od->scan, f), t->kind == TABLE_DB, place);
	else if (f->state != FILE_WANTED)
		scan_warn(od->scan, "table %s: cannot read %s: relays in it are not renamed",
			  t->name, t->path);
	return 0;
}

/* Several tables may be of one file: it is read for the first of them. */
static bool read_before(struct od *od, size_t index)
{
	struct table *t = &od->tables[index];

	for (size_t i = 0; i < od->n_tables && t->path != NULL; i++) {
		const struct table *other = &od->tables[i];

		if (i == index || !other->relays || other->path == NULL ||
		    strcmp(other->path, t->path) != 0)
			continue;
		if (i < index)
			return true;
		t->pin |= other->pin;
	}
	return false;
}

int od_tables_scan(struct od *od)
{
	for (size_t i = 0; i < od->n_tables; i++) {
		struct table *t = &od->tables[i];
		struct relay_place place = {.fresh = t->kind != TABLE_INLINE};

		if (!t->relays || read_before(od, i))
			continue;
		place.what = pool_printf(&od->scan->pool, "table %s", t->name);
		place.pin = t->pin;
		if (t->kind == TABLE_INLINE)
			inline_scan(od, t, &place);
		else if (t->kind == TABLE_OTHER)
			scan_warn(od->scan,
				  "table %s: relays in a table of kind \"%s\" are not looked at",
				  t->name, t->backend);
		else if (file_scan(od, t, &place) < 0)
			return -1;
	}
	return 0;
}
