/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mark.c guarantees that what mark_line() makes mark_find() finds, with the resource it was made
 * for. It does not guarantee against somebody who types such a line.
 */
#include "pure/mark.h"

#include <string.h>

#define BEGINS "mta-stack wrote this for the resource "
#define AWAY   "what the admin wrote comes back when it stops"

const char *mark_line(struct pool *p, const char *comment, const char *resource,
		      const char *copy_of)
{
	return copy_of != NULL ? pool_printf(p, "%s " BEGINS "%s; a copy of %s: edit that", comment,
					     resource, copy_of)
			       : pool_printf(p, "%s " BEGINS "%s; " AWAY, comment, resource);
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* From the start of the line to the mark there may be what makes it a comment, and blanks. */
static bool is_comment(struct span bytes, const char *at)
{
	const char *line = at;
	struct span head;

	while (line > bytes.at && line[-1] != '\n')
		line--;
	head = text_trim((struct span){line, (size_t)(at - line)});
	if (text_starts_nocase(head, "dnl")) /* m4 */
		return true;
	for (size_t i = 0; i < head.len; i++)
		if (is_word(head.at[i]))
			return false;
	return head.len > 0;
}

bool mark_find(struct span bytes, struct span *ret_resource)
{
	const char *at = bytes.at, *end = bytes.at + bytes.len;

	while (at < end && (at = memmem(at, (size_t)(end - at), BEGINS, strlen(BEGINS))) != NULL) {
		const char *name = at + strlen(BEGINS);
		size_t len = 0;

		while (name + len < end && name[len] != ';' && name[len] != '\n')
			len++;
		if (name + len < end && name[len] == ';' && is_comment(bytes, at)) {
			*ret_resource = (struct span){name, len};
			return true;
		}
		at = name;
	}
	return false;
}
