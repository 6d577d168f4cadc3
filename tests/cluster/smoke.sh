#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# smoke: does the lab itself work? Without anything of mta-stack: the VIP is Debian's IPaddr2 and
# the mail server is systemd:postfix, so the mail leaves from the node's address and is refused.
#
# Guarantees: two labs of its own, taken down on every way out.

set -u
export LC_ALL=C
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
# shellcheck source=tests/cluster/tap.sh
. "$HERE/tap.sh"
# For the times; the functions of the lab are not used.
# shellcheck source=tests/cluster/lib/say.sh
. "$HERE/lib/say.sh"

A=smokea$$ B=smokeb$$
A=${A:0:12} B=${B:0:12}
tree=$(mktemp -d)
mounts_before=$(grep -- "mta-stack-lab" /proc/self/mountinfo || echo none)

lab() {
	"$HERE/lab" --lab "$@"
}

cleanup() {
	local id
	for id in "$A" "$B"; do
		[ ! -d "/run/mta-stack-lab/$id" ] || lab "$id" down
	done
	rm -rf "$tree"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

a() {
	lab "$A" "$@"
}

# All processes below PID, as the machine sees them.
descendants() {
	local child
	for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		echo "$child"
		descendants "$child"
	done
}

# nothing_left ID: print what a lab left on the machine.
nothing_left() {
	ls -d "/run/mta-stack-lab/$1" 2>/dev/null
	compgen -G "/run/netns/$1-*"
	find /sys/fs/cgroup -type d -name "mta-stack-lab-$1" 2>/dev/null
	grep -- "mta-stack-lab" /proc/self/mountinfo | grep -vxF -- "$mounts_before"
	grep -lzE -- "^($1|$1-.*)\$" /proc/[0-9]*/cmdline 2>/dev/null | grep -v "^/proc/$$/"
}

nothing_is_left() {
	[ -z "$(nothing_left "$1")" ]
}

start_lab() {
	local start
	ok "this machine can run a lab" "$HERE/lab" check-machine --installed || exit 1
	ok "the root is there" "$HERE/lab" root || exit 1
	start=$(now_ms)
	ok "a lab comes up" "$HERE/lab" up --id "$A" || exit 1
	tap_note "up: $(seconds_since "$start") s"
	like "both nodes are online" "$(a crm)" 'Online: \[ node1 node2 \]'
	is "the nodes have booted without failed units" \
		"$(a enter node2 systemctl is-system-running)" running
	like "the ring is knet, and linked" "$(a enter node1 corosync-cfgtool -s)" 'nodeid: +2:.connected'
	is "the distribution's Postfix is not enabled" \
		"$(a enter node1 systemctl is-enabled postfix 2>&1)" disabled
	a enter node2 sh -c 'exit 7'
	is "enter keeps the exit code" $? 7
}

names() {
	is "forward" "$(a enter node1 getent ahostsv4 mail.cluster.example | awk 'NR == 1 { print $1 }')" \
		192.0.2.10
	like "reverse" "$(a enter node1 getent hosts 198.51.100.25)" 'mx1\.remote\.example$'
	like "reverse, IPv6" "$(a enter node1 getent hosts 2001:db8:2::26)" 'dual\.remote\.example$'
	is "nothing else has a name" "$(a enter node1 getent hosts www.example.org; echo $?)" 2
	a dns pause
	is "a paused DNS server swallows queries" \
		"$(a enter node1 timeout 2 getent hosts mail.cluster.example; echo $?)" 124
	ok "and resumes" a dns resume
	a dns stop
	is "a stopped one is away" \
		"$(a enter node1 timeout 5 getent hosts mail.cluster.example; echo $?)" 2
	ok "and starts" a dns start
	ok "a record can be added" a dns add extra.remote.example A 198.51.100.99
	like "and is served" "$(a enter node1 getent hosts extra.remote.example)" '^198\.51\.100\.99 '
}

refused_from_the_node() {
	ok "a VIP and Debian's Postfix in a group" a enter node1 sh -ec '
		pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 --group mail
		pcs resource create mail-mta systemd:postfix --group mail'
	ok "they start" a wait-started mail-mta
	# They may have started anywhere: from here on we know where.
	ok "they move" a move mail-mta node1
	is "mail is accepted at the VIP" "$(a send 5 --prefix one)" "5 of 5 acknowledged by 192.0.2.10"
	ok "and refused by the remote" poll 20 count refused one 5
	like "because it comes from the node" "$(a refused one)" \
		'^node1\.cluster\.example 192\.0\.2\.11 one-1@remote\.example 554 .*only mail\.cluster\.example'
	is "none is received" "$(a received)" ""
	ok "all are bounced" poll 20 count bounced one 5
	a send 1 --prefix six --domain dual.remote.example >/dev/null
	ok "a node's IPv6 address is refused too" poll 20 count refused six 1
	like "by its own name" "$(a refused six)" '^node1\.cluster\.example (2001:db8:1::11|192\.0\.2\.11) '
}

# count KIND PREFIX N
count() {
	[ "$(a "$1" "$2" | wc -l)" -eq "$3" ]
}

accepted_from_the_vip() {
	ok "Postfix bound to the VIP by hand" a enter node1 sh -ec '
		postconf -e smtp_bind_address=192.0.2.10 && postfix reload'
	a send 5 --prefix two >/dev/null
	ok "is a peer" a wait-received 5 30 two
	is "of the VIP's name and address" "$(a received two | awk '{ print $1, $2 }' | sort -u)" \
		"mail.cluster.example 192.0.2.10"
	is "each message once" "$(a received two | awk '{ print $3 }' | sort -u | wc -l)" 5
}

power() {
	local start
	a enter node1 sh -c 'echo kept >/root/disk; echo lost >/run/memory; sync'
	start=$(now_ms)
	ok "power cut" a cut node1
	ok "the VIP comes to the other node" a wait-started mail-mta node2
	tap_note "cut to started on the other node: $(seconds_since "$start") s"
	ok "the VIP answers there" a send 1 --prefix cut
	like "with its other name" "$(poll 20 count refused cut 1; a refused cut)" '^node2\.cluster\.example'
	is "a dead machine cannot be entered" "$(a enter node1 true 2>&1)" "lab: node1 is off"
	ok "boot" a boot node1
	is "the disk survived" "$(a enter node1 cat /root/disk)" kept
	is "the memory did not" "$(a enter node1 ls /run/memory 2>/dev/null)" ""
	unlike "the old VIP is not on it" "$(a enter node1 ip addr)" '192\.0\.2\.10/'
	ok "standby" a standby node2
	ok "moves them away" a wait-started mail-mta node1
	ok "unstandby" a unstandby node2
	ok "move" a move mail-mta node2
	unlike "leaves no constraint" "$(a enter node1 cibadmin --query --scope constraints)" rsc_
	ok "reboot" a reboot node2
	ok "moves them away, too" a wait-started mail-mta node1
	ok "a resource is stopped" a enter node1 pcs resource disable mail-mta
	ok "and seen to be" a wait-stopped mail-mta
}

two_labs() {
	mkdir -p "$tree/usr/sbin" "$tree/lib/systemd/system" "$tree/etc/default"
	printf '#!/bin/sh\necho installed\n' >"$tree/usr/sbin/hello"
	chmod 755 "$tree/usr/sbin/hello"
	chmod 700 "$tree/etc"
	: >"$tree/lib/systemd/system/hello.service"
	ok "a second lab comes up" "$HERE/lab" up --id "$B" --nodes 1 --install "$tree" || return
	is "a tree is installed on its nodes" "$(lab "$B" enter node1 hello)" installed
	is "with the root's own modes" "$(lab "$B" enter node1 stat -c %a /etc)" 755
	is "and its links" "$(lab "$B" enter node1 readlink /lib)" usr/lib
	ok "below which the tree's files are" \
		lab "$B" enter node1 test -e /usr/lib/systemd/system/hello.service
	ok "the same address reaches the first lab there" a enter node1 ping -c 1 -W 2 192.0.2.12
	is "and nothing here" \
		"$(lab "$B" enter node1 ping -c 1 -W 2 192.0.2.12 >/dev/null; echo $?)" 1
	unlike "the clusters do not know each other" "$(lab "$B" crm)" node2
	like "without a choice, the lab asks" "$(LAB='' "$HERE/lab" crm 2>&1)" "which lab.* $A"
	ok "the second goes down" lab "$B" down
	is "and leaves nothing" "$(nothing_left "$B")" ""
	like "the first goes on" "$(a crm)" 'Online: \[ node1 node2 \]'
}

# stays_down LAB: down leaves nothing, and nothing comes afterwards: a mkdir that a killed `up` had begun
# goes on without it.
stays_down() {
	for _ in 1 2 3 4 5; do
		[ ! -d "/run/mta-stack-lab/$1" ] || lab "$1" down
		nothing_is_left "$1" || return 1
		sleep 0.1
	done
}

# A SIGKILL of `up`, early and late.
killed_up() {
	local after pid
	for after in 0.3 1 2.5; do
		"$HERE/lab" up --id "$B" >/dev/null 2>&1 &
		pid=$!
		sleep "$after"
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
		poll 10 stays_down "$B"
		is "up was killed after $after s, and down leaves nothing" "$(nothing_left "$B")" ""
	done
}

end_lab() {
	local pids pid alive=0
	pids=$(descendants "$(cat "/run/mta-stack-lab/$A/init.pid")")
	ok "the lab has processes" test -n "$pids"
	ok "down" a down
	for pid in $pids; do
		[ ! -d "/proc/$pid" ] || alive=$((alive + 1))
	done
	is "no process is left" "$alive" 0
	is "nothing is left" "$(nothing_left "$A")" ""
}

start_lab
names
refused_from_the_node
accepted_from_the_vip
power
two_labs
killed_up
end_lab
tap_end
