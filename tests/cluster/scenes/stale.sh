# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a node is cut while applied and comes back without the cluster: mta-stack-restore.service

scene_stale() {
	local published
	ok "the unit is enabled, as the README says" \
		on node1 systemctl -q enable mta-stack-restore
	ok "the set-up runs" started || return
	published=$(fingerprint node1)
	[ "$published" != "$(fingerprint node1 /root/before)" ]
	tap_verdict $? "its configuration is rewritten"
	ok "the cluster will not start by itself, but Debian's mail server will" \
		on node1 sh -ec "systemctl -q disable pacemaker corosync
			systemctl -q enable $MTA_UNIT"
	both_nodes
	lab cut node1
	ok "the other node takes over" lab wait-started mail-mta node2
	stale_boot
	on node1 sh -c "systemctl -q disable $MTA_UNIT mta-stack-restore
		systemctl -q enable corosync pacemaker
		systemctl stop $MTA_UNIT
		systemctl start corosync pacemaker" >/dev/null 2>&1
	ok "the node joins the cluster again" poll 60 stale_joined
	stale_probe
}

stale_joined() {
	on node2 crm_mon -1 --output-as=xml | grep -q '<node name="node1" .*online="true".*pending="false"'
}

# It does not come online: that is the point.
stale_boot() {
	lab boot node1 >/dev/null 2>&1
	ok "the node boots without the cluster" poll 30 stale_booted
	is "the unit worked" "$(on node1 systemctl show -p Result --value mta-stack-restore)" success
	restored "before any mail server started" node1
	ok "Debian's mail server was started after it" on node1 sh -c '
		unit=$(systemctl show -p ExecMainExitTimestampMonotonic --value mta-stack-restore)
		for u in "$0@-" "$0"; do
			mta=$(systemctl show -p ExecMainStartTimestampMonotonic --value "$u" 2>/dev/null)
			[ "${mta:-0}" -gt 0 ] && break
		done
		[ "$unit" -gt 0 ] && [ "$mta" -ge "$unit" ]' "$MTA_UNIT"
	like "and runs" "$(mta_pids node1)" '[0-9]'
}

stale_booted() {
	case $(on node1 systemctl is-system-running 2>/dev/null) in
	running | degraded) ;;
	*) return 1 ;;
	esac
}

# Without the unit a probe finds what an earlier boot left: it tells, and changes nothing.
stale_probe() {
	local published
	ok "all moves back" lab move mail-mta node1
	published=$(fingerprint node1)
	lab cut node1
	ok "the other node takes over again" lab wait-started mail-mta node2
	ok "the node boots with the cluster, but without the unit" lab boot node1
	is "its probe says stopped" "$(agent node1 monitor 2>/dev/null; echo $?)" 7
	like "and what was left" "$(agent node1 monitor 2>&1)" \
		'an earlier boot left files rewritten: start, or mta-stack restore --stale'
	unchanged "and changes nothing" node1 "$published"
	ok "by hand it is put back" on node1 mta-stack restore --stale
	restored "then" node1
}
