# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# mta/sendmail: what the stage knows of Sendmail; see stage.sh for what each name means.

MTA_ETC=/etc/mail
MTA_UNIT=sendmail
MTA_DAEMON=sendmail
MTA_SCENES="failover families foreign external process"
MTA_PARAMETERS=()
MTA_PID_FILE=/run/sendmail/mta/sendmail.pid

# On a node, as root, in its own shell. The one that started first is the daemon.
MTA_PROCESSES='pgrep -o -x "sendmail(-mta)?"; pgrep -x "sendmail(-mta)?"'
MTA_PREPARE='
	cd /etc/mail
	chgrp mail mailertable
	chmod 640 mailertable
	setfacl -m u:mailadmin:r mailertable
	setfattr -n user.origin -v "the old mail host" sendmail.mc'
MTA_SIX='
	cd /etc/mail
	echo "six.example esmtp:[mx6.remote.example]" >>mailertable
	makemap hash mailertable <mailertable'
MTA_END='
	systemctl stop sendmail
	pkill -KILL -x "sendmail(-mta)?"
	rm -f /var/spool/mqueue/* /var/spool/mqueue-client/*'

# mta_deferred PREFIX: node1 has put mail off for now.
mta_deferred() {
	lab maillog node1 | grep -Eq "to=<$1-.* dsn=4\..* stat=Deferred"
}
