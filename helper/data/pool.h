/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool: memory that is given back all at once.
 *
 * Scans and plans own many small strings that live and die together. Start with POOL_INIT, end
 * with pool_release(). No function returns NULL: when memory runs out, `failed` is set and an
 * empty, constant string or zeroed static object stands in, so that pure code needs no error path
 * for each string; the owner asks pool_ok() once before it believes the result. Never write to what
 * pool_dup() and pool_printf() returned. Objects from pool_alloc() may be written; after a
 * failure they share one scratch area, so their content means nothing.
 */
#ifndef MTA_STACK_POOL_H
#define MTA_STACK_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_OBJECT_MAX 4096 /* bytes; the largest object pool_alloc() serves */

struct pool {
	struct pool_chunk *chunks;
	bool failed;
};

#define POOL_INIT                                                                                  \
	{                                                                                          \
		NULL, false                                                                        \
	}

void pool_release(struct pool *p);

/* Zeroed memory, aligned for any object; size must not exceed POOL_OBJECT_MAX. */
void *pool_alloc(struct pool *p, size_t size);

/* A NUL-terminated copy of len bytes. */
const char *pool_dup(struct pool *p, const char *bytes, size_t len);
const char *pool_dups(struct pool *p, const char *s);
const char *pool_printf(struct pool *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline bool pool_ok(const struct pool *p)
{
	return !p->failed;
}

#endif
