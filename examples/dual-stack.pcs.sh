#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dual-stack: one VIP of each address family.
#
# With only one of them, mail to the other family is deferred or takes the first one; it never leaves
# from the node's address. Both PTR records must lead to the same name, and that name to both VIPs.
# On each node before: systemctl disable --now postfix
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-vip4 ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-vip6 ocf:heartbeat:IPaddr2 ip=2001:db8::10 cidr_netmask=64 \
	op monitor interval=10s --group mail
pcs resource create mail-mta ocf:mta:stack mta=postfix vip="mail-vip4 mail-vip6" \
	name=mail.example.com --group mail
