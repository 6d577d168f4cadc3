# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# opensmtpd: what an admin would have configured on the nodes.
#
# Guarantees: Debian's package with its unit and a smtpd.conf that includes the admin's, which has a
# table of routes in a file of its own. It is not started at boot.

opensmtpd_node() {
	local m=$1 R=$IN/$1/root
	mkdir -p "$R/etc/mail" && cp "$LAB_DIR"/etc/node/opensmtpd/* "$R/etc/mail/" || return 1
	printf 'include "/etc/mail/smtpd.conf"\n' >"$R/etc/smtpd.conf"
	printf '%s\n' 'postmaster: root' 'root: mailadmin' 'sender: mailadmin' >"$R/etc/aliases"
	printf '%s.cluster.example\n' "$m" >"$R/etc/mailname"
	chroot "$R" sh -ec '
		useradd -m -s /usr/sbin/nologin mailadmin
		chown -R root:root /etc/mail
		touch -d "1 hour ago" /etc/mail/*
		smtpd -n' >>"$IN/$m/console" 2>&1 ||
		{ say "lab: OpenSMTPD of $m could not be configured"; return 1; }
}

# opensmtpd_bounced PREFIX NODE: from a mail log, what that node returned to its senders: node,
# recipient, reason.
opensmtpd_bounced() {
	awk -v prefix="$1" -v node="$2" '
		/ mta delivery .* result="PermFail"/ && match($0, / to=<[^>]*>/) {
			rcpt = substr($0, RSTART + 5, RLENGTH - 6)
			reason = $0
			sub(/.* stat="/, "", reason)
			if (prefix == "" || index(rcpt, prefix "-") == 1)
				print node, rcpt, reason
		}'
}

opensmtpd_queue() {
	machine_enter "$1" smtpctl show queue
}
