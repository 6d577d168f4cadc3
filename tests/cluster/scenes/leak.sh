# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: mail that leaves from the node's address is seen on the wire, and nothing else is taken for it
#
# A delivery to a remote that says nothing stays open for minutes.

# shellcheck source=tests/cluster/scenes/glance.sh
. "$HERE/scenes/glance.sh"

scene_leak() {
	local leak='192\.0\.2\.11:[0-9]+ > 198\.51\.100\.25:2525'
	ok "a remote that says nothing" slow_remote
	ok "the admin has a route there" on node1 sh -ec '
		echo "slow.example smtp:[198.51.100.25]:2525" >>/etc/postfix/transport
		postmap lmdb:/etc/postfix/transport
		touch -d "1 hour ago" /etc/postfix/transport*'
	ok "the set-up runs, looked at closely" started \
		op monitor interval=3s timeout=20s OCF_CHECK_LEVEL=10 || return
	ok "something else on the node calls from its address" on node1 systemd-run -q --unit=caller \
		--collect python3 -c 'import socket, time
s = socket.create_connection(("198.51.100.25", 2525), 20, ("192.0.2.11", 0)); time.sleep(300)'
	lab send 1 --prefix fine --domain slow.example >/dev/null
	ok "a delivery hangs, from the VIP" poll 20 calls 192.0.2.10
	ok "and the other call, from the node" poll 20 calls 192.0.2.11
	is "depth 10: all is well" "$(deep_monitor)" "0 "
	ok "in crm_mon too" poll 20 has_attribute node1 state "in sync"
	is "there is no leak" "$(attribute node1 leak)" ""
	is "and no failure" "$(failures)" ""

	ok "by hand, while nobody looks, a transport that binds otherwise; then the files are put back" leak_by_hand
	ok "the delivery goes on, from the node" calls 192.0.2.11 '"smtp"'
	like "depth 10 sees it: both ends, and whose it is" "$(deep_monitor)" "^190 ocf-exit-reason:mail leaves \
from a node's address, not from the VIP: $leak \\(process [0-9]+\\); look for the transport that binds otherwise\$"
	ok "so does crm_mon" poll 40 attribute_like node1 leak "^$leak\$"
	poll 40 has_failure mail-mta monitor node1 # its own look comes when its time has come
	like "Pacemaker has the reason" "$(failure mail-mta monitor node1)" "^190 mail leaves from .*$leak"
	like "with leak=fail it is a failure" "$(deep_monitor OCF_RESKEY_leak=fail)" "^1 .*$leak"
	is "the files cannot tell: at depth 0 all is well" "$(deep_monitor OCF_CHECK_LEVEL=0)" "0 "
	like "status tells it too" "$(on node1 mta-stack status --resource mail-mta 2>&1)" \
		"  bad   wire     mail leaves from a node's address.*$leak"
	on node1 systemctl stop caller
	ok "once it is gone, so is the attribute" poll 40 leak_is_gone
	on remote systemctl stop slow
}

slow_remote() {
	on remote systemd-run -q --unit=slow --collect python3 -c 'import socket, time
s = socket.create_server(("", 2525)); held = []
while True: held.append(s.accept())' && poll 10 on remote sh -c 'ss -Hltn "sport = :2525" | grep -q .'
}

# calls FROM [WHO]: a connection from that address to the slow remote stands.
calls() {
	on node1 ss -Htnp state established dst 198.51.100.25:2525 src "$1" | grep -q -- "${2:-.}"
}

# The files are as published when monitor looks again, but nobody told the server.
leak_by_hand() {
	on node1 pcs property set maintenance-mode=true || return 1
	on node1 sh -ec '
		cp -a /etc/postfix /root/published
		cd /etc/postfix
		postconf -M "other/unix=other unix - - n - - smtp -o smtp_bind_address=192.0.2.11"
		sed -i "/^slow/d" transport
		echo "slow.example other:[198.51.100.25]:2525" >>transport
		postmap lmdb:transport
		touch -d "1 hour ago" main.cf master.cf
		postfix reload'
	lab send 1 --prefix leaky --domain slow.example >/dev/null
	poll 20 calls 192.0.2.11 '"smtp"' || return 1
	on node1 sh -ec '
		cp -a /root/published/. /etc/postfix/
		rm -rf /root/published'
	on node1 pcs property set maintenance-mode=false
}

# deep_monitor [VARIABLE=VALUE…]: "CODE REASON"
deep_monitor() {
	local said rc
	said=$(agent node1 monitor OCF_RESKEY_CRM_meta_interval=3000 OCF_CHECK_LEVEL=10 "$@" 2>&1)
	rc=$?
	printf '%s %s\n' "$rc" "$said"
}

leak_is_gone() {
	on node1 pkill -x smtp
	[ -z "$(attribute node1 leak)" ]
}
