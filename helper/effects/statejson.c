/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statejson.c guarantees that every value survives the way there and back, binary attribute values
 * (as hex) and 64-bit sums (as hex text) included.
 */
#include "effects/statejson.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool put(json_t *o, const char *key, json_t *value)
{
	return json_object_set_new(o, key, value) == 0;
}

bool put_int(json_t *o, const char *key, int64_t value)
{
	return put(o, key, json_integer(value));
}

bool put_bool(json_t *o, const char *key, bool value)
{
	return put(o, key, json_boolean(value));
}

bool put_text(json_t *o, const char *key, const char *text)
{
	return put(o, key, text ? json_string(text) : json_null());
}

void put_item(json_t *array, json_t *value)
{
	(void)json_array_append_new(array, value); /* NULL is not appended: counted later */
}

static bool put_sum(json_t *o, const char *key, uint64_t sum)
{
	char hex[20];

	(void)snprintf(hex, sizeof(hex), "%016" PRIx64, sum);
	return put_text(o, key, hex);
}

bool get_int(const json_t *o, const char *key, int64_t *ret_value)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v))
		return false;
	*ret_value = json_integer_value(v);
	return true;
}

bool get_bool(const json_t *o, const char *key, bool *ret_value)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_boolean(v))
		return false;
	*ret_value = json_is_true(v);
	return true;
}

bool get_text(struct state *s, const json_t *o, const char *key, const char **ret_text)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v) && !json_is_null(v))
		return false;
	*ret_text = json_is_null(v) ? NULL : pool_dups(&s->pool, json_string_value(v));
	return true;
}

static bool get_sum(struct state *s, const json_t *o, const char *key, uint64_t *ret_sum)
{
	const char *hex;
	char *end;

	if (!get_text(s, o, key, &hex) || hex == NULL || strlen(hex) != 16)
		return false;
	*ret_sum = strtoull(hex, &end, 16);
	return *end == '\0';
}

static bool put_identity(json_t *o, const char *key, const struct identity *i)
{
	json_t *v = json_object();

	return put_int(v, "dev", (int64_t)i->dev) & put_int(v, "ino", (int64_t)i->ino) &
	       put_int(v, "size", i->size) & put_int(v, "mtime", i->mtime.tv_sec) &
	       put_int(v, "mtime_ns", i->mtime.tv_nsec) & put(o, key, v);
}

static bool get_identity(const json_t *o, const char *key, struct identity *ret_identity)
{
	const json_t *v = json_object_get(o, key);
	int64_t dev, ino, size, sec, nsec;

	if (!get_int(v, "dev", &dev) || !get_int(v, "ino", &ino) || !get_int(v, "size", &size) ||
	    !get_int(v, "mtime", &sec) || !get_int(v, "mtime_ns", &nsec))
		return false;
	*ret_identity = (struct identity){(dev_t)dev, (ino_t)ino, size, {sec, nsec}};
	return true;
}

static json_t *argv_json(const char *const *argv)
{
	json_t *v = json_array();
	size_t n = 0;

	for (; argv != NULL && argv[n] != NULL; n++)
		put_item(v, json_string(argv[n]));
	if (json_array_size(v) == n)
		return v;
	json_decref(v);
	return NULL;
}

static bool get_argv(struct state *s, const json_t *o, const char *key,
		     const char *const **ret_argv)
{
	const json_t *v = json_object_get(o, key);
	size_t n = json_array_size(v);
	const char **argv;

	if (!json_is_array(v) || n >= POOL_OBJECT_MAX / sizeof(*argv))
		return false;
	argv = pool_alloc(&s->pool, (n + 1) * sizeof(*argv));
	for (size_t i = 0; i < n && pool_ok(&s->pool); i++) {
		const char *word = json_string_value(json_array_get(v, i));

		if (word == NULL)
			return false;
		argv[i] = pool_dups(&s->pool, word);
	}
	*ret_argv = n > 0 ? argv : NULL;
	return true;
}

