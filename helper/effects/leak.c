/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leak.c guarantees that a connection is blamed on a process only if that process has it open. A
 * connection that ends while it is looked at is not seen.
 */
#include "effects/leak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "effects/netaddr.h"
#include "effects/procfs.h"
#include "effects/sockdiag.h"

#define GENERATIONS 16 /* between a master and what delivers for it */

void leaks_release(struct leaks *l)
{
	free(l->items);
	*l = (struct leaks)LEAKS_INIT;
}

static const char *end_of(const struct ipaddr *a, uint16_t port, char *out, size_t size)
{
	char text[IPADDR_STRLEN];

	(void)snprintf(out, size, a->family == 6 ? "[%s]:%u" : "%s:%u", ipaddr_format(a, text),
		       port);
	return out;
}

const char *leak_format(const struct leak *l, char out[LEAK_TEXT_MAX])
{
	const struct wire_socket *s = &l->socket;
	char from[IPADDR_STRLEN + 8], to[IPADDR_STRLEN + 8];

	(void)snprintf(out, LEAK_TEXT_MAX, "%s > %s",
		       end_of(&s->local, s->local_port, from, sizeof(from)),
		       end_of(&s->remote, s->remote_port, to, sizeof(to)));
	return out;
}

/* The sockets that would be leaks if a delivery process had them. */
static int suspects(const struct leak_query *q, struct sockets *ret_some, struct diag *ret_diag)
{
	struct netaddrs here = NETADDRS_INIT;
	struct sockets all = SOCKETS_INIT;
	struct ipaddr *own = NULL;
	int status = netaddr_list(&here, ret_diag);

	if (status == 0)
		status = sockets_list(&all, ret_diag);
	if (status == 0 && (own = calloc(here.n + 1, sizeof(*own))) == NULL)
		status = diag_oom(ret_diag);
	for (size_t i = 0; status == 0 && i < here.n; i++)
		own[i] = here.items[i].addr;
	for (size_t i = 0; status == 0 && i < all.n; i++) {
		const struct wire_view v = {
			all.items, all.n, {q->vips[0], q->vips[1]}, own, here.n};
		struct wire_socket *slot;

		if (all.items[i].inode == 0 || !wire_leaks(&v, &all.items[i]))
			continue;
		slot = array_grow(&ret_some->items, &ret_some->n, &ret_some->cap);
		if (slot == NULL)
			status = diag_oom(ret_diag);
		else
			*slot = all.items[i];
	}
	free(own);
	sockets_release(&all);
	netaddrs_release(&here);
	return status;
}

static bool descends(const struct procfs_stat *all, size_t n, pid_t pid, pid_t from)
{
	for (int i = 0; i < GENERATIONS && pid > 1; i++) {
		size_t k = 0;

		if (pid == from)
			return true;
		while (k < n && all[k].pid != pid)
			k++;
		if (k == n)
			return false;
		pid = all[k].parent;
	}
	return false;
}

static bool delivers(const struct leak_query *q, const struct procfs_stat *all, size_t n, pid_t pid)
{
	char program[PROCFS_PROGRAM_MAX];

	if (!procfs_program(pid, program))
		return false;
	for (size_t i = 0; q->programs[i] != NULL; i++)
		if (strcmp(program, q->programs[i]) == 0)
			return procfs_ours(pid) &&
			       (q->anywhere || descends(all, n, pid, q->master));
	return false;
}

/* Those of the suspects that this process has open. */
static int blame(struct leaks *found, const struct sockets *some, pid_t pid, struct diag *ret_diag)
{
	struct procfs_inodes open = PROCFS_INODES_INIT;
	int status = procfs_sockets(pid, &open) < 0 ? diag_oom(ret_diag) : 0;

	for (size_t i = 0; status == 0 && i < some->n; i++) {
		struct leak *slot;

		if (!procfs_inodes_have(&open, some->items[i].inode))
			continue;
		slot = array_grow(&found->items, &found->n, &found->cap);
		if (slot == NULL)
			status = diag_oom(ret_diag);
		else
			*slot = (struct leak){some->items[i], pid};
	}
	procfs_inodes_release(&open);
	return status;
}

int leak_look(const struct leak_query *q, struct leaks *ret_found, struct diag *ret_diag)
{
	struct sockets some = SOCKETS_INIT;
	struct leaks found = LEAKS_INIT;
	struct procfs_stat *all = NULL;
	size_t n = 0;
	int status = suspects(q, &some, ret_diag);

	if (status == 0 && some.n > 0 && procfs_list(&all, &n) < 0)
		status = diag_set(ret_diag, EX_FAILED, "cannot list the processes: %s",
				  strerror(errno));
	for (size_t i = 0; status == 0 && i < n; i++)
		if (delivers(q, all, n, all[i].pid))
			status = blame(&found, &some, all[i].pid, ret_diag);
	free(all);
	sockets_release(&some);
	if (status < 0) {
		leaks_release(&found);
		return -1;
	}
	leaks_release(ret_found);
	*ret_found = found;
	return 0;
}
