/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leak: does mail leave from a node's address? What the kernel has open now, not what was
 * configured.
 *
 *     struct leak_query q = {.master = pid, .programs = b->delivery, .vips = {vip4, vip6}};
 *     struct leaks found = LEAKS_INIT;
 *     leak_look(&q, &found, &diag)
 *     leaks_release(&found);
 *
 * A delivery is a connection that pure/wire.h calls opened from here, and that a delivery process
 * of this MTA has open: one in our process namespace that runs one of `programs` and descends from
 * the master. As long as everything leaves from a VIP no process is looked at.
 */
#ifndef MTA_STACK_LEAK_H
#define MTA_STACK_LEAK_H

#include <sys/types.h>

#include "data/diag.h"
#include "pure/wire.h"

struct leak_query {
	pid_t master;
	const char *const *programs; /* names of their files, without directory; NULL-terminated */
	bool anywhere;		     /* also those that do not descend from the master */
	struct ipaddr vips[2];	     /* family 0: none */
};

struct leak {
	struct wire_socket socket;
	pid_t pid;
};

struct leaks {
	struct leak *items;
	size_t n, cap;
};

#define LEAKS_INIT                                                                                 \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void leaks_release(struct leaks *l);

/* Fills *ret_found (initialised). -1: the kernel does not tell. */
int leak_look(const struct leak_query *q, struct leaks *ret_found, struct diag *ret_diag);

/* Both ends: "192.0.2.11:40312 > 198.51.100.25:25". */
#define LEAK_TEXT_MAX 128
const char *leak_format(const struct leak *l, char out[LEAK_TEXT_MAX]);

#endif
