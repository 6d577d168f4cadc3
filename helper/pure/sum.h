/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sum: a 64-bit sum of bytes, to recognise them again, not to protect them against forgery.
 *
 * It is XXH64 with seed 0 (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md), so that
 * `xxhsum -H64 FILE` tells the same: at the speed of memory, since a table may be large and every
 * apply and restore sums it up.
 *
 *     struct sum s;
 *     sum_init(&s); sum_add(&s, …) as often as wanted; sum_end(&s)
 *
 * How the bytes are cut into calls does not matter.
 */
#ifndef MTA_STACK_SUM_H
#define MTA_STACK_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "pure/text.h"

struct sum {
	uint64_t lanes[4];
	uint64_t len;
	unsigned char rest[32]; /* len % 32 bytes that are still to be summed up */
};

void sum_init(struct sum *s);
void sum_add(struct sum *s, const void *bytes, size_t len);
uint64_t sum_end(const struct sum *s);

/* All at once. */
uint64_t sum_of(struct span bytes);

#endif
