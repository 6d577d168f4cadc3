/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netaddr.c guarantees a list that was consistent at one moment: a dump that the kernel marks as
 * interrupted is taken again. It says nothing about the link below an address.
 */
#include "effects/netaddr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "data/array.h"

#define TRIES	  10	/* dumps that addresses changing meanwhile may spoil */
#define DUMP_SIZE 32768 /* bytes; the kernel fills no larger piece of a dump */

void netaddrs_release(struct netaddrs *l)
{
	free(l->items);
	*l = (struct netaddrs)NETADDRS_INIT;
}

bool netaddr_usable(const struct netaddr *a)
{
	return !a->tentative && !a->dad_failed;
}

const struct netaddr *netaddr_find(const struct netaddrs *l, const struct ipaddr *addr)
{
	const struct netaddr *found = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const struct netaddr *a = &l->items[i];

		if (!ipaddr_equal(&a->addr, addr))
			continue;
		if (netaddr_usable(a))
			return a;
		if (found == NULL)
			found = a;
	}
	return found;
}

/* The attribute as an address of the message's family. */
static bool take_address(const struct nlattr *attr, const struct ifaddrmsg *m, struct ipaddr *ret)
{
	size_t len = m->ifa_family == AF_INET ? 4 : 16;

	if (mnl_attr_get_payload_len(attr) < len)
		return false;
	*ret = (struct ipaddr){.family = m->ifa_family == AF_INET ? 4 : 6};
	memcpy(ret->bytes, mnl_attr_get_payload(attr), len);
	return true;
}

static int on_message(const struct nlmsghdr *h, void *data)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);
	struct netaddrs *list = data;
	struct netaddr a = {0}, *slot;
	const struct nlattr *attr;
	struct ipaddr local = {0};
	uint32_t flags = m->ifa_flags;

	if (h->nlmsg_type != RTM_NEWADDR || (m->ifa_family != AF_INET && m->ifa_family != AF_INET6))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, h, sizeof(*m))
	{
		uint16_t type = mnl_attr_get_type(attr);

		if (type == IFA_ADDRESS)
			(void)take_address(attr, m, &a.addr);
		else if (type == IFA_LOCAL)
			(void)take_address(attr, m, &local);
		else if (type == IFA_FLAGS && mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			flags = mnl_attr_get_u32(attr);
	}
	if (local.family != 0) /* point to point: IFA_ADDRESS is the other end */
		a.addr = local;
	if (a.addr.family == 0)
		return MNL_CB_OK;
	a.prefix = m->ifa_prefixlen;
	a.tentative = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
	a.dad_failed = (flags & IFA_F_DADFAILED) != 0;
	a.deprecated = (flags & IFA_F_DEPRECATED) != 0;
	if (if_indextoname(m->ifa_index, a.interface) == NULL)
		a.interface[0] = '\0'; /* gone meanwhile */
	slot = array_grow(&list->items, &list->n, &list->cap);
	if (slot == NULL)
		return MNL_CB_ERROR; /* errno: ENOMEM */
	*slot = a;
	return MNL_CB_OK;
}

/* Ask, and read the answer to its end. 0, or -1 with errno. */
static int ask(struct mnl_socket *nl, struct netaddrs *list)
{
	long long space[DUMP_SIZE / sizeof(long long)];
	struct nlmsghdr *h = mnl_nlmsg_put_header(space);
	struct ifaddrmsg *m;
	int more = 1;

	h->nlmsg_type = RTM_GETADDR;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	m->ifa_family = AF_UNSPEC;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -1;
	while (more > 0) {
		ssize_t n = mnl_socket_recvfrom(nl, space, sizeof(space));

		if (n >= 0)
			more = mnl_cb_run(space, (size_t)n, 1, mnl_socket_get_portid(nl),
					  on_message, list);
		else if (errno != EINTR)
			more = -1;
	}
	return more;
}

/* One dump with a socket of its own, since what is left of an interrupted one cannot be told from
 * the next. 0, or the errno; EINTR: take it again. */
static int dump(struct netaddrs *list)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int error;

	if (nl == NULL)
		return errno;
	list->n = 0;
	error = ask(nl, list) < 0 ? errno : 0;
	(void)mnl_socket_close(nl);
	return error;
}

int netaddr_list(struct netaddrs *ret_list, struct diag *ret_diag)
{
	struct netaddrs list = NETADDRS_INIT;
	int error = EINTR;

	for (int i = 0; i < TRIES && error == EINTR; i++)
		error = dump(&list);
	if (error != 0) {
		netaddrs_release(&list);
		return diag_set(ret_diag, EX_FAILED, "cannot list this node's addresses: %s",
				strerror(error));
	}
	netaddrs_release(ret_list);
	*ret_list = list;
	return 0;
}
