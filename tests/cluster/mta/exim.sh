# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# mta/exim: what the stage knows of Exim; see stage.sh for what each name means.

MTA_ETC=/etc/exim4
MTA_UNIT=exim4
MTA_SCENES="failover families foreign generated"
# Debian verifies the certificate of its smarthost: such a remote is renamed only if its name is pinned.
MTA_PARAMETERS=(names=/etc/mail-names)

# On a node, as root, in its own shell. The one that started first is the daemon.
MTA_PROCESSES='pgrep -o -x "exim4?"; pgrep -x "exim4?"'
MTA_PREPARE='
	cd /etc/exim4
	chgrp Debian-exim hubbed_hosts
	chmod 640 hubbed_hosts
	setfacl -m u:mailadmin:r hubbed_hosts
	setfattr -n user.origin -v "the old mail host" update-exim4.conf.conf'
MTA_SIX='
	echo "six.example: mx6.remote.example" >>/etc/exim4/hubbed_hosts'
MTA_END='
	systemctl stop exim4
	pkill -KILL -x "exim4?"
	rm -rf /var/spool/exim4/input/* /var/spool/exim4/msglog/* /var/spool/exim4/db/*'

# mta_deferred PREFIX: node1 has put mail off for now.
mta_deferred() {
	lab maillog node1 | grep -Eq " == $1-.*defer"
}
