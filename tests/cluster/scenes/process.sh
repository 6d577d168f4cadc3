# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: the mail server is known by its processes, whatever its pid file says; without the VIP mail waits
#
# mta/NAME.sh says where the pid file is: MTA_PID_FILE.

scene_process() {
	local pid
	ok "the set-up runs" started || return
	ok "and the cluster looks on" on node1 pcs property set maintenance-mode=true
	is "it is reloaded" "$(process_service reload)" 0
	is "and runs" "$(process_service status)" 0
	pid=$(mta_pids node1 | head -n 1)
	on node1 rm "$MTA_PID_FILE"
	is "without its pid file it still runs" "$(agent node1 monitor 2>&1; echo $?)" 0
	on node1 sh -c "echo 1 >$MTA_PID_FILE"
	is "nor does another's number in it mislead" "$(agent node1 monitor 2>&1; echo $?)" 0
	process_without_vip
	on node1 rm "$MTA_PID_FILE"
	on node1 kill -STOP "$pid"
	is "it is stopped, though it hangs and has no pid file" "$(agent node1 stop \
		OCF_RESKEY_CRM_meta_timeout=16000 2>&1 | grep exit-reason; echo "${PIPESTATUS[0]}")" 0
	is "nothing of it runs" "$(mta_pids node1)" ""
	restored "after it" node1
	on node1 sh -c 'setsid tail -f /dev/null >/dev/null 2>&1 </dev/null & echo $! >"$0"' "$MTA_PID_FILE"
	is "another program's number in the pid file is not taken for it" "$(process_service status)" 7
	ok "the cluster acts again" on node1 pcs property set maintenance-mode=false
}

# process_service COMMAND: the exit code.
process_service() {
	on node1 mta-stack service "$1" --mta "$MTA" "${MTA_PARAMETERS[@]/#/--}" \
		--resource mail-mta >/dev/null 2>&1
	echo $?
}

process_without_vip() {
	local device
	device=$(on node1 ip -o -4 address show to "$VIP_ADDRESS" | awk '{ print $2; exit }')
	ok "the VIP is gone" on node1 ip address del "$VIP_ADDRESS/24" dev "$device"
	lab send 1 --prefix gone --to 192.0.2.11 >/dev/null
	ok "mail waits" poll 20 mta_deferred gone
	is "none left from another address" "$(lab refused gone; lab received gone)" ""
	is "none was bounced" "$(lab bounced gone)" ""
	ok "the VIP is back" on node1 ip address add "$VIP_ADDRESS/24" dev "$device"
}
