/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rfc1278_selector.c guarantees that selectors are the same if and only if their octets are.
 */
#include "mta/x400/rfc1278_spell.h"

/* Where the selector at the start of s ends, or 0 with the reason. */
static size_t selector_end(struct span s, enum rfc1278_spelling *ret_spelling, const char **reason)
{
	const char *close;
	unsigned long n = 0;
	size_t end = 1;

	if (s.at[0] == '#') {
		while (end < s.len && is_digit(s.at[end]))
			end++;
		*ret_spelling = RFC1278_NUMBER;
		*reason = "a selector after # is a number from 0 to 65535";
		return number_of(part(s, 1, end), 65535, &n) ? end : 0;
	}
	close = memchr(s.at + 1, s.at[0], s.len - 1);
	if (close == NULL) {
		*reason = "a selector's quote is not closed";
		return 0;
	}
	end = (size_t)(close - s.at) + 1;
	if (s.at[0] == '"') {
		*ret_spelling = RFC1278_TEXT;
		return end;
	}
	*ret_spelling = RFC1278_HEX;
	*reason = "a selector in hexadecimal is pairs of digits between ' and 'H";
	if ((end > 2 && !all_hex(part(s, 1, end - 1), false)) || end % 2 != 0 || end >= s.len ||
	    s.at[end] != 'H')
		return 0;
	return end + 1;
}

bool rfc1278_selectors(struct span *s, struct rfc1278 *ret, const char **reason)
{
	struct rfc1278_selector found[3] = {{0}};
	size_t n = 0;

	while (s->len > 0 && memchr("\"#'/", s->at[0], 4) != NULL) {
		size_t end = 0;

		if (n == 3) {
			*reason = "it has more than three selectors";
			return false;
		}
		found[n].spelling = RFC1278_EMPTY;
		if (s->at[0] != '/')
			end = selector_end(*s, &found[n].spelling, reason);
		if (s->at[0] != '/' && end == 0)
			return false;
		if (end >= s->len || s->at[end] != '/') {
			*reason = "a selector is not followed by /";
			return false;
		}
		found[n++].raw = part(*s, 0, end);
		*s = rest(*s, end + 1);
	}
	if (n > 0)
		ret->t = found[n - 1];
	if (n > 1)
		ret->s = found[n - 2];
	if (n > 2)
		ret->p = found[0];
	return true;
}

bool rfc1278_octets(const struct rfc1278_selector *sel, uint8_t out[RFC1278_SELECTOR_MAX],
		    size_t *ret_n)
{
	struct span raw = sel->raw;
	unsigned long number = 0;
	size_t n = 0;

	switch (sel->spelling) {
	case RFC1278_ABSENT:
	case RFC1278_EMPTY:
		break;
	case RFC1278_TEXT:
		n = raw.len - 2;
		if (n > RFC1278_SELECTOR_MAX)
			return false;
		memcpy(out, raw.at + 1, n);
		break;
	case RFC1278_NUMBER:
		if (!number_of(rest(raw, 1), 65535, &number))
			return false;
		out[0] = (uint8_t)(number >> 8);
		out[1] = (uint8_t)number;
		n = 2;
		break;
	case RFC1278_HEX:
		n = (raw.len - 3) / 2;
		if (n > RFC1278_SELECTOR_MAX)
			return false;
		for (size_t i = 0; i < n; i++)
			out[i] = (uint8_t)(hex_digit(raw.at[1 + 2 * i]) << 4 |
					   hex_digit(raw.at[2 + 2 * i]));
		break;
	}
	*ret_n = n;
	return true;
}

bool rfc1278_same(const struct rfc1278_selector *a, const struct rfc1278_selector *b)
{
	uint8_t x[RFC1278_SELECTOR_MAX], y[RFC1278_SELECTOR_MAX];
	size_t nx, ny;

	if (!rfc1278_octets(a, x, &nx) || !rfc1278_octets(b, y, &ny))
		return a->spelling == b->spelling && a->raw.len == b->raw.len &&
		       memcmp(a->raw.at, b->raw.at, a->raw.len) == 0;
	return nx == ny && (nx == 0 || memcmp(x, y, nx) == 0);
}
