# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a content filter on loopback is not bound to the VIP
#
# Guarantees: the filter itself tells the address that it was called from.

scene_filter() {
	ok "the admin has a content filter" on node1 sh -ec '
		cd /etc/postfix
		cat >>master.cf <<-END

		smtp-amavis unix -      -       n       -       2       smtp
		    -o smtp_data_done_timeout=1200
		END
		printf "content_filter = smtp-amavis:[127.0.0.1]:10024\n" >>main.cf
		touch -d "1 hour ago" main.cf master.cf
		systemd-run -q --unit=filter --collect -p StandardOutput=file:/run/filter.log \
			python3 -u -W ignore -m smtpd -n -c DebuggingServer 127.0.0.1:10024'
	on node1 cp -a /etc/postfix /root/filtered
	ok "the set-up runs" started || return
	sends 3 filtered
	ok "the filter gets all mail" poll 20 filter_got 3
	is "and sees loopback" "$(on node1 sed -n "s/^b'X-Peer: \(.*\)'/\1/p" /run/filter.log | sort -u)" \
		127.0.0.1
	is "everything else is bound" "$(on node1 postconf -h smtp_bind_address)" 192.0.2.10
	on node1 systemctl stop filter
	ok "the resource stops" on node1 pcs resource disable mail-mta --wait=60
	ok "the admin's files are back" on node1 diff -r /root/filtered /etc/postfix
	on node1 rm -rf /root/filtered
}

filter_got() {
	[ "$(on node1 grep -c X-Peer /run/filter.log)" -eq "$1" ]
}
