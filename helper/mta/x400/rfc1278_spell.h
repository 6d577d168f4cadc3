/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1278_spell: small pieces that selectors and network addresses are made of. For rfc1278*.c
 * only.
 */
#ifndef MTA_STACK_RFC1278_SPELL_H
#define MTA_STACK_RFC1278_SPELL_H

#include <string.h>

#include "mta/x400/rfc1278.h"

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alnum(char c)
{
	return is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z');
}

static inline int hex_digit(char c)
{
	return is_digit(c)				      ? c - '0'
	       : text_lower(c) >= 'a' && text_lower(c) <= 'f' ? text_lower(c) - 'a' + 10
							      : -1;
}

static inline bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.at[i]))
			return false;
	return s.len > 0;
}

/* Hexadecimal, and dots where a person wants them. */
static inline bool all_hex(struct span s, bool dots)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (hex_digit(s.at[i]) >= 0)
			digits++;
		else if (!dots || s.at[i] != '.')
			return false;
	}
	return digits > 0;
}

static inline struct span part(struct span s, size_t from, size_t to)
{
	return (struct span){s.at + from, to - from};
}

static inline struct span rest(struct span s, size_t from)
{
	return part(s, from, s.len);
}

/* What stands before c, and in *s what comes after it; without c all of it, and nothing. */
static inline struct span cut(struct span *s, char c, bool *ret_found)
{
	const char *at = s->len > 0 ? memchr(s->at, c, s->len) : NULL;
	size_t n = at != NULL ? (size_t)(at - s->at) : s->len;
	struct span head = part(*s, 0, n);

	if (ret_found != NULL)
		*ret_found = at != NULL;
	*s = rest(*s, at != NULL ? n + 1 : n);
	return head;
}

static inline bool number_of(struct span digits, unsigned long max, unsigned long *ret)
{
	unsigned long n = 0;

	if (!all_digits(digits))
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		n = n * 10 + (unsigned long)(digits.at[i] - '0');
		if (n > max)
			return false;
	}
	*ret = n;
	return true;
}

/* Take the selectors off the start of *s: up to three, the last of them the transport's. */
bool rfc1278_selectors(struct span *s, struct rfc1278 *ret, const char **ret_reason);

#endif
