/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words: a command line as a list of words, without a shell.
 *
 * Blanks separate. '…' and "…" hold a word together; a backslash outside of '…' takes the next
 * character as it is. Nothing is expanded and nothing is special: `a;b` is one word.
 */
#ifndef MTA_STACK_WORDS_H
#define MTA_STACK_WORDS_H

#include <stdbool.h>

#include "data/pool.h"

#define WORDS_MAX 32

/* *ret_words is NULL-terminated, in the pool, with at least one word. False, with a constant
 * *ret_reason, for an empty line, an open quote, a control character or too many words. */
bool words_split(struct pool *p, const char *line, const char *const **ret_words,
		 const char **ret_reason);

#endif
