#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# external-everywhere: Postfix runs on all nodes, started at boot; only VIP and stack move.
#
# Where the stack is, Postfix speaks as the VIP; elsewhere it is as the admin configured it. It reloads
# when the stack comes and goes. Leave the unit enabled: systemctl enable --now postfix
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-stack ocf:mta:stack mta=postfix service=external --group mail
