/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf: a growing byte string.
 *
 * Start with BUF_INIT, end with buf_release(). Adding never fails visibly: when memory runs out
 * `failed` is set, further additions do nothing, and the owner asks once, at the end, with
 * buf_ok(). data is NUL-terminated whenever it is not NULL; the NUL is not counted in len.
 */
#ifndef MTA_STACK_BUF_H
#define MTA_STACK_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap;
	bool failed;
};

#define BUF_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0, false                                                                  \
	}

void buf_release(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for len bytes more, which count from now on and which the caller writes; NULL if b failed.
 */
char *buf_extend(struct buf *b, size_t len);

/* Room for len bytes at most, of which buf_took() says how many were written; NULL if b failed. */
char *buf_room(struct buf *b, size_t len);
void buf_took(struct buf *b, size_t len);

/* Forget the content, keep the memory. */
void buf_clear(struct buf *b);

static inline bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

/* The content as a string; "" when nothing was added. Valid until the next call on b. */
static inline const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

/* Give the string away (free() it); b is empty afterwards. NULL if b failed. */
char *buf_detach(struct buf *b);

#endif
