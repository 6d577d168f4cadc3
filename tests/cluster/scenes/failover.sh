# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: mail from the VIP before and after a power cut; the configuration is put back each time
#
# Guarantees: nothing is lost of what the VIP had acknowledged before the cut, since all of it was
# delivered then; the queue of a node that was cut stays with that node.

scene_failover() {
	ok "the VIP of the README" create_vip
	ok "the resource of the README, without --force" create_mta
	ok "they start" lab wait-started mail-mta node1 || return
	both_nodes
	tap_note "figure: the first start took $(operation node1 mail-mta start exec-time) ms"
	sends 20 before
	from_the_vip 20 before
	sends 3 plant plant.example
	from_the_vip 3 plant

	failover_cut && failover_boot && failover_moves
}

failover_cut() {
	local start
	published=$(fingerprint node1)
	start=$(now_ms)
	lab cut node1
	ok "after a power cut the VIP takes mail again" first_mail first || return
	tap_note "figure: cut to the first mail taken by the new node: $(seconds_since "$start") s"
	lab wait-received 1 30 first
	tap_note "figure: cut to the first mail at the remote: $(seconds_since "$start") s"
	from_the_vip 1 first
	ok "all runs on the other node" lab wait-started mail-mta node2
	tap_note "figure: the start after the cut took $(operation node2 mail-mta start exec-time) ms"
	like "crm_mon says so" "$(lab crm)" 'mail-mta.*\(ocf:mta:stack\):.*Started node2'
	sends 20 after
	from_the_vip 20 after
	return 0
}

failover_boot() {
	ok "the cut node boots" lab boot node1 || return
	ok "its probe says stopped" poll 20 failover_probed node1 7
	if on node1 systemctl -q is-enabled mta-stack-restore.service 2>/dev/null; then
		restored "after the boot, though it was cut" node1
	else
		unchanged "its files are whole, as they were published: bound to the VIP" node1 "$published"
	fi
	is "it runs no mail server" "$(mta_pids node1)" ""
	is "all goes on where it is" "$(lab crm | grep -c 'mail-.*Started node2')" 2
	return 0
}

failover_moves() {
	ok "all moves back" lab move mail-mta node1
	restored "after the move" node2
	sends 5 back
	from_the_vip 5 back
	ok "standby" on node2 crm_standby -q -N node1 -v on
	ok "moves it away" lab wait-started mail-mta node2
	restored "after standby, and though the power was cut before" node1
	ok "the resource is disabled" on node2 pcs resource disable mail-mta
	ok "and stops" lab wait-stopped mail-mta
	restored "after stop" node2
	is "no mail server runs" "$(mta_pids node2)" ""
	is "nothing failed on the way" "$(failures)" ""
	is "no message was refused in all this" "$(lab refused | grep -E ' (before|after|first|back)-')" ""
}

# failover_probed NODE CODE
failover_probed() {
	[ "$(operation "$1" mail-mta monitor rc-code)" = "$2" ]
}
