# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: cluster daemons that are away or hang: an answer by the deadline, and nothing changed

scene_daemons() {
	local before start
	ok "the set-up runs" started || return
	before=$(fingerprint node2)
	on node2 systemctl stop pacemaker
	says "pacemaker is stopped: vip" 1 "mta-stack: cannot read the CIB: the cluster is not running \
on this node" node2 mta-stack vip --resource mail-mta
	refuses "pacemaker is stopped: the agent's start" 1 "cannot read the CIB: the cluster is not \
running on this node" node2 start
	is "with an address no cluster is needed" \
		"$(on node2 mta-stack plan --mta postfix --vip 192.0.2.10 | grep -c '^+smtp_bind_address =')" 1
	on node2 systemctl start pacemaker
	ok "pacemaker starts again" poll 40 answers node2

	on node2 pkill -STOP -x pacemaker-based
	start=$(now_ms)
	says "pacemaker-based hangs" 1 "mta-stack: cannot read the CIB: no answer by the deadline; is \
pacemaker-based stopped or overloaded?" node2 mta-stack vip --resource mail-mta --deadline 3
	daemons_bound "vip ended by its deadline of 3 s" "$start" 4000
	start=$(now_ms)
	is "a monitor does not ask it" \
		"$(agent node2 monitor OCF_RESKEY_CRM_meta_interval=30000 >/dev/null 2>&1; echo $?)" 7
	daemons_bound "and does not wait" "$start" 2000
	on node2 pkill -CONT -x pacemaker-based
	unchanged "nothing has changed" node2 "$before"
	ok "the cluster is whole again" poll 60 answers node2
	is "the resource never moved" "$(lab crm | grep -c 'mail-mta.*Started node1')" 1
}

# daemons_bound WHAT START MILLISECONDS
daemons_bound() {
	local took=$(($(now_ms) - $2))
	[ "$took" -le "$3" ]
	tap_verdict $? "$1" "it took $took ms, allowed are $3"
}

answers() {
	lab crm | grep -Eq 'Online: \[ node1 ?\]|Online: \[ node1 node2 \]|Node node2: standby' &&
		on "$1" timeout 5 crm_mon -1 >/dev/null 2>&1
}
