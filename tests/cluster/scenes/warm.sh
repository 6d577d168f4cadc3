# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a timer on every node keeps the names: it mends where the stack runs, and warms the standby

scene_warm() {
	local pid
	both_nodes
	lab dns pause
	ok "with a name server that swallows queries, the set-up starts" \
		started op monitor interval=10s timeout=20s || return
	is "with the relay's address" "$(on node1 postconf -h relayhost)" "[198.51.100.25]:25"
	pid=$(on node1 cat /var/spool/postfix/pid/master.pid)
	lab dns resume

	ok "the admin enables the timer on each node" warm_enable
	ok "where the stack runs, it gives the relay its name" poll 30 warm_is_named
	is "Postfix was told, not started again" \
		"$(on node1 cat /var/spool/postfix/pid/master.pid)" "$pid"
	is "the monitor finds all in sync" "$(agent node1 monitor OCF_RESKEY_CRM_meta_interval=10000 \
		OCF_CHECK_LEVEL=10 >/dev/null 2>&1; echo $?)" 0
	ok "on the standby it remembers the names" poll 30 on node2 grep -qx \
		'198\.51\.100\.25[[:blank:]]mx1\.remote\.example' /var/lib/mta-stack/mail-mta/names
	ok "and changes no file there" on node2 diff -r /root/before /etc/postfix
	is "the service has not failed" "$(on node2 systemctl is-failed mta-stack-names@mail-mta)" inactive

	lab dns stop
	ok "DNS is gone, and the group moves" on node1 crm_standby -q -N node1 -v on
	ok "to the other node" lab wait-started mail-mta node2
	is "where the relay has its name all the same" "$(on node2 postconf -h relayhost)" \
		"[mx1.remote.example]:25"
	is "and the VIP's name is said" "$(on node2 postconf -h smtp_helo_name)" "$VIP_NAME"
	is "no operation failed" "$(failures)" ""
	lab dns start
	sends 3 warmed
	from_the_vip 3 warmed
	warm_disable
}

# As the manual says, but not in five minutes.
warm_enable() {
	local n
	for n in node1 node2; do
		on "$n" sh -ec '
			mkdir -p /etc/mta-stack /run/systemd/system/mta-stack-names@.timer.d
			echo OCF_RESKEY_mta=postfix >/etc/mta-stack/mail-mta.conf
			printf "[Timer]\nOnActiveSec=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms\n" \
				>/run/systemd/system/mta-stack-names@.timer.d/soon.conf
			systemctl daemon-reload
			systemctl -q enable --now mta-stack-names@mail-mta.timer' || return 1
	done
}

warm_disable() {
	local n
	for n in node1 node2; do
		on "$n" sh -c 'systemctl -q disable --now mta-stack-names@mail-mta.timer
			rm -rf /etc/mta-stack /run/systemd/system/mta-stack-names@.timer.d
			systemctl daemon-reload' 2>/dev/null
	done
}

warm_is_named() {
	[ "$(on node1 postconf -h relayhost)" = "[mx1.remote.example]:25" ]
}
