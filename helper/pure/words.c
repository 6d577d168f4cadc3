/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.c guarantees that no word has a control character, so that each fits on one line. It knows
 * no program.
 */
#include "pure/words.h"

#include <string.h>

#include "data/buf.h"
#include "pure/text.h"

/* One word from *at on, which moves behind it. NULL: none; "": fine; else what is wrong. */
static const char *one(const char **at, struct buf *word)
{
	const char *s = *at;
	char quote = '\0';

	while (text_is_blank(*s))
		s++;
	if (*s == '\0')
		return NULL;
	for (; *s != '\0' && (quote != '\0' || !text_is_blank(*s)); s++) {
		if (*s == quote) {
			quote = '\0';
		} else if (quote == '\0' && (*s == '\'' || *s == '"')) {
			quote = *s;
		} else {
			if (quote != '\'' && *s == '\\' && s[1] != '\0')
				s++;
			if ((unsigned char)*s < 0x20 || *s == 0x7f)
				return "it has a control character";
			buf_add(word, s, 1);
		}
	}
	*at = s;
	return quote == '\0' ? "" : "a quote is not closed";
}

bool words_split(struct pool *p, const char *line, const char *const **ret_words,
		 const char **ret_reason)
{
	const char **words = pool_alloc(p, (WORDS_MAX + 1) * sizeof(*words)), *why;
	struct buf word = BUF_INIT;
	size_t n = 0;

	while ((why = one(&line, &word)) != NULL && *why == '\0' && n < WORDS_MAX) {
		words[n++] = pool_dup(p, buf_str(&word), word.len);
		p->failed = p->failed || !buf_ok(&word);
		buf_clear(&word);
	}
	if (why != NULL && *why == '\0')
		why = "it has too many words";
	else if (why == NULL && n == 0)
		why = "it is empty";
	buf_release(&word);
	if (why != NULL) {
		*ret_reason = why;
		return false;
	}
	*ret_words = words;
	return true;
}
