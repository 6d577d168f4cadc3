#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shared-queue: the mail queue moves with the VIP, so that no accepted mail waits for a dead node.
#
# Use fencing: a file system that two nodes mount at a time is lost. On each node before:
#     systemctl disable --now postfix
#     postconf -e 'queue_directory = /srv/mail/queue' 'data_directory = /srv/mail/data'
# and once, with the file system mounted: mkdir /srv/mail/queue /srv/mail/data; postfix set-permissions
# The configuration stays in /etc/postfix of each node, and so do the saved originals.
# With CIB=FILE in the environment the file is edited instead of the running cluster.
set -eu
pcs() { command pcs ${CIB:+-f "$CIB"} "$@"; }

pcs resource create mail-fs ocf:heartbeat:Filesystem \
	device=/dev/disk/by-label/mail directory=/srv/mail fstype=ext4 --group mail
pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
	op monitor interval=10s --group mail
pcs resource create mail-mta ocf:mta:stack mta=postfix --group mail
