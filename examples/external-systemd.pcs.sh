#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# external-systemd: VIP, stack, and Postfix as a systemd resource, in this order.
#
# The stack is applied before Postfix starts and put back after it has stopped, so there is nothing
# to reload. On each node before: systemctl disable --now postfix
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-stack ocf:mta:stack mta=postfix service=external --group mail
pcs resource create mail-postfix systemd:postfix op monitor interval=30s --group mail
