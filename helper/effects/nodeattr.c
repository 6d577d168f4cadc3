/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodeattr.c guarantees that nothing is written and nothing started while no wish differs from what
 * is remembered. It does not notice that somebody else changed an attribute.
 */
#include "effects/nodeattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/array.h"
#include "data/buf.h"
#include "effects/fs.h"
#include "effects/spawn.h"
#include "pure/text.h"

#define UNKNOWN "" /* no wish is ever that */

void nodeattrs_release(struct nodeattrs *a)
{
	free(a->items);
	fs_close(a->dir);
	pool_release(&a->pool);
	*a = (struct nodeattrs)NODEATTRS_INIT;
}

static struct nodeattr *find(const struct nodeattrs *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].name, name) == 0)
			return &a->items[i];
	return NULL;
}

static struct nodeattr *entry(struct nodeattrs *a, const char *name)
{
	struct nodeattr *e = find(a, name);

	if (e == NULL && (e = array_grow(&a->items, &a->n, &a->cap)) != NULL)
		e->name = pool_dups(&a->pool, name);
	if (e == NULL)
		a->pool.failed = true;
	return e;
}

/* Lines NAME=VALUE. */
static void read_memory(struct nodeattrs *a, struct span bytes)
{
	struct span line;
	size_t next = 0;

	while (text_line(bytes, next, &line, &next)) {
		const char *equals = memchr(line.at, '=', line.len);
		struct nodeattr *e;
		size_t len;

		if (equals == NULL)
			continue;
		len = (size_t)(equals - line.at);
		e = entry(a, pool_dup(&a->pool, line.at, len));
		if (e == NULL)
			continue;
		e->was = pool_dup(&a->pool, equals + 1, line.len - len - 1);
		e->wish = e->was[0] != '\0' ? e->was : NULL;
	}
}

int nodeattrs_open(struct nodeattrs *a, const char *dir, const char *memory, struct diag *ret_diag)
{
	char *bytes = NULL;
	size_t len = 0;
	int fd;

	a->memory = pool_dups(&a->pool, memory);
	a->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->dir < 0)
		return fs_error(ret_diag, "open", dir);
	fd = openat(a->dir, memory, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fs_read_all(fd, &bytes, &len) == 0)
		read_memory(a, (struct span){bytes, len});
	fs_close(fd);
	free(bytes);
	return pool_ok(&a->pool) ? 0 : diag_oom(ret_diag);
}

const char *nodeattrs_get(const struct nodeattrs *a, const char *name)
{
	const struct nodeattr *e = find(a, name);

	return e != NULL ? e->wish : NULL;
}

void nodeattrs_set(struct nodeattrs *a, const char *name, const char *value)
{
	char text[NODEATTR_MAX + 1];
	struct nodeattr *e;

	if (value != NULL && value[0] == '\0')
		value = NULL;
	if (value == NULL && find(a, name) == NULL)
		return;
	e = entry(a, name);
	if (e == NULL)
		return;
	if (value != NULL) {
		(void)snprintf(text, sizeof(text), "%s", value);
		text_make_printable(text);
	}
	e->wish = value != NULL ? pool_dups(&a->pool, text) : NULL;
}

void nodeattrs_clear(struct nodeattrs *a)
{
	for (size_t i = 0; i < a->n; i++)
		a->items[i].wish = NULL;
}

void nodeattrs_doubt(struct nodeattrs *a)
{
	for (size_t i = 0; i < a->n; i++)
		a->items[i].was = UNKNOWN;
}

static bool same(const struct nodeattr *e)
{
	if (e->was == NULL || e->wish == NULL)
		return e->was == e->wish;
	return strcmp(e->was, e->wish) == 0;
}

static int tell(const struct nodeattrs *a, const struct nodeattr *e, const struct deadline *d,
		struct diag *ret_diag)
{
	const char *program = a->program != NULL ? a->program : "attrd_updater";
	const char *const set[] = {program, "-q", "-n", e->name, "-U", e->wish, NULL};
	const char *const remove[] = {program, "-q", "-n", e->name, "-D", NULL};
	const struct spawn job = {.argv = e->wish != NULL ? set : remove};
	struct spawn_result r = SPAWN_RESULT_INIT;
	int status = spawn_run(&job, d, &r, ret_diag);

	if (status == 0)
		status = spawn_expect_zero(program, &r, ret_diag);
	spawn_result_release(&r);
	return status;
}

static int remember(const struct nodeattrs *a, struct diag *ret_diag)
{
	struct buf text = BUF_INIT;
	char temp[256];
	int rc;

	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].was != NULL)
			buf_addf(&text, "%s=%s\n", a->items[i].name, a->items[i].was);
	(void)snprintf(temp, sizeof(temp), "%.240s.new", a->memory);
	if (!buf_ok(&text)) {
		buf_release(&text);
		return diag_oom(ret_diag);
	}
	rc = text.len == 0 ? fs_unlink(a->dir, a->memory)
			   : fs_put(a->dir, a->memory, temp, (struct span){text.data, text.len});
	buf_release(&text);
	return rc < 0 ? fs_error(ret_diag, "write", a->memory) : 0;
}

int nodeattrs_write(struct nodeattrs *a, const struct deadline *d, struct diag *ret_diag)
{
	int status = 0;
	bool changed = false;

	if (!pool_ok(&a->pool))
		return diag_oom(ret_diag);
	for (size_t i = 0; i < a->n; i++) {
		struct nodeattr *e = &a->items[i];

		if (same(e))
			continue;
		changed = true;
		if (status == 0)
			status = tell(a, e, d, ret_diag);
		e->was = status == 0 ? e->wish : UNKNOWN;
	}
	if (changed && remember(a, status == 0 ? ret_diag : NULL) < 0)
		status = -1;
	return status;
}
