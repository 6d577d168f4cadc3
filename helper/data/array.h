/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * array: growth for the `T *items; size_t n, cap;` triples that structs here carry.
 *
 * array_grow() makes room for one more element and returns it zeroed, counted in *n; NULL when
 * memory ran out, with the array as it was. array_reserve() makes room for `want` elements in all;
 * false when memory ran out. The owner frees the items with free().
 */
#ifndef MTA_STACK_ARRAY_H
#define MTA_STACK_ARRAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline bool array_reserve_(void **items, size_t *cap, size_t want, size_t size)
{
	void *grown;

	if (want <= *cap)
		return true;
	grown = want <= SIZE_MAX / size ? realloc(*items, want * size) : NULL;
	if (grown == NULL)
		return false;
	*items = grown;
	*cap = want;
	return true;
}

static inline void *array_grow_(void **items, size_t *n, size_t *cap, size_t size)
{
	void *at;

	if (*n == *cap && !array_reserve_(items, cap, *cap ? *cap * 2 : 8, size))
		return NULL;
	at = (char *)*items + *n * size;
	memset(at, 0, size);
	(*n)++;
	return at;
}

#define array_grow(items, n, cap)                                                                  \
	({                                                                                         \
		void *items_ = *(items);                                                           \
		void *at_ = array_grow_(&items_, (n), (cap), sizeof(**(items)));                   \
		*(items) = items_;                                                                 \
		(__typeof__(*(items)))at_;                                                         \
	})

#define array_reserve(items, cap, want)                                                            \
	({                                                                                         \
		void *items_ = *(items);                                                           \
		bool ok_ = array_reserve_(&items_, (cap), (want), sizeof(**(items)));              \
		*(items) = items_;                                                                 \
		ok_;                                                                               \
	})

#endif
