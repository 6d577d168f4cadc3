# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# postfix: what an admin would have configured on the nodes and at the remote site.
#
# Guarantees: Debian's package with its own master.cf (chrooted services included), a main.cf with
# an admin's comments and spacing. On a node it is not started at boot; at the remote it is.

# postfix_install NAME DIR: put DIR's files over /etc/postfix of that machine.
postfix_install() {
	local m=$1 dir=$2 R=$IN/$1/root f
	for f in "$dir"/*; do
		sed "s/@NODE@/$m/g" "$f" >"$R/etc/postfix/${f##*/}" || return 1
	done
	printf '%s\n' 'postmaster: root' 'root: mailadmin' 'sender: mailadmin' >"$R/etc/aliases"
	chroot "$R" sh -ec '
		useradd -m -s /usr/sbin/nologin mailadmin
		chown -R root:root /etc/postfix
		# Postfix waits until a file that it reads has not changed for two seconds.
		touch -d "1 hour ago" /etc/postfix/*
		if [ -e /etc/postfix/transport ]; then
			postmap lmdb:/etc/postfix/transport
			postalias lmdb:/etc/aliases
		fi
		# What the package does at its first start: fill the chroot.
		/usr/lib/postfix/configure-instance.sh -' 2>>"$IN/$m/console" ||
		{ say "lab: Postfix of $m could not be configured"; return 1; }
}

postfix_node() {
	postfix_install "$1" "$LAB_DIR/etc/node/postfix"
}

postfix_remote() {
	postfix_install "$1" "$LAB_DIR/etc/remote/postfix" &&
		mkdir -p "$IN/$1/root/var/mail/remote" &&
		chown 8:8 "$IN/$1/root/var/mail/remote" &&
		: >"$IN/$1/root/var/log/mail.log" &&
		chroot "$IN/$1/root" systemctl -q enable postfix
}

# postfix_bounced PREFIX NODE: from a mail log, what that node returned to its senders: node,
# recipient, reason.
postfix_bounced() {
	awk -v prefix="$1" -v node="$2" '
		/status=bounced/ && match($0, /: to=<[^>]*>/) {
			rcpt = substr($0, RSTART + 6, RLENGTH - 7)
			reason = $0
			sub(/.*status=bounced /, "", reason)
			if (prefix == "" || index(rcpt, prefix "-") == 1)
				print node, rcpt, reason
		}'
}

postfix_queue() {
	machine_enter "$1" postqueue -p
}

# The remote's Postfix answers.
postfix_remote_is_up() {
	machine_enter remote ss -Hltn 'sport = :25' | grep -q LISTEN
}
