# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# net: addresses, names and cables. All of it runs inside of a lab.
#
# The lab's own network namespace is the switch and the router: bridges lan, ring and wan. Each
# machine has a namespace ID-NAME; its cables are NAME.lan on the switch and eth0 in the machine.
#
# Guarantees: documentation prefixes only; no way out of the lab; a machine keeps its MAC addresses
# over a power cut and nothing else.

NET_VIP=192.0.2.10
NET_VIP6=2001:db8:1::10
NET_DNS=198.51.100.53
NET_REMOTE=198.51.100.25
NET_ROUTER=192.0.2.1
NET_CLIENT=192.0.2.100

# net_cables MACHINE: lines of BRIDGE INTERFACE ADDRESS…
net_cables() {
	local n
	case $1 in
		node*)
			n=$((10 + ${1#node}))
			echo "lan eth0 192.0.2.$n/24 2001:db8:1::$n/64"
			echo "ring eth1 203.0.113.$n/24"
			;;
		client) echo "lan eth0 $NET_CLIENT/24 2001:db8:1::100/64" ;;
		dns) echo "wan eth0 $NET_DNS/24 2001:db8:2::53/64" ;;
		remote)
			echo "wan eth0 $NET_REMOTE/24 198.51.100.26/24 2001:db8:2::25/64 2001:db8:2::26/64"
			;;
	esac
}

net_switch_up() {
	local b
	ip link set lo up || return 1
	for b in lan ring wan; do
		# A fixed address: a bridge takes that of its newest port otherwise.
		ip link add name "$b" address "$(net_mac "$b" bridge)" type bridge forward_delay 0 &&
			ip link set "$b" up || return 1
	done
	ip addr add $NET_ROUTER/24 dev lan &&
		ip addr add 2001:db8:1::1/64 dev lan nodad &&
		ip addr add 198.51.100.1/24 dev wan &&
		ip addr add 2001:db8:2::1/64 dev wan nodad &&
		echo 1 >/proc/sys/net/ipv4/ip_forward &&
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
}

# net_mac WORD…: a locally administered address that is always the same for these words.
net_mac() {
	printf '%s' "$*" | md5sum | sed -E 's/^(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'
}

# net_plug MACHINE: a fresh namespace, its cables and its addresses.
net_plug() {
	local m=$1 ns=$LAB-$1 bridge dev addresses a gateway=
	ip netns add "$ns" && ip -n "$ns" link set lo up || return 1
	while read -r bridge dev addresses; do
		ip link add name "$m.$bridge" type veth peer name "$dev" netns "$ns" \
			address "$(net_mac "$m" "$bridge")" &&
			ip link set "$m.$bridge" master "$bridge" up &&
			ip -n "$ns" link set "$dev" up || return 1
		for a in $addresses; do
			case $a in
				*:*) ip -n "$ns" addr add "$a" dev "$dev" nodad ;;
				*) ip -n "$ns" addr add "$a" dev "$dev" ;;
			esac || return 1
		done
		case $bridge in
			lan) gateway="$NET_ROUTER 2001:db8:1::1" ;;
			wan) gateway="198.51.100.1 2001:db8:2::1" ;;
		esac
	done < <(net_cables "$m")
	ip -n "$ns" route add default via "${gateway% *}" &&
		ip -n "$ns" -6 route add default via "${gateway#* }"
}

# net_unplug MACHINE: from one moment to the next it cannot be heard.
net_unplug() {
	local bridge dev rest
	while read -r bridge dev rest; do
		ip link set "$1.$bridge" down 2>/dev/null
	done < <(net_cables "$1")
}

# net_remove MACHINE: its namespace and cables, with all addresses that anyone put there.
net_remove() {
	local bridge dev rest
	while read -r bridge dev rest; do
		ip link del "$1.$bridge" 2>/dev/null
	done < <(net_cables "$1")
	ip netns del "$LAB-$1" 2>/dev/null
	return 0
}

# The zone: all that has a name, and nothing else has. Lines of NAME ADDRESS….
net_names() {
	local n
	for ((n = 1; n <= NODES; n++)); do
		echo "node$n.cluster.example 192.0.2.$((10 + n)) 2001:db8:1::$((10 + n))"
	done
	echo "mail.cluster.example $NET_VIP $NET_VIP6"
	echo "client.cluster.example $NET_CLIENT 2001:db8:1::100"
	echo "router.cluster.example $NET_ROUTER 2001:db8:1::1"
	echo "mx1.remote.example $NET_REMOTE"
	echo "mx6.remote.example 2001:db8:2::25"
	echo "dual.remote.example 198.51.100.26 2001:db8:2::26"
	echo "dns.remote.example $NET_DNS 2001:db8:2::53"
}
