/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sum.c guarantees the numbers of the XXH64 specification on a machine of either byte order.
 */
#include "pure/sum.h"

#include <string.h>

static const uint64_t prime1 = 0x9e3779b185ebca87u, prime2 = 0xc2b2ae3d27d4eb4fu,
		      prime3 = 0x165667b19e3779f9u, prime4 = 0x85ebca77c2b2ae63u,
		      prime5 = 0x27d4eb2f165667c5u;

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static uint64_t read64(const unsigned char *at)
{
	uint64_t x;

	memcpy(&x, at, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

static uint64_t read32(const unsigned char *at)
{
	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
	       (uint64_t)at[3] << 24;
}

static uint64_t round_of(uint64_t lane, uint64_t word)
{
	return rotate(lane + word * prime2, 31) * prime1;
}

void sum_init(struct sum *s)
{
	*s = (struct sum){.lanes = {prime1 + prime2, prime2, 0, 0 - prime1}};
}

/* Whole stripes of 32 bytes; how many bytes that were. */
static size_t add_stripes(struct sum *s, const unsigned char *at, size_t len)
{
	uint64_t a = s->lanes[0], b = s->lanes[1], c = s->lanes[2], d = s->lanes[3];
	size_t i = 0;

	for (; len - i >= 32; i += 32) {
		a = round_of(a, read64(at + i));
		b = round_of(b, read64(at + i + 8));
		c = round_of(c, read64(at + i + 16));
		d = round_of(d, read64(at + i + 24));
	}
	s->lanes[0] = a;
	s->lanes[1] = b;
	s->lanes[2] = c;
	s->lanes[3] = d;
	return i;
}

void sum_add(struct sum *s, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t kept = s->len % 32, n;

	s->len += len;
	if (kept > 0) {
		n = len < 32 - kept ? len : 32 - kept;
		memcpy(s->rest + kept, at, n);
		at += n;
		len -= n;
		if (kept + n < 32)
			return;
		(void)add_stripes(s, s->rest, 32);
	}
	n = add_stripes(s, at, len);
	if (len > n)
		memcpy(s->rest, at + n, len - n);
}

static uint64_t merge(uint64_t h, uint64_t lane)
{
	return (h ^ round_of(0, lane)) * prime1 + prime4;
}

uint64_t sum_end(const struct sum *s)
{
	const unsigned char *at = s->rest;
	size_t left = s->len % 32;
	uint64_t h = prime5;

	if (s->len >= 32) {
		h = rotate(s->lanes[0], 1) + rotate(s->lanes[1], 7) + rotate(s->lanes[2], 12) +
		    rotate(s->lanes[3], 18);
		for (int i = 0; i < 4; i++)
			h = merge(h, s->lanes[i]);
	}
	h += s->len;
	for (; left >= 8; at += 8, left -= 8)
		h = rotate(h ^ round_of(0, read64(at)), 27) * prime1 + prime4;
	for (; left >= 4; at += 4, left -= 4)
		h = rotate(h ^ read32(at) * prime1, 23) * prime2 + prime3;
	for (; left > 0; at++, left--)
		h = rotate(h ^ *at * prime5, 11) * prime1;
	h = (h ^ h >> 33) * prime2;
	h = (h ^ h >> 29) * prime3;
	return h ^ h >> 32;
}

uint64_t sum_of(struct span bytes)
{
	struct sum s;

	sum_init(&s);
	if (bytes.len > 0)
		sum_add(&s, bytes.at, bytes.len);
	return sum_end(&s);
}
