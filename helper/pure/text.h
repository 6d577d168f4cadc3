/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text: looking at bytes that are not NUL-terminated.
 *
 * A span is a place in somebody else's memory; it owns nothing. Files are bytes: any value may
 * occur, NUL included, and the last line may lack its newline.
 */
#ifndef MTA_STACK_TEXT_H
#define MTA_STACK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *at;
	size_t len;
};

static inline bool text_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Control characters become '?': what comes from a file shall not forge a line. */
void text_make_printable(char *s);

/* s without blanks on either end. */
struct span text_trim(struct span s);

static inline bool text_same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool text_equal(struct span s, const char *word);
bool text_equal_nocase(struct span s, const char *word);
bool text_starts_nocase(struct span s, const char *prefix);

/* The line that starts at offset `from`, without its newline; *ret_next is where the next one
 * starts. False when `from` is at the end. */
bool text_line(struct span bytes, size_t from, struct span *ret_line, size_t *ret_next);

/* How many bytes at the start of s are neither blanks, control characters, ! " nor \. It stops up
 * to seven bytes before the first of those, or the end: the rest is the caller's to look at. */
size_t text_skip_plain(struct span s);

/* A guess at what s is, for hash tables; the upper half of its bits is the better one. */
uint64_t text_hash(struct span s);

/* The 1-based number of the line in which offset `at` lies. Linear in `at`. */
unsigned text_line_number(struct span bytes, size_t at);

/* A fully qualified host name: RFC 1123 labels of 1 to 63 letters, digits and inner hyphens, at
 * least two of them, the last not all digits, at most 253 bytes; a final dot is not allowed. */
bool text_is_fqdn(struct span s);

/* One of the names that /etc/hosts gives to loopback: localhost, localhost.…, ip6-localhost,
 * ip6-loopback. */
bool text_is_loopback_name(struct span host);

#endif
