/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * array: growth for the `T *items; size_t n, cap;` triples that structs here carry.
 *
 * array_grow() makes room for one more element and returns it zeroed, counted in *n; NULL when
 * memory ran out, with the array as it was. The owner frees the items with free().
 */
#ifndef MTA_STACK_ARRAY_H
#define MTA_STACK_ARRAY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline void *array_grow_(void **items, size_t *n, size_t *cap, size_t size)
{
	void *at;

	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 8;
		void *grown;

		if (more > SIZE_MAX / size)
			return NULL;
		grown = realloc(*items, more * size);
		if (grown == NULL)
			return NULL;
		*items = grown;
		*cap = more;
	}
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

#endif
