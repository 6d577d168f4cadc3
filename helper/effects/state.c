/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.c guarantees that what state_format() wrote is what state_parse() gives back, and that a
 * file that it does not fully understand is refused as a whole.
 */
#include "effects/state.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "data/array.h"
#include "effects/statejson.h"

void state_init(struct state *s)
{
	*s = (struct state){.pool = POOL_INIT};
}

void state_release(struct state *s)
{
	for (size_t i = 0; i < s->n; i++)
		attrs_release(&s->records[i].attrs);
	free(s->records);
	free(s->undos);
	pool_release(&s->pool);
	state_init(s);
}

struct record *state_find(const struct state *s, const char *real)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->records[i].real, real) == 0)
			return &s->records[i];
	return NULL;
}

static const char *dup(struct state *s, const char *text)
{
	return text ? pool_dups(&s->pool, text) : NULL;
}

const char *const *state_copy_argv(struct state *s, const char *const *argv)
{
	const char **copy;
	size_t n = 0;

	if (argv == NULL)
		return NULL;
	while (argv[n] != NULL)
		n++;
	copy = pool_alloc(&s->pool, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n && pool_ok(&s->pool); i++)
		copy[i] = dup(s, argv[i]);
	return copy;
}

struct record *state_add_copy(struct state *s, const struct record *from)
{
	struct record *r = array_grow(&s->records, &s->n, &s->cap);

	if (r == NULL)
		return NULL;
	*r = *from;
	r->attrs = (struct attrs)ATTRS_INIT;
	r->path = dup(s, from->path);
	r->real = dup(s, from->real);
	r->original = dup(s, from->original);
	r->edits = dup(s, from->edits);
	r->content = dup(s, from->content);
	r->temp = dup(s, from->temp);
	r->source = dup(s, from->source);
	r->suffix = dup(s, from->suffix);
	r->argv = state_copy_argv(s, from->argv);
	if (attrs_copy(&from->attrs, &r->attrs) < 0 || !pool_ok(&s->pool))
		return NULL;
	return r;
}

/* jansson 2.14 may give a shortened text for success when memory runs out: so read it back. */
static char *dump(json_t *root)
{
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	json_t *back = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	bool same = back != NULL && json_equal(root, back);

	json_decref(back);
	if (same)
		return text;
	free(text);
	return NULL;
}

int state_format(const struct state *s, struct buf *ret_bytes, struct diag *ret_diag)
{
	json_t *root = json_object(), *files = json_array(), *undos = json_array();
	char *text = NULL;
	bool ok;

	for (size_t i = 0; i < s->n; i++)
		put_item(files, statejson_of_record(&s->records[i]));
	for (size_t i = 0; i < s->n_undos; i++)
		put_item(undos, statejson_of_undo(&s->undos[i]));
	ok = json_array_size(files) == s->n && json_array_size(undos) == s->n_undos;
	ok = put_int(root, "format", STATE_FORMAT) & put_int(root, "generation", s->generation) &
	     put_text(root, "boot", s->boot) & put_text(root, "when", s->when) &
	     put_bool(root, "restoring", s->restoring) & statejson_put_stack(root, &s->stack) &
	     put(root, "files", files) & put(root, "undo", undos) & ok;
	if (ok)
		text = dump(root);
	json_decref(root);
	if (text == NULL)
		return diag_set(ret_diag, EX_FAILED,
				"cannot write the state: a path or value is not UTF-8, or memory "
				"ran out");
	buf_adds(ret_bytes, text);
	buf_adds(ret_bytes, "\n");
	free(text);
	return buf_ok(ret_bytes) ? 0 : diag_oom(ret_diag);
}

static int parse(struct state *s, json_t *root, const char **ret_what)
{
	json_t *item;
	size_t i;
	int64_t format = 0, generation = 0;

	*ret_what = "it is not a state of mta-stack";
	if (!get_int(root, "format", &format))
		return -1;
	if (format != STATE_FORMAT) {
		*ret_what = format > STATE_FORMAT ? "a newer mta-stack wrote it"
						  : "an older mta-stack wrote it";
		return -1;
	}
	*ret_what = "a member is missing or of the wrong type";
	if (!get_int(root, "generation", &generation) || generation < 0 ||
	    generation > UINT32_MAX || !get_bool(root, "restoring", &s->restoring) ||
	    !get_text(s, root, "boot", &s->boot) || !get_text(s, root, "when", &s->when) ||
	    !statejson_get_stack(s, root) || !json_is_array(json_object_get(root, "files")) ||
	    !json_is_array(json_object_get(root, "undo")))
		return -1;
	s->generation = (unsigned)generation;
	json_array_foreach(json_object_get(root, "files"), i, item)
	{
		struct record *r = array_grow(&s->records, &s->n, &s->cap);

		if (r == NULL || !statejson_get_record(s, item, r))
			return -1;
	}
	json_array_foreach(json_object_get(root, "undo"), i, item)
	{
		struct undo *u = array_grow(&s->undos, &s->n_undos, &s->cap_undos);

		if (u == NULL || !statejson_get_undo(s, item, u))
			return -1;
	}
	return pool_ok(&s->pool) ? 0 : -1;
}

int state_parse(struct state *s, struct span bytes, const char *path, struct diag *ret_diag)
{
	json_error_t e;
	json_t *root = json_loadb(bytes.at, bytes.len, JSON_REJECT_DUPLICATES, &e);
	struct state fresh;
	const char *what;

	if (root == NULL)
		return diag_set(ret_diag, EX_FAILED, "cannot understand %s: line %d: %s", path,
				e.line, e.text);
	state_init(&fresh);
	if (parse(&fresh, root, &what) < 0) {
		(void)diag_set(ret_diag, EX_FAILED, "cannot understand %s: %s", path, what);
		state_release(&fresh);
		json_decref(root);
		return -1;
	}
	json_decref(root);
	state_release(s);
	*s = fresh;
	return 0;
}
