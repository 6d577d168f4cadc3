/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nameserver: a real DNS server (dnsmasq) in a network and mount namespace of its own, with an own
 * /etc/resolv.conf and /etc/hosts.
 *
 * 127.0.0.2 answers, 127.0.0.3 is silent (a socket that nobody reads). What it knows is in
 * nameserver.c.
 */
#ifndef MTA_STACK_NAMESERVER_H
#define MTA_STACK_NAMESERVER_H

#include <stdbool.h>

/* It knows h0.many.example and so on, the address of number i being 10.1.(i / 250).(i % 250 + 1).
 */
#define MANY 1000

/* cmocka set-up and tear-down of the group. */
int nameserver_start(void **state);
int nameserver_stop(void **state);

/* False without the right to make namespaces, or without dnsmasq: the tests are skipped. */
bool nameserver_ready(void);

/* Servers of /etc/resolv.conf in the order of the arguments; "" for none more. */
void nameserver_list(const char *first, const char *second);

#endif
