/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c guarantees to read only inside the spans that it is given, and ASCII rules whatever the
 * locale is.
 */
#include "pure/text.h"

#include <stdint.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z');
}

void text_make_printable(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

struct span text_trim(struct span s)
{
	while (s.len > 0 && text_is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && text_is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool text_equal(struct span s, const char *word)
{
	return s.len == strlen(word) && (s.len == 0 || memcmp(s.at, word, s.len) == 0);
}

bool text_starts_nocase(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text_lower(s.at[i]) != text_lower(prefix[i]))
			return false;
	return true;
}

bool text_equal_nocase(struct span s, const char *word)
{
	return s.len == strlen(word) && text_starts_nocase(s, word);
}

bool text_line(struct span bytes, size_t from, struct span *ret_line, size_t *ret_next)
{
	const char *nl;

	if (from >= bytes.len)
		return false;
	nl = memchr(bytes.at + from, '\n', bytes.len - from);
	ret_line->at = bytes.at + from;
	ret_line->len = nl ? (size_t)(nl - ret_line->at) : bytes.len - from;
	*ret_next = from + ret_line->len + (nl ? 1 : 0);
	return true;
}

/* Newlines among eight bytes: those that are 0 after the exclusive or. Each byte is judged alone,
 * no carry reaches the next. */
static unsigned newlines(const char *at)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t x;

	memcpy(&x, at, sizeof(x));
	x ^= 0x0a0a0a0a0a0a0a0au;
	x = ~(((x & low) + low) | x | low) >> 7;
	return (unsigned)(x * 0x0101010101010101u >> 56);
}

unsigned text_line_number(struct span bytes, size_t at)
{
	size_t end = at < bytes.len ? at : bytes.len, i = 0;
	unsigned n = 1;

	for (; end - i >= 8; i += 8)
		n += newlines(bytes.at + i);
	for (; i < end; i++)
		n += bytes.at[i] == '\n';
	return n;
}

size_t text_skip_plain(struct span s)
{
	const uint64_t ones = 0x0101010101010101u;
	size_t i = 0;

	for (; s.len - i >= 8; i += 8) {
		uint64_t x, y;

		memcpy(&x, s.at + i, sizeof(x));
		y = x ^ ones * '\\';
		/* A byte that is less than what is taken from it borrows and gets its high bit. */
		if ((((x - ones * ('"' + 1)) & ~x) | ((y - ones) & ~y)) & ones * 0x80)
			break;
	}
	return i;
}

static uint64_t stir(uint64_t sum, uint64_t some)
{
	sum = (sum ^ some) * 0x9e3779b97f4a7c15u;
	return sum ^ sum >> 32;
}

uint64_t text_hash(struct span s)
{
	uint64_t sum = s.len, some = 0;
	size_t i = 0;

	for (; s.len - i >= sizeof(some); i += sizeof(some)) {
		memcpy(&some, s.at + i, sizeof(some));
		sum = stir(sum, some);
	}
	if (i < s.len && s.len >= sizeof(some)) /* some of it once more */
		memcpy(&some, s.at + s.len - sizeof(some), sizeof(some));
	else
		for (some = 0; i < s.len; i++)
			some = some << 8 | (unsigned char)s.at[i];
	return stir(sum, some);
}

static bool is_label(struct span s)
{
	if (s.len == 0 || s.len > 63 || !is_alnum(s.at[0]) || !is_alnum(s.at[s.len - 1]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && s.at[i] != '-')
			return false;
	return true;
}

bool text_is_fqdn(struct span s)
{
	size_t start = 0, labels = 0;
	bool digits = true;

	if (s.len == 0 || s.len > 253)
		return false;
	for (size_t i = 0; i <= s.len; i++) {
		if (i < s.len && s.at[i] != '.')
			continue;
		if (!is_label((struct span){s.at + start, i - start}))
			return false;
		digits = true;
		for (size_t k = start; k < i; k++)
			digits = digits && is_digit(s.at[k]);
		labels++;
		start = i + 1;
	}
	return labels >= 2 && !digits;
}

bool text_is_loopback_name(struct span host)
{
	return text_equal_nocase(host, "localhost") || text_starts_nocase(host, "localhost.") ||
	       text_equal_nocase(host, "ip6-localhost") || text_equal_nocase(host, "ip6-loopback");
}
