/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backend.c guarantees one table of what MTAs there are; it knows nothing else about them.
 */
#include "mta/backend.h"

#include <string.h>

extern const struct backend backend_exim, backend_opensmtpd, backend_postfix, backend_sendmail,
	backend_x400;

const struct backend *const backends[] = {&backend_postfix,  &backend_exim, &backend_opensmtpd,
					  &backend_sendmail, &backend_x400, NULL};

const struct backend *backend_find(const char *name)
{
	for (size_t i = 0; backends[i] != NULL; i++)
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	return NULL;
}

const struct generated *backend_generated(const struct backend *b, const char *config)
{
	return b->generated != NULL && strcmp(config, b->generated->config) == 0 ? b->generated
										 : NULL;
}