bool statejson_put_stack(json_t *root, const struct stack_record *k)
{
	json_t *o = json_object();
	bool named =
		k->names.path == NULL || (put_text(o, "names", k->names.path) &
					  put_identity(o, "names_identity", &k->names.identity) &
					  put_sum(o, "names_sum", k->names.sum));

	return named & put_text(o, "mta", k->mta) & put_text(o, "config", k->config) &
	       put_text(o, "vip", k->vip) & put_text(o, "vip4", k->vip4) &
	       put_text(o, "vip6", k->vip6) & put_text(o, "name", k->name) &
	       put_text(o, "pid_file", k->pid_file) & put_text(o, "exe", k->exe) &
	       put_bool(o, "pid_file_locked", k->pid_file_locked) & put_text(o, "copy", k->copy) &
	       put_text(o, "argument", k->argument) & put_bool(o, "heads_family", k->heads_family) &
	       put_int(o, "port", k->port) & put_int(o, "remotes", k->remotes) &
	       put_int(o, "named", k->named) & put(o, "rebuild", argv_json(k->rebuild)) &
	       put(root, "stack", o);
}

/* What a state of an earlier version lacks: no names file, no remotes, nothing to rebuild, no copy.
 */
static bool get_later(struct state *s, const json_t *o)
{
	struct stack_record *k = &s->stack;
	int64_t remotes = 0, named = 0;

	if (json_object_get(o, "remotes") != NULL &&
	    (!get_int(o, "remotes", &remotes) || !get_int(o, "named", &named) || named < 0 ||
	     remotes < named || remotes > INT_MAX))
		return false;
	k->remotes = (int)remotes;
	k->named = (int)named;
	if (json_object_get(o, "heads_family") != NULL &&
	    !get_bool(o, "heads_family", &k->heads_family))
		return false;
	if (json_object_get(o, "argument") != NULL && !get_text(s, o, "argument", &k->argument))
		return false;
	if (json_object_get(o, "copy") != NULL && !get_text(s, o, "copy", &k->copy))
		return false;
	if (json_object_get(o, "rebuild") != NULL && !get_argv(s, o, "rebuild", &k->rebuild))
		return false;
	return json_object_get(o, "names") == NULL ||
	       (get_text(s, o, "names", &k->names.path) &&
		get_identity(o, "names_identity", &k->names.identity) &&
		get_sum(s, o, "names_sum", &k->names.sum));
}

bool statejson_get_stack(struct state *s, const json_t *root)
{
	const json_t *o = json_object_get(root, "stack");
	struct stack_record *k = &s->stack;
	int64_t port;

	if (!get_int(o, "port", &port) || port < 0 || port > UINT16_MAX)
		return false;
	k->port = (int)port;
	return get_text(s, o, "mta", &k->mta) && get_text(s, o, "config", &k->config) &&
	       get_text(s, o, "vip", &k->vip) && get_text(s, o, "vip4", &k->vip4) &&
	       get_text(s, o, "vip6", &k->vip6) && get_text(s, o, "name", &k->name) &&
	       get_text(s, o, "pid_file", &k->pid_file) && get_text(s, o, "exe", &k->exe) &&
	       get_bool(o, "pid_file_locked", &k->pid_file_locked) && get_later(s, o);
}

static bool put_attrs(json_t *o, const struct attrs *a)
{
	static const char digits[] = "0123456789abcdef";
	json_t *v = json_object(), *x = json_object();
	bool ok = put_int(v, "uid", a->uid) & put_int(v, "gid", a->gid) &
		  put_int(v, "mode", a->mode) & put_int(v, "mtime", a->mtime.tv_sec) &
		  put_int(v, "mtime_ns", a->mtime.tv_nsec);

	for (size_t i = 0; i < a->n; i++) {
		const unsigned char *p = a->items[i].value;
		size_t len = a->items[i].len;
		char *hex = malloc(2 * len + 1);

		for (size_t k = 0; hex != NULL && k < len; k++) {
			hex[2 * k] = digits[p[k] >> 4];
			hex[2 * k + 1] = digits[p[k] & 15];
		}
		if (hex != NULL)
			hex[2 * len] = '\0';
		ok = hex != NULL && put_text(x, a->items[i].name, hex) && ok;
		free(hex);
	}
	return put(v, "xattrs", x) & put(o, "attrs", v) & ok;
}

static bool add_hex(struct attrs *a, const char *name, const char *hex)
{
	size_t len = strlen(hex) / 2;
	unsigned char *p = malloc(len + 1);
	bool ok = p != NULL && strlen(hex) % 2 == 0;

	for (size_t i = 0; ok && i < len; i++) {
		const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
		char *end;

		p[i] = (unsigned char)strtoul(pair, &end, 16);
		ok = end == pair + 2;
	}
	ok = ok && attrs_add(a, name, p, len) == 0;
	free(p);
	return ok;
}

