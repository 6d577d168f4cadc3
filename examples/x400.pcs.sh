#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# x400: VIP, stack, and an X.400 MTA as a systemd resource, in this order.
#
# The MTA's table of outbound peers lists them by host name and our own address is the VIP's while
# the group runs here; after a change the table is compiled again. `pp-mta` stands for the unit of your MTA.
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-stack ocf:mta:stack mta=x400 service=external \
	config=/etc/pp/tables/channel.out names=/etc/mta-stack/names \
	rebuild_command=/usr/sbin/dbmbuild --group mail
pcs resource create mail-x400 systemd:pp-mta op monitor interval=30s --group mail
