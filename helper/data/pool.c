/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.c guarantees that what it hands out stays where it is until pool_release().
 */
#include "data/pool.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool_chunk {
	struct pool_chunk *next;
	size_t used, size;
	max_align_t bytes[];
};

#define CHUNK_SIZE ((size_t)16 * 1024)

static void *take(struct pool *p, size_t size)
{
	const size_t align = sizeof(max_align_t);
	struct pool_chunk *c = p->chunks;
	size_t room = CHUNK_SIZE;
	void *at;

	if (p->failed || size > SIZE_MAX / 2)
		goto fail;
	size = (size + align - 1) / align * align;
	if (c == NULL || c->size - c->used < size) {
		if (room < size)
			room = size;
		c = malloc(sizeof(*c) + room);
		if (c == NULL)
			goto fail;
		c->next = p->chunks;
		c->used = 0;
		c->size = room;
		p->chunks = c;
	}
	at = (char *)c->bytes + c->used;
	c->used += size;
	return at;
fail:
	p->failed = true;
	return NULL;
}

void pool_release(struct pool *p)
{
	while (p->chunks != NULL) {
		struct pool_chunk *next = p->chunks->next;

		free(p->chunks);
		p->chunks = next;
	}
	p->failed = false;
}

void *pool_alloc(struct pool *p, size_t size)
{
	static max_align_t scratch[POOL_OBJECT_MAX / sizeof(max_align_t)];
	void *at = size <= POOL_OBJECT_MAX ? take(p, size) : NULL;

	if (at == NULL) {
		p->failed = true;
		at = scratch;
		size = sizeof(scratch);
	}
	memset(at, 0, size);
	return at;
}

const char *pool_dup(struct pool *p, const char *bytes, size_t len)
{
	char *at = take(p, len + 1);

	if (at == NULL)
		return "";
	if (len > 0)
		memcpy(at, bytes, len);
	at[len] = '\0';
	return at;
}

const char *pool_dups(struct pool *p, const char *s)
{
	return pool_dup(p, s, strlen(s));
}

const char *pool_printf(struct pool *p, const char *fmt, ...)
{
	va_list ap, again;
	char *at = NULL;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		p->failed = true;
	else
		at = take(p, (size_t)n + 1);
	if (at != NULL)
		(void)vsnprintf(at, (size_t)n + 1, fmt, again);
	va_end(again);
	return at != NULL ? at : "";
}
