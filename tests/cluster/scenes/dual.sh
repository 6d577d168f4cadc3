# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a VIP in both families: IPv6 mail leaves from it, and waits while it is away
#
# Guarantees: the remote's log is searched for any connection from a node's own IPv6 address, mail or
# not.

DUAL_VIP6=2001:db8:1::10

scene_dual() {
	local before
	before=$(node_calls_over_6)
	ok "the admin knows the plant by an IPv6 address" on node1 sh -ec '
		sed -i "s/^plant.example .*/plant.example smtp:[2001:db8:2::25]:25/" /etc/postfix/transport
		postmap lmdb:/etc/postfix/transport
		touch -d "1 hour ago" /etc/postfix/transport*'
	ok "a VIP" create_vip
	ok "and one of the other family, in the same group" on node1 pcs resource create mail-vip6 \
		ocf:heartbeat:IPaddr2 ip=$DUAL_VIP6 cidr_netmask=64 op monitor interval=600s --group mail
	ok "the resource is created" create_mta
	ok "and starts" lab wait-started mail-mta node1 || return
	is "bound to the one" "$(on node1 postconf -h smtp_bind_address)" 192.0.2.10
	is "and to the other" "$(on node1 postconf -h smtp_bind_address6)" $DUAL_VIP6
	is "the plant has its name" "$(on node1 postmap -q plant.example lmdb:/etc/postfix/transport)" \
		"smtp:[mx6.remote.example]:25"

	sends 6 sixplant plant.example
	VIP_ADDRESS=$DUAL_VIP6 from_the_vip 6 sixplant
	sends 6 both dual.remote.example
	lab wait-received 6 40 both 2>/dev/null
	is "a remote with both families gets all from the VIP" \
		"$(lab received both | awk '{ print $1, $2 ~ /^(192\.0\.2\.10|2001:db8:1::10)$/ }' | sort |
			uniq -c | awk '{ $1 = $1; print }')" "6 $VIP_NAME 1"

	ok "the IPv6 VIP goes away, by hand" on node1 sh -c \
		"ip -6 addr del $DUAL_VIP6/64 dev eth0 && postfix reload"
	sends 2 away plant.example
	ok "mail that needs it waits" poll 20 mta_deferred away
	is "and is not bounced" "$(lab bounced away)" ""
	is "nor does it arrive" "$(lab received away)" ""
	ok "it is back" on node1 sh -c "ip -6 addr add $DUAL_VIP6/64 dev eth0 nodad && postqueue -f"
	VIP_ADDRESS=$DUAL_VIP6 from_the_vip 2 away
	is "in all that time no node's IPv6 address has called" "$(node_calls_over_6)" "$before"
}
