# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# sendmail: what an admin would have configured on the nodes.
#
# Guarantees: Debian's package with a sendmail.mc, tables and an access map of the admin's, and what
# m4 and makemap make of them. It is not started at boot.

sendmail_node() {
	local m=$1 R=$IN/$1/root f
	for f in "$LAB_DIR"/etc/node/sendmail/*; do
		sed "s/@NODE@/$m/g" "$f" >"$R/etc/mail/${f##*/}" || return 1
	done
	rm -f "$R/etc/mail/aliases" # a link that leads elsewhere once it is copied
	printf '%s\n' 'postmaster: root' 'root: mailadmin' 'sender: mailadmin' >"$R/etc/mail/aliases"
	chroot "$R" sh -ec '
		useradd -m -s /usr/sbin/nologin mailadmin
		rm -f /etc/rc?.d/S??sendmail /etc/cron.d/sendmail
		cd /etc/mail
		# Or the start script would make its own files, and these, anew each time.
		sed -i "s/^HANDS_OFF=.*/HANDS_OFF=\"Yes\";/" sendmail.conf
		rm -f Makefile
		m4 sendmail.mc >sendmail.cf
		for table in mailertable access; do
			makemap hash $table <$table
		done
		chown smmta:smmsp mailertable.db access.db
		touch -d "1 hour ago" ./*.*
		newaliases' >>"$IN/$m/console" 2>&1 ||
		{ say "lab: Sendmail of $m could not be configured"; return 1; }
}

# sendmail_bounced PREFIX NODE: from a mail log, what that node returned to its senders: node,
# recipient, reason.
sendmail_bounced() {
	awk -v prefix="$1" -v node="$2" '
		/ dsn=5\./ && match($0, /: to=<[^>]*>/) {
			rcpt = substr($0, RSTART + 6, RLENGTH - 7)
			reason = $0
			sub(/.* dsn=5/, "dsn=5", reason)
			if (prefix == "" || index(rcpt, prefix "-") == 1)
				print node, rcpt, reason
		}'
}

sendmail_queue() {
	machine_enter "$1" sendmail -bp
}
