# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: two groups, two VIPs, two Postfix instances on one node after a failover: no interference
#
# Guarantees: the second instance is made here and is gone afterwards, on both nodes and also on
# failure; neither instance would call from its VIP by itself, since each may use more addresses.

B_ETC=/etc/postfix-b
B_NAME=b.cluster.example
B_ADDRESS=192.0.2.20
# The attribute of glance.sh is about one resource; here there are two.
instances_of=(mail-mta mailb-mta)

scene_instances() {
	instances_run
	instances_remove
}

instances_run() {
	local n
	declare -A a=() b=()
	lab dns zone | grep -q "^$B_NAME" || {
		lab dns add $B_NAME A $B_ADDRESS && lab dns add 20.2.0.192.in-addr.arpa PTR $B_NAME.
	}
	ok "the remote takes mail from $B_NAME, too" instances_remote || return
	for n in node1 node2; do
		ok "$n has two Postfix instances" instances_make $n || return
		a[$n]=$(fingerprint $n) b[$n]=$(fingerprint $n $B_ETC)
	done

	instances_apart && instances_together && instances_stop || return
	unchanged "after stop the one configuration is what it was" node1 "${a[node1]}"
	unchanged "and so is the other" node1 "${b[node1]}" $B_ETC
	is "no Postfix runs there" "$(instances_masters node1)" 0
	is "nothing failed on the way" "$(failures)" ""
}

# Each on a node of its own.
instances_apart() {
	ok "group mail is created" create_vip &&
		ok "with its instance" create_mta config="$MTA_ETC" op monitor interval=2s timeout=20s &&
		ok "and starts" lab wait-started mail-mta node1 || return
	both_nodes
	ok "group mailb is created" on node1 pcs resource create mailb-vip ocf:heartbeat:IPaddr2 \
		ip=$B_ADDRESS cidr_netmask=24 --group mailb &&
		ok "with the other instance" on node1 pcs resource create mailb-mta ocf:mta:stack \
			mta=postfix config=$B_ETC op monitor interval=2s timeout=20s --group mailb &&
		ok "and starts" lab wait-started mailb-mta &&
		ok "on the other node" lab move mailb-mta node2 || return
	is "the first stays where it is" "$(lab crm | grep -c 'mail-.*Started node1')" 2
	is "one Postfix runs on node1" "$(instances_masters node1)" 1
	is "and one on node2" "$(instances_masters node2)" 1
	instances_send apart
}

# Both on node1, since node2 lost its power.
instances_together() {
	lab cut node2
	ok "after a power cut the second runs on the first's node" lab wait-started mailb-mta node1 ||
		return
	ok "where the first still is" lab wait-started mail-mta node1 || return
	is "two Postfix run there" "$(instances_masters node1)" 2
	instances_send together
	instances_in_sync mail "$MTA_ETC"
	instances_in_sync mailb $B_ETC
	is "the attributes of the two are separate" "$(instances_attributes node1)" \
		"mail-mta-name=$VIP_NAME
mail-mta-remotes=3 of 4 by name
mail-mta-state=in sync
mail-mta-vip=$VIP_ADDRESS
mailb-mta-name=$B_NAME
mailb-mta-remotes=3 of 4 by name
mailb-mta-state=in sync
mailb-mta-vip=$B_ADDRESS"
	is "neither monitor found anything" "$(failures)" ""
}

# One stops, starts again and stops, the other goes on; then neither runs.
instances_stop() {
	local pid
	pid=$(instances_pid node1 $B_ETC)
	ok "the first is disabled" on node1 pcs resource disable mail-mta
	ok "and stops" lab wait-stopped mail-mta || return
	unchanged "its configuration is what it was" node1 "${a[node1]}"
	is "the other is the only Postfix" "$(instances_masters node1)" 1
	instances_in_sync mailb $B_ETC
	is "the attributes of the first are gone" "$(instances_attributes node1)" \
		"mailb-mta-name=$B_NAME
mailb-mta-remotes=3 of 4 by name
mailb-mta-state=in sync
mailb-mta-vip=$B_ADDRESS"
	instances_send_b alone
	ok "the first is enabled again" on node1 pcs resource enable mail-mta
	ok "and starts" lab wait-started mail-mta node1 || return
	is "the other was never restarted" "$(instances_pid node1 $B_ETC)" "$pid"
	ok "the other is disabled" on node1 pcs resource disable mailb-mta
	ok "and stops" lab wait-stopped mailb-mta || return
	unchanged "its configuration is what it was" node1 "${b[node1]}" $B_ETC
	instances_in_sync mail "$MTA_ETC"
	ok "both are disabled" on node1 pcs resource disable mail-mta
	ok "and stopped" lab wait-stopped mail-mta
}

# --- sending and looking ----------------------------------------------------------------------

