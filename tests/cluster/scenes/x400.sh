# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: an X.400 MTA with tables of UCL PP; the remote admits the VIP's address alone
#
# Guarantees: what is asserted about addresses is what the remote's listener saw.

X400_RUN=/run/x400
X400_TABLE=/etc/pp/x400out84

scene_x400() {
	local n
	ok "the remote has an X.400 listener that admits the VIP" x400_remote || return
	for n in node1 node2; do
		ok "an X.400 MTA on $n" x400_node "$n" || return
	done
	x400_control
	x400_in_a_group
	stage_reset
	x400_managed
	x400_clean
}

x400_clean() {
	local n
	for n in node1 node2; do
		on "$n" sh -c "systemctl stop x400; rm -rf /etc/pp /root/pp $X400_RUN /root/mta.py \
			/etc/systemd/system/x400.service; systemctl daemon-reload
			sysctl -qw net.ipv4.ip_nonlocal_bind=0" >/dev/null 2>&1
	done
	on remote systemctl stop x400-listener >/dev/null 2>&1
}

x400_remote() {
	on remote sh -c 'cat >/root/listener.py' <"$HERE/../x400/listener.py" &&
		on remote sh -ec "mkdir -p $X400_RUN && : >$X400_RUN/log
			systemd-run -q --collect --unit=x400-listener \
				python3 /root/listener.py $X400_RUN/log $VIP_ADDRESS"
}

# The table as an admin of this node would have it, compiled, and a unit for the daemon.
x400_node() {
	on "$1" sh -c 'cat >/root/mta.py' <"$HERE/../x400/mta.py" &&
		on "$1" sh -ec "mkdir -p /etc/pp $X400_RUN
			printf '%s\n' '# of the old host' \
				\"default:lpsap='\\\"591\\\"/Internet=$1.cluster.example',lmta=\\\"MTA-A\\\"\" \
				\"far:rmta=\\\"MTA-B\\\" , rpsap='\\\"593\\\"/Internet=198.51.100.25'\" >$X400_TABLE
			cp $X400_TABLE $X400_TABLE.dbm
			chmod 640 $X400_TABLE && chgrp mail $X400_TABLE && touch -d '2 days ago' $X400_TABLE
			cp -a /etc/pp /root/pp
			printf '%s\n' '[Service]' 'RuntimeDirectory=x400' 'RuntimeDirectoryPreserve=yes' \
				'ExecStart=python3 /root/mta.py run $X400_TABLE $X400_RUN' \
				>/etc/systemd/system/x400.service
			systemctl daemon-reload"
}

x400_forget() {
	on remote sh -c ": >$X400_RUN/log"
}

# x400_saw LINE: the listener has it, and nothing else, since it last forgot.
x400_saw() {
	[ "$(on remote sort -u $X400_RUN/log)" = "$1" ]
}

x400_sees() {
	ok "$1" poll 20 x400_saw "admitted $VIP_ADDRESS 593 591"
	is "and sees nothing else" "$(on remote sort -u $X400_RUN/log)" "admitted $VIP_ADDRESS 593 591"
}

x400_is_back() {
	unchanged "the table on $1 is what it was, $2" "$1" "$(fingerprint "$1" /root/pp)" /etc/pp
}

# Without us: the node's address, which the remote does not know.
x400_control() {
	x400_forget
	on node1 systemctl start x400
	ok "without the stack the remote refuses the node's address" poll 20 x400_saw "refused 192.0.2.11 - -"
	on node1 systemctl stop x400
	x400_forget
}

x400_in_a_group() {
	ok "VIP, stack and the MTA's unit in a group" on node1 sh -ec "
		pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=$VIP_ADDRESS cidr_netmask=24 --group mail
		pcs resource create mail-stack ocf:mta:stack mta=x400 config=$X400_TABLE service=external \
			--group mail
		pcs resource create mail-x400 systemd:x400 --group mail"
	ok "they start" lab wait-started mail-x400 node1 || return
	both_nodes
	x400_sees "the remote sees the VIP, and both selectors"
	like "the remote is listed by name" "$(on node1 cat $X400_TABLE)" '/Internet=mx1\.remote\.example'
	x400_probe node1
	lab cut node1
	x400_forget
	ok "after a power cut they run on the other node" lab wait-started mail-x400 node2 || return
	x400_sees "the remote sees the VIP after the failover"
	ok "the cut node boots" lab boot node1
	# what some clusters set for daemons that bind to addresses that are not there yet
	on node1 sysctl -qw net.ipv4.ip_nonlocal_bind=1
	on node2 sysctl -qw net.ipv4.ip_nonlocal_bind=1
	ok "with ip_nonlocal_bind=1: they move back" lab move mail-x400 node1
	x400_forget
	x400_sees "the remote sees the VIP"
	x400_is_back node2 "after the move"
	is "where the VIP is not, probe says so" "$(on node2 mta-stack probe --mta x400 --config $X400_TABLE \
		--vip $VIP_ADDRESS 2>&1 >/dev/null)" \
		"mta-stack: cannot probe 198.51.100.25 from the VIP: the VIP $VIP_ADDRESS is not usable on this node"
	is "nothing failed on the way" "$(failures)" ""
	on node1 pcs resource disable mail-stack --wait=60 >/dev/null 2>&1
	x400_is_back node1 "after stop, though the power was cut before"
}

x400_probe() {
	is "probe calls from the VIP" "$(on "$1" mta-stack probe --resource mail-stack --mta x400 \
		--config $X400_TABLE | sed -E 's/ \([0-9]+ ms\)//')" \
		"198.51.100.25 port 102: answers: the stack answers"
}

# Started by commands, from a table that a command compiles.
x400_managed() {
	ok "VIP and stack, with the admin's commands" on node1 sh -ec "
		pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=$VIP_ADDRESS cidr_netmask=24 --group mail
		pcs resource create mail-mta ocf:mta:stack mta=x400 config=$X400_TABLE \
			start_command='python3 /root/mta.py start $X400_TABLE.dbm $X400_RUN' \
			stop_command='python3 /root/mta.py stop $X400_RUN' \
			rebuild_command='cp --preserve=mode $X400_TABLE $X400_TABLE.dbm' \
			pid_file=$X400_RUN/pid program=/usr/bin/python3 op monitor interval=2s --group mail"
	x400_forget
	ok "they start" lab wait-started mail-mta node1 || return
	both_nodes
	x400_sees "the remote sees the VIP"
	ok "the daemon is killed" on node1 sh -c "kill -9 \$(cat $X400_RUN/pid)"
	ok "monitor sees it" poll 20 has_failure mail-mta monitor node1
	like "and says so" "$(failure mail-mta monitor node1)" '^7 the X\.400 MTA does not run'
	ok "it runs again" poll 30 x400_runs node1
	on node1 crm_resource --cleanup -r mail-mta >/dev/null 2>&1
	ok "it moves" lab move mail-mta node2
	x400_forget
	x400_sees "the remote sees the VIP"
	is "no daemon is left behind" "$(on node1 pgrep -f mta.py)" ""
	is "the compiled table is the admin's again" "$(on node1 cat $X400_TABLE.dbm)" \
		"$(on node1 cat /root/pp/x400out84)"
	is "nothing failed on the way" "$(failures)" ""
}

x400_runs() {
	on "$1" sh -c "kill -0 \$(cat $X400_RUN/pid)" 2>/dev/null && on "$1" mta-stack check \
		--resource mail-mta --mta x400 --config $X400_TABLE >/dev/null 2>&1
}
