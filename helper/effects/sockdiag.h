/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockdiag: all TCP sockets of this network namespace, by the kernel's own list (sock_diag(7)).
 *
 *     struct sockets all = SOCKETS_INIT;
 *     sockets_list(&all, &diag)
 *     sockets_release(&all);
 */
#ifndef MTA_STACK_SOCKDIAG_H
#define MTA_STACK_SOCKDIAG_H

#include "data/diag.h"
#include "pure/wire.h"

struct sockets {
	struct wire_socket *items;
	size_t n, cap;
};

#define SOCKETS_INIT                                                                               \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void sockets_release(struct sockets *s);

/* Those that listen, and those that are connected or on their way to or from it; not those that
 * only wait for their port to be free again (TIME_WAIT). Replaces what *ret_all (initialised) held.
 * -1, EX_FAILED, when the kernel does not tell. */
int sockets_list(struct sockets *ret_all, struct diag *ret_diag);

#endif