# instances_send PREFIX: at each VIP, and it leaves from there.
instances_send() {
	sends 5 "$1"
	from_the_vip 5 "$1"
	instances_send_b "$1"
}

instances_send_b() {
	is "5 messages are submitted at the other VIP" \
		"$(lab send 5 --prefix "$1b" --to $B_ADDRESS 2>&1)" "5 of 5 acknowledged by $B_ADDRESS"
	VIP_NAME=$B_NAME VIP_ADDRESS=$B_ADDRESS from_the_vip 5 "$1b"
}

# instances_in_sync GROUP CONFIG: by check, by the deepest monitor, and for the cluster.
instances_in_sync() {
	ok "check of $1-mta: in sync" on node1 mta-stack check --resource "$1-mta" --mta postfix \
		--config "$2"
	refuses "its deepest monitor is content" 0 "" node1 monitor OCF_RESOURCE_INSTANCE="$1-mta" \
		OCF_RESKEY_config="$2" OCF_CHECK_LEVEL=20 OCF_RESKEY_CRM_meta_timeout=60000
	ok "the cluster says in sync" poll 20 instances_says_in_sync "$1-mta"
}

instances_says_in_sync() {
	instances_attributes node1 | grep -qx "$1-state=in sync"
}

# instances_attributes NODE: NAME=VALUE of both.
instances_attributes() {
	local i
	for i in "${instances_of[@]}"; do
		on "$(living)" cibadmin --query --xpath \
			"//node_state[@uname='$1']//instance_attributes//nvpair" 2>/dev/null |
			sed -En "s/.* name=\"($i-[^\"]*)\" value=\"([^\"]*)\".*/\1=\2/p" | sort
	done
}

instances_masters() {
	on "$1" sh -c 'pgrep -x master | wc -l'
}

# instances_pid NODE CONFIG: of its master.
instances_pid() {
	# shellcheck disable=SC2016 # for the shell over there
	on "$1" sh -c 'tr -d " " <"$(postconf -c "$0" -h queue_directory)/pid/master.pid"' "$2"
}

# --- making and removing ----------------------------------------------------------------------

instances_remote() {
	on remote sh -ec 'cp -a /etc/postfix/main.cf /root/main.cf.before
		sed -i "s/{mail.cluster.example = OK}/& {$0 = OK}/" /etc/postfix/main.cf
		postfix reload
		postconf -h smtpd_client_restrictions | grep -q "{$0 = OK}"' $B_NAME
}

# instances_make NODE: the second is a copy of the first, by the tool that Postfix has for it. Of the
# first, main.cf says where it listens; of the second, master.cf.
instances_make() {
	# shellcheck disable=SC2016 # for the shell over there
	on "$1" sh -ec '
		postmulti -e init
		cp -a /etc/postfix "$0"
		postconf -c "$0" -X multi_instance_wrapper multi_instance_enable
		sed -i "s|/etc/postfix/|$0/|" "$0/main.cf"
		sed -i "s/^smtp  *inet /$1:&/" "$0/master.cf"
		install -d /var/spool/postfix-b
		install -d -m 700 -o postfix /var/lib/postfix-b
		postconf -c "$0" -e "inet_interfaces = all" "queue_directory = /var/spool/postfix-b" \
			"data_directory = /var/lib/postfix-b" multi_instance_name=postfix-b
		postmap -c "$0" "lmdb:$0/transport"
		postmulti -e import -I postfix-b "config_directory=$0"
		postmulti -i postfix-b -e enable
		/usr/lib/postfix/configure-instance.sh postfix-b
		# The last, since postmulti does not work without the address.
		postconf -e "inet_interfaces = 127.0.0.1, $2"
		touch -d "1 hour ago" /etc/postfix/* "$0"/*' $B_ETC $B_ADDRESS "$VIP_ADDRESS"
}

instances_remove() {
	local n
	on node1 sh -c 'for id in mail-mta mailb-mta mail-vip mailb-vip; do
			pcs resource disable $id --wait=60
		done' >/dev/null 2>&1
	for n in node1 node2; do
		on $n true 2>/dev/null || lab boot $n
		# shellcheck disable=SC2016 # for the shell over there
		on $n sh -c '! [ -e /var/spool/postfix-b/pid/master.pid ] || postfix -c "$0" abort
			rm -rf "$0" /var/spool/postfix-b /var/lib/postfix-b' $B_ETC >/dev/null 2>&1
		stage_node_reset $n
		restored "without the second instance" $n
		is "of which nothing is left" "$(on $n find /etc /var/spool /var/lib -name postfix-b)" ""
	done
	on remote sh -c '[ ! -e /root/main.cf.before ] || {
		mv /root/main.cf.before /etc/postfix/main.cf && postfix reload; }' >/dev/null 2>&1
}
