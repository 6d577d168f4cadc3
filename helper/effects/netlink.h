/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink: one list out of the kernel (netlink(7), NLM_F_DUMP).
 *
 *     struct netlink_dump job = {NETLINK_ROUTE, RTM_GETADDR, &m, sizeof(m), take, forget, &list};
 *     error = netlink_dump(&job);
 *
 * The list was consistent at one moment: a dump that the kernel marks as interrupted is taken
 * again, after forget(). It does not wait for anything but the kernel.
 */
#ifndef MTA_STACK_NETLINK_H
#define MTA_STACK_NETLINK_H

#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

struct netlink_dump {
	int protocol;  /* NETLINK_ROUTE … */
	uint16_t type; /* of the request */
	const void *request;
	size_t len;
	int (*take)(const struct nlmsghdr *h, void *data); /* MNL_CB_OK, or _ERROR with errno */
	void (*forget)(void *data);			   /* what was taken so far is void */
	void *data;
};

/* 0, or the errno. */
int netlink_dump(const struct netlink_dump *job);

#endif
