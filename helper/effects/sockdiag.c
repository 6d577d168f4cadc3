/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockdiag.c guarantees one consistent list for each address family. It does not say who has a
 * socket open.
 */
#include "effects/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "data/array.h"
#include "effects/netlink.h"

#define BIT(state) (1u << (state))

struct dump {
	struct sockets *all;
	size_t from; /* what stands before it is of another dump */
};

void sockets_release(struct sockets *s)
{
	free(s->items);
	*s = (struct sockets)SOCKETS_INIT;
}

static struct ipaddr address(uint8_t family, const __be32 words[4])
{
	uint8_t bytes[16];
	struct ipaddr a = {.family = 4};

	memcpy(bytes, words, sizeof(bytes));
	if (family == AF_INET6)
		return wire_address6(bytes);
	memcpy(a.bytes, bytes, 4);
	return a;
}

static int take(const struct nlmsghdr *h, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	struct dump *d = data;
	struct wire_socket *s;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(h) < sizeof(*m))
		return MNL_CB_OK;
	s = array_grow(&d->all->items, &d->all->n, &d->all->cap);
	if (s == NULL)
		return MNL_CB_ERROR; /* errno: ENOMEM */
	s->local = address(m->idiag_family, m->id.idiag_src);
	s->remote = address(m->idiag_family, m->id.idiag_dst);
	s->local_port = ntohs(m->id.idiag_sport);
	s->remote_port = ntohs(m->id.idiag_dport);
	s->listening = m->idiag_state == TCP_LISTEN;
	s->inode = m->idiag_inode;
	return MNL_CB_OK;
}

static void forget(void *data)
{
	struct dump *d = data;

	d->all->n = d->from;
}

static int dump(struct sockets *all, uint8_t family)
{
	const struct inet_diag_req_v2 r = {
		.sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = BIT(TCP_ESTABLISHED) | BIT(TCP_SYN_SENT) | BIT(TCP_FIN_WAIT1) |
				BIT(TCP_FIN_WAIT2) | BIT(TCP_CLOSE_WAIT) | BIT(TCP_LAST_ACK) |
				BIT(TCP_CLOSING) | BIT(TCP_LISTEN),
	};
	struct dump d = {all, all->n};
	const struct netlink_dump job = {
		NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, &r, sizeof(r), take, forget, &d};

	return netlink_dump(&job);
}

int sockets_list(struct sockets *ret_all, struct diag *ret_diag)
{
	struct sockets all = SOCKETS_INIT;
	int error = dump(&all, AF_INET);

	if (error == 0)
		error = dump(&all, AF_INET6);
	if (error != 0) {
		sockets_release(&all);
		return diag_set(ret_diag, EX_FAILED,
				"cannot list this node's connections: %s; is the kernel module "
				"tcp_diag there?",
				strerror(error));
	}
	sockets_release(ret_all);
	*ret_all = all;
	return 0;
}
