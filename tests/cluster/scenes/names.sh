# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a name server that is dead never fails a start
#
# Its remote site uses the same name server and greets late without it: remotes are not probed here.

scene_names() {
	lab dns pause
	ok "with a name server that swallows queries, the set-up starts" started monitor_remotes=off || return
	tap_note "figure: with it, a start took $(operation node1 mail-mta start exec-time) ms"
	is "no operation failed" "$(failures)" ""
	is "it is bound to the VIP" "$(on node1 postconf -h smtp_bind_address)" 192.0.2.10
	is "the relay stays an address" "$(on node1 postconf -h relayhost)" "[198.51.100.25]:25"
	ok "the routes too" on node1 cmp /root/before/transport /etc/postfix/transport
	lab dns resume
	sends 3 quiet
	from_the_vip 3 quiet

	ok "with a name server that answers" on node1 sh -c 'pcs resource disable mail-mta --wait=60 &&
		pcs resource enable mail-mta --wait=60'
	is "the relay gets its name" "$(on node1 postconf -h relayhost)" "[mx1.remote.example]:25"
	on node1 pcs resource disable mail-mta --wait=60 >/dev/null 2>&1
	restored "after stop" node1
	lab dns stop
	ok "with one that is gone it starts" on node1 pcs resource enable mail-mta --wait=60
	is "and what was proven before stands" "$(on node1 postconf -h relayhost)" \
		"[mx1.remote.example]:25"
	is "no operation failed" "$(failures)" ""
	lab dns start
	sends 3 late
	from_the_vip 3 late
}
