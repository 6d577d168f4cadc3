# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: monitor writes nothing and starts one program; a killed mail server is recovered

scene_monitor() {
	local before after level trace pid
	ok "the set-up runs, watched often" started op monitor interval=3s timeout=20s || return
	for level in 0 10; do
		before=$(monitor_files)
		is "monitor at depth $level: running" "$(agent node1 monitor OCF_CHECK_LEVEL=$level \
			OCF_RESKEY_CRM_meta_interval=30000 2>&1; echo $?)" 0
		after=$(monitor_files)
		is "it wrote nothing at depth $level" "$after" "$before"
	done
	like "and there was something to write" "$before" main\.cf

	trace=$(monitor_traced)
	is "it starts one program" "$(grep -c 'execve.* = 0' <<<"$trace")" 2
	unlike "and asks no cluster daemon and no name server" "$trace" \
		'connect\(.*(cib_r|pcmk|cmap|crmd|htons\(53\))'

	pid=$(on node1 pgrep -o -x master)
	ok "the mail server is killed" on node1 pkill -KILL -x master
	ok "Pacemaker starts it again" poll 40 monitor_reborn "$pid"
	ok "on the same node" lab wait-started mail-mta node1
	is "and says what it saw" "$(failure mail-mta monitor node1)" "7 Postfix does not run"
	sends 5 reborn
	from_the_vip 5 reborn
}

# Inode, size, dates of everything that a monitor might touch. IPaddr2 announces the VIP for some seconds
# in the background, with a file of its own.
monitor_files() {
	on node1 find /var/lib/mta-stack /etc/postfix /run/resource-agents /var/lib/postfix/master.lock \
		! -path /run/resource-agents ! -name 'send_arp-*' -printf '%p %i %s %T@ %C@\n' | sort
}

# The system calls of one monitor.
monitor_traced() {
	on node1 env OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=mail-mta OCF_RESKEY_mta=postfix \
		OCF_RESKEY_CRM_meta_interval=30000 \
		strace -f -qq -e trace=execve,connect "$AGENT" monitor 2>&1
}

monitor_reborn() {
	local now
	now=$(on node1 pgrep -o -x master) && [ "$now" != "$1" ]
}
