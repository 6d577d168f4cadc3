# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: the distribution's own mail server runs on a node: told, and left alone

scene_foreign() {
	local before reason running
	ok "Debian's own mail server runs" on node1 systemctl start "$MTA_UNIT"
	before=$(fingerprint node1)
	lab send 1 --prefix node --to 192.0.2.11 >/dev/null
	ok "from a node's address the remote refuses mail" poll 20 count refused node 1
	like "in these words" "$(lab refused node)" \
		'^node1\.cluster\.example (192\.0\.2\.11) node-1@remote\.example 554 .*not a configured peer'

	running=$(mta_pids node1 | head -n 1)
	ok "a VIP" create_vip
	ok "and the resource are created" create_mta
	reason="$MTA_UNIT.service runs: disable it (systemctl disable --now $MTA_UNIT.service), \
or use service=external"
	fails "its start says what to do" mail-mta start node1 1 "$reason"
	is "its probe said stopped" "$(failure mail-mta monitor node1)" ""
	ok "the group waits" lab wait-stopped mail-mta
	unchanged "nothing has changed" node1 "$before"
	is "Debian's server still runs" "$(mta_pids node1 | head -n 1)" "$running"
	ok "and answers" on node1 timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/25; read -r l <&3; \
		case $l in 220*) ;; *) exit 1 ;; esac'

	both_nodes
	ok "on a node without it the resource starts" lab wait-started mail-mta node2
	sends 3 moved
	from_the_vip 3 moved
	is "Debian's server runs all the time" "$(mta_pids node1 | head -n 1)" "$running"
}