static bool get_attrs(const json_t *o, struct attrs *ret_attrs)
{
	json_t *v = json_object_get(o, "attrs"), *x = json_object_get(v, "xattrs"), *value;
	int64_t uid, gid, mode, sec, nsec;
	const char *name;

	if (!get_int(v, "uid", &uid) || !get_int(v, "gid", &gid) || !get_int(v, "mode", &mode) ||
	    !get_int(v, "mtime", &sec) || !get_int(v, "mtime_ns", &nsec) || !json_is_object(x))
		return false;
	ret_attrs->uid = (uid_t)uid;
	ret_attrs->gid = (gid_t)gid;
	ret_attrs->mode = (mode_t)mode & 07777;
	ret_attrs->mtime = (struct timespec){sec, nsec};
	json_object_foreach(x, name, value)
	{
		if (!json_is_string(value) || !add_hex(ret_attrs, name, json_string_value(value)))
			return false;
	}
	return true;
}

json_t *statejson_of_record(const struct record *r)
{
	json_t *o = json_object();
	bool ok = put_text(o, "path", r->path) & put_text(o, "real", r->real) &
		  put_text(o, "original", r->original) & put_text(o, "edits", r->edits) &
		  put_text(o, "content", r->content) & put_text(o, "temp", r->temp) &
		  put_sum(o, "original_sum", r->original_sum) & put_sum(o, "sum", r->sum) &
		  put_identity(o, "was", &r->was) & put_identity(o, "now", &r->now) &
		  put_attrs(o, &r->attrs) & put_bool(o, "postconf_lock", r->postconf_lock) &
		  put_bool(o, "secret", r->secret) & put_text(o, "source", r->source) &
		  put_text(o, "suffix", r->suffix) & put(o, "argv", argv_json(r->argv)) &
		  put_text(o, "copied", r->copied) & put_identity(o, "copied_was", &r->copied_was);

	if (ok)
		return o;
	json_decref(o);
	return NULL;
}

static bool is_plain(const char *name)
{
	return name == NULL ||
	       (*name != '\0' && strchr(name, '/') == NULL && strcmp(name, "..") != 0);
}

/* Earlier versions made no copies. */
static bool get_copied(struct state *s, const json_t *o, struct record *r)
{
	return json_object_get(o, "copied") == NULL ||
	       (get_text(s, o, "copied", &r->copied) &&
		get_identity(o, "copied_was", &r->copied_was));
}

bool statejson_get_record(struct state *s, const json_t *o, struct record *ret_record)
{
	struct record *r = ret_record;

	return get_text(s, o, "path", &r->path) && get_text(s, o, "real", &r->real) &&
	       get_text(s, o, "original", &r->original) && get_text(s, o, "edits", &r->edits) &&
	       get_text(s, o, "content", &r->content) && get_text(s, o, "temp", &r->temp) &&
	       get_sum(s, o, "original_sum", &r->original_sum) && get_sum(s, o, "sum", &r->sum) &&
	       get_identity(o, "was", &r->was) && get_identity(o, "now", &r->now) &&
	       get_attrs(o, &r->attrs) && get_bool(o, "postconf_lock", &r->postconf_lock) &&
	       get_bool(o, "secret", &r->secret) && get_text(s, o, "source", &r->source) &&
	       get_text(s, o, "suffix", &r->suffix) && get_argv(s, o, "argv", &r->argv) &&
	       get_copied(s, o, r) && r->path && r->real &&
	       (r->edits == NULL || r->original != NULL) && is_plain(r->original) &&
	       is_plain(r->edits) && is_plain(r->content) && is_plain(r->temp);
}

json_t *statejson_of_undo(const struct undo *u)
{
	json_t *o = json_object();

	if (put_text(o, "real", u->real) & put_text(o, "temp", u->temp) &
	    put_sum(o, "sum", u->sum) & put_int(o, "size", u->size) &
	    put_bool(o, "postconf_lock", u->postconf_lock))
		return o;
	json_decref(o);
	return NULL;
}

bool statejson_get_undo(struct state *s, const json_t *o, struct undo *ret_undo)
{
	int64_t size;

	if (!get_text(s, o, "real", &ret_undo->real) || !get_text(s, o, "temp", &ret_undo->temp) ||
	    !get_sum(s, o, "sum", &ret_undo->sum) || !get_int(o, "size", &size) ||
	    !get_bool(o, "postconf_lock", &ret_undo->postconf_lock) || ret_undo->real == NULL ||
	    !is_plain(ret_undo->temp))
		return false;
	ret_undo->size = size;
	return true;
}
