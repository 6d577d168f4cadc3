/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.c guarantees that a name holds printable ASCII alone. It does not decide between the two
 * readings.
 */
#include "pure/explain.h"

#include <string.h>

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = memchr(digits, text_lower(c), 16);

	return at != NULL ? (int)(at - digits) : -1;
}

static bool is_between(char c)
{
	return text_is_blank(c) || c == ':' || c == '.' || c == '-';
}

static bool read_bytes(struct span s, unsigned char out[EXPLAIN_MAX], size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len;) {
		if (is_between(s.at[i])) {
			i++;
			continue;
		}
		if (i + 1 == s.len || digit(s.at[i]) < 0 || digit(s.at[i + 1]) < 0 ||
		    n == EXPLAIN_MAX)
			return false;
		out[n++] = (unsigned char)(digit(s.at[i]) << 4 | digit(s.at[i + 1]));
		i += 2;
	}
	*ret_n = n;
	return n > 0;
}

static void as_name(const unsigned char *bytes, size_t n, char out[EXPLAIN_MAX + 1])
{
	while (n > 0 && bytes[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] < 0x20 || bytes[i] > 0x7e) {
			out[0] = '\0';
			return;
		}
		out[i] = (char)bytes[i];
	}
	out[n] = '\0';
}

static bool explain(const unsigned char *bytes, size_t n, struct explained *ret)
{
	static const char digits[] = "0123456789ABCDEF";
	struct explained e = {.addr = {.family = 0}};

	if (n == 4 || n == 16) {
		e.addr.family = n == 4 ? 4 : 6;
		memcpy(e.addr.bytes, bytes, n);
	}
	as_name(bytes, n, e.name);
	/* sixteen printable bytes are a name: such an IPv6 address is not in use anywhere */
	if (n == 16 && e.name[0] != '\0')
		e.addr = (struct ipaddr){.family = 0};
	for (size_t i = 0; i < n; i++) {
		e.hex[2 * i] = digits[bytes[i] >> 4];
		e.hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	if (e.addr.family == 0 && e.name[0] == '\0')
		return false;
	*ret = e;
	return true;
}

bool explain_hex(struct span text, struct explained *ret)
{
	unsigned char bytes[EXPLAIN_MAX];
	struct span s = text_trim(text);
	size_t n;

	if (text_starts_nocase(s, "0x"))
		s = (struct span){s.at + 2, s.len - 2};
	return read_bytes(s, bytes, &n) && explain(bytes, n, ret);
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (text_lower(c) >= 'a' && text_lower(c) <= 'z') ||
	       c == '-' || c == '_' || c == '/' || c == '.';
}

bool explain_next(struct span text, size_t *at, struct explained *ret)
{
	while (*at < text.len) {
		unsigned char bytes[EXPLAIN_MAX];
		struct span word = {text.at + *at, 0};
		size_t n;

		while (*at < text.len && is_word(text.at[*at]))
			(*at)++;
		word.len = (size_t)(text.at + *at - word.at);
		if (*at < text.len)
			(*at)++;
		while (word.len > 0 && word.at[word.len - 1] == '.')
			word.len--;
		if (text_starts_nocase(word, "0x"))
			word = (struct span){word.at + 2, word.len - 2};
		if (word.len < EXPLAIN_SHORTEST_RUN)
			continue;
		n = 0;
		while (n < word.len && digit(word.at[n]) >= 0)
			n++;
		if (n == word.len && read_bytes(word, bytes, &n) && explain(bytes, n, ret))
			return true;
	}
	return false;
}
