# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: stop never fails, and never lies

scene_stop() {
	stop_conflict
	stage_reset
	stop_hung
	stage_reset
	stop_bare
}

# Someone edits what is ours while the resource runs.
stop_conflict() {
	ok "the set-up runs" started || return
	ok "someone changes our line, and adds one" on node1 sh -ec '
		cd /etc/postfix
		sed -i "s/^smtp_bind_address = .*/smtp_bind_address = 192.0.2.11/" main.cf
		echo "# edited at night" >>main.cf'
	ok "the resource stops" on node1 pcs resource disable mail-mta --wait=60
	is "without a failure" "$(failures)" ""
	is "no mail server runs" "$(on node1 pgrep -x master)" ""
	is "their text wins" "$(on node1 grep -c -e '^smtp_bind_address = 192.0.2.11$' \
		-e '^# edited at night$' /etc/postfix/main.cf)" 2
	is "the rest is the admin's own" "$(on node1 postconf -h relayhost)" "[198.51.100.25]:25"
	ok "the other files are back" on node1 cmp /root/before/transport /etc/postfix/transport
	like "the log says so" "$(on node1 journalctl -q --no-pager -b)" \
		'the configuration was not put back.*main\.cf'
}

# A mail server that does not react.
stop_hung() {
	local start
	ok "the set-up runs" started || return
	on node1 pkill -STOP -x master
	start=$(now_ms)
	is "a hanging mail server is stopped" "$(agent node1 stop \
		OCF_RESKEY_CRM_meta_timeout=16000 2>&1 | grep exit-reason; echo "${PIPESTATUS[0]}")" 0
	tap_note "figure: stopping it took $(seconds_since "$start") s of 16 s"
	[ $(($(now_ms) - start)) -lt 16000 ]
	tap_verdict $? "before the time-out"
	is "nothing of it runs" "$(on node1 pgrep -x 'master|qmgr|pickup')" ""
	restored "after it" node1
}

# The configuration vanishes while the resource runs.
stop_bare() {
	ok "the set-up runs" started || return
	on node1 mv /etc/postfix /root/away
	ok "without its configuration the resource stops" \
		on node1 pcs resource disable mail-mta --wait=100
	is "without a failure of stop" "$(failure mail-mta stop node1)" ""
	is "no mail server runs" "$(on node1 pgrep -x master)" ""
	on node1 sh -c 'rm -rf /etc/postfix; mv /root/away /etc/postfix'
	ok "when it is back, restore finishes" on node1 mta-stack restore --resource mail-mta \
		--mta postfix
	restored "then" node1
}
