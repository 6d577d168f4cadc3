# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: what crm_mon shows; what changes without a restart; a names file that was edited

scene_glance() {
	local pid n
	ok "the set-up runs, watched often" started op monitor interval=2s timeout=20s || return
	poll 20 has_attribute node1 state "in sync"
	is "crm_mon shows the instance" "$(attributes node1)" "mail-mta-name=mail.cluster.example
mail-mta-remotes=3 of 4 by name
mail-mta-state=in sync
mail-mta-vip=192.0.2.10"
	is "and nothing of it on the other node" "$(attributes node2)" ""

	pid=$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)
	for n in node1 node2; do
		on $n sh -c 'echo "198.51.100.25 mx1.remote.example" >/etc/mail-names'
	done
	ok "what may change in flight is set" on node1 pcs resource update mail-mta \
		name=mx.cluster.example names=/etc/mail-names remote_names=pinned drift=fail leak=fail \
		monitor_remotes=off
	ok "crm_mon has the new name" poll 20 has_attribute node1 name mx.cluster.example
	is "so has the mail server" "$(on node1 postconf -h smtp_helo_name)" mx.cluster.example
	is "the stack was applied with names of pins alone" "$(attribute node1 remotes)" "3 of 4 by name"
	is "nothing failed on the way" "$(failures)" ""
	is "the mail server was not restarted" "$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)" "$pid"

	ok "drift=report again" on node1 pcs resource update mail-mta drift=report
	ok "the agent takes it over" on node1 crm_resource --wait --timeout 30
	on node1 sh -c 'echo "198.51.100.26 plant.remote.example" >>/etc/mail-names'
	ok "an edited names file is drift" poll 20 has_attribute node1 state "drifted: /etc/mail-names"
	is "which is no failure" "$(failure mail-mta monitor node1)" "190 /etc/mail-names has drifted: \
it was changed since its names were used; apply again to put it right"
	ok "apply uses it" on node1 mta-stack apply --names-only --resource mail-mta --mta postfix \
		--name mx.cluster.example --names /etc/mail-names --remote-names pinned --offline
	ok "and all is in sync" poll 20 has_attribute node1 state "in sync"
	is "without a restart" "$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)" "$pid"

	ok "another parameter" on node1 pcs resource update mail-mta unnamed=keep
	ok "restarts it" poll 40 mta_is_another "$pid"
	lab wait-started mail-mta node1

	both_nodes
	ok "the group moves" lab move mail-mta node2
	ok "and started there" lab wait-started mail-mta node2
	ok "its attributes are there" poll 20 has_attribute node2 state "in sync"
	is "and no more here" "$(attributes node1)" ""
	on node1 pcs resource disable mail-mta --wait=60 >/dev/null 2>&1
	is "after stop there are none" "$(attributes node2)" ""
}

# attributes NODE: NAME=VALUE of the instance's.
attributes() {
	on "$(living)" cibadmin --query --xpath \
		"//node_state[@uname='$1']//instance_attributes//nvpair" 2>/dev/null |
		sed -En 's/.* name="(mail-mta-[^"]*)" value="([^"]*)".*/\1=\2/p' |
		sed 's/&gt;/>/g; s/&apos;/'\''/g; s/&amp;/\&/g' | sort
}

attribute() {
	attributes "$1" | sed -n "s/^mail-mta-$2=//p"
}

has_attribute() {
	[ "$(attribute "$1" "$2")" = "$3" ]
}

# attribute_like NODE WHAT REGEX
attribute_like() {
	attribute "$1" "$2" | grep -Eq -- "$3"
}

mta_is_another() {
	local now
	now=$(on node1 sh -c "$MTA_PROCESSES" | head -n 1)
	[ -n "$now" ] && [ "$now" != "$1" ]
}
