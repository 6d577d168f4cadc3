/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz: what the targets here share. A target is a file fuzz_NAME.c with one function that must not
 * crash, leak or break a promise of the module's header, whatever the bytes are. It is built with
 * libFuzzer's main, or with replay.c's, which only feeds files.
 */
#ifndef MTA_STACK_FUZZ_H
#define MTA_STACK_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A promise; both runners report an abort with the input that led to it. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__,         \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* One line, no control characters: what may be shown to people. */
static inline bool fuzz_is_line(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static inline bool fuzz_is_failure(const struct diag *d, enum exit_code code)
{
	return d->code == code && d->text[0] != '\0' && fuzz_is_line(d->text);
}

#endif
