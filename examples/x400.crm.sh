#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# x400: the same as x400.pcs.sh, for crmsh. With CIB_file=FILE in the environment that file is
# edited instead of the running cluster.
set -eu

crm configure load update - <<'END'
primitive mail-vip ocf:heartbeat:IPaddr2 \
	params ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s timeout=20s
primitive mail-stack ocf:mta:stack \
	params mta=x400 service=external config=/etc/pp/tables/channel.out \
		names=/etc/mta-stack/names rebuild_command=/usr/sbin/dbmbuild \
	op start interval=0 timeout=120s \
	op stop interval=0 timeout=120s \
	op monitor interval=30s timeout=20s \
	op monitor interval=120s timeout=40s OCF_CHECK_LEVEL=10 \
	op monitor interval=600s timeout=60s OCF_CHECK_LEVEL=20
primitive mail-x400 systemd:pp-mta \
	op start interval=0 timeout=100s \
	op stop interval=0 timeout=100s \
	op monitor interval=30s timeout=100s
group mail mail-vip mail-stack mail-x400
END
