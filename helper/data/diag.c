/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.c guarantees a NUL-terminated single line whatever is fed to it. It does not translate,
 * log or print.
 */
#include "data/diag.h"

#include <stdarg.h>
#include <stdio.h>

int diag_set(struct diag *d, enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return -1;
	d->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	for (char *p = d->text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == 0x7f)
			*p = '?';
	}
	return -1;
}

int diag_oom(struct diag *d)
{
	return diag_set(d, EX_FAILED, "cannot go on: out of memory");
}
