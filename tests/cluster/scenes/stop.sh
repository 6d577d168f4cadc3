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
	ok "someone changes one of our lines, comments one out, and adds one" on node1 sh -ec '
		cd /etc/postfix
		sed -i -e "s/^smtp_bind_address = .*/smtp_bind_address = 192.0.2.11/" \
			-e "s/^smtp_helo_name/# &/" main.cf
		echo "# edited at night" >>main.cf'
	ok "the resource stops" on node1 pcs resource disable mail-mta --wait=60
	is "without a failure" "$(failures)" ""
	is "no mail server runs" "$(mta_pids node1)" ""
	is "their text wins" "$(on node1 grep -c -e '^smtp_bind_address = 192.0.2.11$' \
		-e '^# smtp_helo_name = ' -e '^# edited at night$' /etc/postfix/main.cf)" 3
	is "the rest is the admin's own" "$(on node1 postconf -h relayhost)" "[198.51.100.25]:25"
	ok "the other files are back" on node1 cmp /root/before/transport /etc/postfix/transport
	like "the log says what stays, and where the original is" \
		"$(on node1 journalctl -q --no-pager -b | grep 'stack(mail-mta)')" \
		'/etc/postfix/main\.cf was not put back whole: .*the original is /var/lib/mta-stack/'
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
	is "nothing of it runs" "$(mta_pids node1)" ""
	restored "after it" node1
}

# The configuration vanishes while the resource runs.
stop_bare() {
	local took
	ok "the set-up runs" started || return
	on node1 mv /etc/postfix /root/away
	ok "without its configuration the resource stops" \
		on node1 pcs resource disable mail-mta --wait=115
	took=$(operation node1 mail-mta stop exec-time)
	tap_note "figure: that took $took ms"
	[ "${took:-99999}" -lt 30000 ]
	tap_verdict $? "without waiting for what cannot come" "it took $took ms"
	is "without a failure of stop" "$(failure mail-mta stop node1)" ""
	is "no mail server runs" "$(mta_pids node1)" ""
	ok "the originals are kept" on node1 sh -ec 'cd /var/lib/mta-stack/mail-mta/kept
		cmp /root/before/main.cf %etc%postfix%main.cf
		cmp /root/before/transport %etc%postfix%transport'
	like "and the log says where" "$(on node1 journalctl -q --no-pager -b | grep 'stack(mail-mta)')" \
		'it was deleted while .*the original is /var/lib/mta-stack/mail-mta/kept/'
	on node1 rm -rf /root/away
}
