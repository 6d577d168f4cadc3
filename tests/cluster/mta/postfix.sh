# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# mta/postfix: what the stage knows of Postfix; see stage.sh for what each name means.

MTA_ETC=/etc/postfix
MTA_UNIT=postfix
MTA_DAEMON=postfix@-
MTA_SCENES="tools failover families dual inputs daemons foreign names warm auth filter monitor glance tester leak outage stop external copy stale remote instances x400"
MTA_PARAMETERS=()

# On a node, as root, in its own shell.
MTA_PROCESSES='pgrep -x master; pgrep -u postfix'
MTA_PREPARE='
	cd /etc/postfix
	chgrp postfix transport
	chmod 640 transport
	setfacl -m u:mailadmin:r transport
	setfattr -n user.origin -v "the old mail host" main.cf'
MTA_SIX='
	echo "six.example smtp:[mx6.remote.example]" >>/etc/postfix/transport
	postmap lmdb:/etc/postfix/transport'
MTA_END='
	systemctl stop postfix postfix@-
	! [ -e /var/spool/postfix/pid/master.pid ] || postfix -c /root/before abort
	postsuper -d ALL'

# mta_deferred PREFIX: node1 has put mail off for now.
mta_deferred() {
	lab maillog node1 | grep -Eq "to=<$1-.*dsn=4\..*status=deferred"
}
