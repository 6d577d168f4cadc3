#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dual-stack: the same as dual-stack.pcs.sh, for crmsh. With CIB_file=FILE in the environment that file is
# edited instead of the running cluster.
set -eu

crm configure load update - <<'END'
primitive mail-vip4 ocf:heartbeat:IPaddr2 \
	params ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s timeout=20s
primitive mail-vip6 ocf:heartbeat:IPaddr2 \
	params ip="2001:db8::10" cidr_netmask=64 \
	op monitor interval=10s timeout=20s
primitive mail-mta ocf:mta:stack \
	params mta=postfix vip="mail-vip4 mail-vip6" name=mail.example.com \
	op start interval=0 timeout=120s \
	op stop interval=0 timeout=120s \
	op monitor interval=30s timeout=20s \
	op monitor interval=120s timeout=40s OCF_CHECK_LEVEL=10 \
	op monitor interval=600s timeout=60s OCF_CHECK_LEVEL=20
group mail mail-vip4 mail-vip6 mail-mta
END
