# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a remote site that is away for a while moves nothing
#
# OUTAGE is how many seconds, 6 if not set; `make check-long` has five minutes.

# shellcheck source=tests/cluster/scenes/glance.sh
. "$HERE/scenes/glance.sh"

scene_outage() {
	local pid end
	both_nodes
	ok "the set-up runs, and asks its remotes often" started \
		op monitor interval=2s timeout=30s OCF_CHECK_LEVEL=20 || return
	poll 20 has_attribute node1 state "in sync"
	is "all of them answer" "$(agent node1 monitor OCF_RESKEY_CRM_meta_interval=2000 \
		OCF_CHECK_LEVEL=20 2>&1; echo $?)" 0
	is "there is no failure to be seen" "$(attribute node1 remote-failure)" ""
	pid=$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)

	ok "the remote's mail server goes away" on remote systemctl stop postfix
	ok "crm_mon says so" poll 30 attribute_like node1 remote-failure \
		'^since 20..-..-..T..:..Z: 198\.51\.100\.25 port 25 unreachable \([12] of 2\)$'
	sends 3 patient
	end=$((SECONDS + ${OUTAGE:-6}))
	tap_note "figure: the outage lasts ${OUTAGE:-6} s"
	while [ $SECONDS -lt $end ]; do
		sleep 1
		still_the_same "$pid" || break
	done
	ok "all the while nothing moves and nothing restarts" still_the_same "$pid"
	like "it is degraded, no more" "$(failure mail-mta monitor node1)" \
		'^190 [12] of 2 remotes do not answer as they should; 198\.51\.100\.25 port 25: unreachable: Connection refused$'
	is "no failure is counted" "$(on node1 crm_failcount --query -r mail-mta -N node1 2>/dev/null |
		sed 's/.*value=//')" 0
	is "the resource is off where monitor_remotes=off" "$(agent node1 monitor OCF_CHECK_LEVEL=20 \
		OCF_RESKEY_CRM_meta_interval=2000 OCF_RESKEY_monitor_remotes=off 2>&1; echo $?)" 0
	like "and failed only where the admin says so" "$(agent node1 monitor OCF_CHECK_LEVEL=20 \
		OCF_RESKEY_CRM_meta_interval=2000 OCF_RESKEY_monitor_remotes=fail 2>&1; echo $?)" '^1$'

	ok "the remote comes back" on remote systemctl start postfix
	ok "crm_mon keeps it as the last failure" poll 30 attribute_like node1 remote-failure \
		'^until 20..-..-..T..:..Z: 198\.51\.100\.25 port 25 unreachable'
	from_the_vip 3 patient
	ok "from the same server" still_the_same "$pid"
}

# still_the_same PID: of the mail server, on node1.
still_the_same() {
	[ "$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)" = "$1" ] &&
		lab crm | grep -q 'mail-mta.*Started.* node1'
}
