/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.c guarantees that what a caller holds after success is one whole dump. It does not know
 * what is in it.
 */
#include "effects/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#define TRIES	  10	/* dumps that changes meanwhile may spoil */
#define DUMP_SIZE 32768 /* bytes; the kernel fills no larger piece of a dump */

/* Ask, and read the answer to its end. 0, or -1 with errno. */
static int ask(struct mnl_socket *nl, const struct netlink_dump *job)
{
	long long space[DUMP_SIZE / sizeof(long long)];
	struct nlmsghdr *h = mnl_nlmsg_put_header(space);
	int more = 1;

	h->nlmsg_type = job->type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	memcpy(mnl_nlmsg_put_extra_header(h, job->len), job->request, job->len);
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -1;
	while (more > 0) {
		ssize_t n = mnl_socket_recvfrom(nl, space, sizeof(space));

		if (n >= 0)
			more = mnl_cb_run(space, (size_t)n, 1, mnl_socket_get_portid(nl), job->take,
					  job->data);
		else if (errno != EINTR)
			more = -1;
	}
	return more;
}

/* One dump with a socket of its own, since what is left of an interrupted one cannot be told from
 * the next. 0, or the errno; EINTR: take it again. */
static int dump(const struct netlink_dump *job)
{
	struct mnl_socket *nl = mnl_socket_open2(job->protocol, SOCK_CLOEXEC);
	int error;

	if (nl == NULL)
		return errno;
	job->forget(job->data);
	error = ask(nl, job) < 0 ? errno : 0;
	(void)mnl_socket_close(nl);
	return error;
}

int netlink_dump(const struct netlink_dump *job)
{
	int error = EINTR;

	for (int i = 0; i < TRIES && error == EINTR; i++)
		error = dump(job);
	return error;
}
