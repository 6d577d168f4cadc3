#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# plain-group: one VIP, one Postfix that the cluster starts and stops.
#
# On each node before: systemctl disable --now postfix
# See first what would change: mta-stack plan --mta postfix --vip 192.0.2.10
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-mta ocf:mta:stack mta=postfix --group mail
