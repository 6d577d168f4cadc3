# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: service=external, in both of its uses

scene_external() {
	external_in_a_group
	stage_reset
	external_on_all_nodes
}

# VIP, stack and Debian's own unit in one group.
external_in_a_group() {
	ok "VIP, stack and systemd:$MTA_UNIT in a group" on node1 sh -ec "
		pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 --group mail
		pcs resource create mail-stack ocf:mta:stack mta=$MTA ${MTA_PARAMETERS[*]} service=external --group mail
		pcs resource create mail-mta systemd:$MTA_UNIT --group mail"
	ok "they start" lab wait-started mail-mta node1 || return
	both_nodes
	is "the mail server is systemd's" "$(on node1 systemctl is-active "$MTA_DAEMON")" active
	sends 5 unit
	from_the_vip 5 unit
	ok "they move" lab move mail-mta node2
	restored "after the move" node1
	is "systemd's mail server is stopped" "$(mta_pids node1)" ""
	sends 5 unitmoved
	from_the_vip 5 unitmoved
	is "nothing failed on the way" "$(failures)" ""
}

# A mail server on every node; only VIP and stack move.
external_on_all_nodes() {
	local n
	for n in node1 node2; do
		on "$n" systemctl start "$MTA_UNIT"
	done
	create_vip >/dev/null 2>&1
	ok "VIP and stack, where a mail server runs on every node" create_mta service=external
	ok "they start" lab wait-started mail-mta node1 || return
	both_nodes
	sends 5 everywhere
	from_the_vip 5 everywhere
	ok "they move" lab move mail-mta node2
	restored "after the move" node1
	is "the mail server goes on there" "$(on node1 systemctl is-active "$MTA_DAEMON")" active
	lab send 1 --prefix plain --to 192.0.2.11 >/dev/null
	ok "and speaks as the node again" poll 20 count refused plain 1
	sends 5 follows
	from_the_vip 5 follows
	on node1 pcs resource disable mail-mta --wait=60 >/dev/null 2>&1
	restored "after stop" node2
	is "the mail server goes on there, too" "$(on node2 systemctl is-active "$MTA_DAEMON")" active
	is "nothing failed on the way" "$(failures)" ""
}
