# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# exim: what an admin would have configured on the nodes.
#
# Guarantees: Debian's package with its own split configuration, two files of the admin's beside it,
# a smarthost, and a table of hubs. It is not started at boot.

exim_node() {
	local m=$1 R=$IN/$1/root from=$LAB_DIR/etc/node/exim
	cp "$from/update-exim4.conf.conf" "$from/hubbed_hosts" "$R/etc/exim4/" &&
		cp "$from/local" "$R/etc/exim4/conf.d/main/95_local" &&
		cp "$from/retry" "$R/etc/exim4/conf.d/retry/10_soon" || return 1
	echo cluster.example >"$R/etc/mailname"
	echo '198.51.100.25 mx1.remote.example' >"$R/etc/mail-names"
	printf '%s\n' 'postmaster: root' 'root: mailadmin' 'sender: mailadmin' >"$R/etc/aliases"
	chroot "$R" sh -ec '
		useradd -m -s /usr/sbin/nologin mailadmin
		chown -R root:root /etc/exim4
		chown root:Debian-exim /etc/exim4/passwd.client
		rm -f /etc/rc?.d/S??exim4
		find /etc/exim4 -type f -exec touch -d "1 hour ago" {} +
		update-exim4.conf' >>"$IN/$m/console" 2>&1 ||
		{ say "lab: Exim of $m could not be configured"; return 1; }
}

# exim_bounced PREFIX NODE: from a mail log, what that node returned to its senders: node, recipient,
# reason.
exim_bounced() {
	awk -v prefix="$1" -v node="$2" '
		match($0, / \*\* [^ :]+/) {
			rcpt = substr($0, RSTART + 4, RLENGTH - 4)
			reason = substr($0, RSTART + RLENGTH + 1)
			if (prefix == "" || index(rcpt, prefix "-") == 1)
				print node, rcpt, reason
		}'
}

exim_queue() {
	machine_enter "$1" exim -bp
}
