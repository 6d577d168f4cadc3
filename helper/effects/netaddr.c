/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netaddr.c guarantees a list that was consistent at one moment. It says nothing about the link
 * below an address.
 */
#include "effects/netaddr.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "data/array.h"
#include "effects/netlink.h"

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

static void forget(void *data)
{
	struct netaddrs *list = data;

	list->n = 0;
}

int netaddr_list(struct netaddrs *ret_list, struct diag *ret_diag)
{
	const struct ifaddrmsg all = {.ifa_family = AF_UNSPEC};
	struct netaddrs list = NETADDRS_INIT;
	const struct netlink_dump job = {NETLINK_ROUTE, RTM_GETADDR, &all, sizeof(all),
					 on_message,	forget,	     &list};
	int error = netlink_dump(&job);

	if (error != 0) {
		netaddrs_release(&list);
		return diag_set(ret_diag, EX_FAILED, "cannot list this node's addresses: %s",
				strerror(error));
	}
	netaddrs_release(ret_list);
	*ret_list = list;
	return 0;
}
