# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# mta/opensmtpd: what the stage knows of OpenSMTPD; see stage.sh for what each name means.

MTA_ETC=/etc/mail
MTA_UNIT=opensmtpd
MTA_DAEMON=opensmtpd
MTA_SCENES="failover families foreign external process copied"
MTA_PARAMETERS=()
MTA_PID_FILE=/run/smtpd.pid

# On a node, as root, in its own shell. The master is the one that runs as root.
MTA_PROCESSES='pgrep -u root -x smtpd; pgrep -u opensmtpd,opensmtpq -x smtpd'
MTA_PREPARE='
	cd /etc/mail
	chgrp mail routes
	chmod 640 routes
	setfacl -m u:mailadmin:r routes
	setfattr -n user.origin -v "the old mail host" smtpd.conf'
MTA_SIX='echo "six.example smtp://mx6.remote.example" >>/etc/mail/routes'
MTA_END='
	systemctl stop opensmtpd
	pkill -KILL -x smtpd
	rm -rf /var/spool/smtpd /run/smtpd.*'

# mta_deferred PREFIX: node1 has put mail off for now.
mta_deferred() {
	lab maillog node1 | grep -Eq " to=<$1-.* result=\"TempFail\""
}
