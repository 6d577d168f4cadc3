# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: what an admin sees before: pcs describe, vip, plan
#
# Guarantees: plan and vip are shown to write nothing.

scene_tools() {
	local before
	before=$(fingerprint node1)

	like "pcs describes the agent" "$(on node1 pcs resource describe ocf:mta:stack 2>&1)" \
		'^ocf:mta:stack - '
	like "with its parameters" "$(on node1 pcs resource describe ocf:mta:stack)" \
		'^  mta \(required\): '
	like "pacemaker reads its metadata" \
		"$(on node1 crm_resource --show-metadata ocf:mta:stack)" '<version>1\.1</version>'
	is "metadata needs no rights and no program of ours" "$(on node1 setpriv --reuid=65534 \
		--clear-groups env -i PATH=/bin:/usr/bin OCF_ROOT=/usr/lib/ocf $AGENT meta-data |
		grep -c '<resource-agent ')" 1

	ok "a VIP" create_vip
	ok "runs" lab wait-started mail-vip node1 || return
	tools_look
	unchanged "nothing was written" node1 "$before"
	is "and no state was made" "$(on node1 ls /var/lib/mta-stack 2>/dev/null)" ""

	tools_pinned
	ok "the resource is created without --force" create_mta
	ok "and starts" lab wait-started mail-mta node1 || return
	is "no operation failed" "$(failures)" ""
	like "vip: which, why, where" "$(on node1 mta-stack vip --resource mail-mta)" \
		'^192\.0\.2\.10  mail-vip  here; started on node1; .*mail'
	like "plan, on the other node" \
		"$(on node2 mta-stack plan --resource mail-mta --mta postfix)" \
		'^\+smtp_bind_address = 192\.0\.2\.10$'
	is "check" "$(on node1 mta-stack check --resource mail-mta --mta postfix >/dev/null; echo $?)" 0
	is "check, on the other node" "$(on node2 mta-stack check --resource mail-mta --mta postfix \
		>/dev/null 2>&1; echo $?)" 7
}

# The diff, and that JSON is JSON.
tools_look() {
	local diff
	diff=$(on node1 mta-stack plan --mta postfix --vip mail-vip 2>&1)
	like "plan binds to the VIP" "$diff" '^\+smtp_bind_address = 192\.0\.2\.10$'
	like "plan keeps to it" "$diff" '^\+smtp_bind_address_enforce = yes$'
	like "plan closes the other family" "$diff" '^\+smtp_bind_address6 = 100::1$'
	like "plan names it after the VIP" "$diff" '^\+smtp_helo_name = mail\.cluster\.example$'
	like "plan lists the relay by name" "$diff" \
		'^\+relayhost   =\[mx1\.remote\.example\]:25$'
	like "plan lists the routes by name" "$diff" \
		'^\+remote\.example          smtp:\[mx1\.remote\.example\]:25$'
	ok "plan as JSON is JSON" on node1 sh -c 'mta-stack plan --mta postfix --vip mail-vip \
		--output-as=json | python3 -m json.tool'
	ok "vip as JSON is JSON" on node1 sh -c 'mta-stack vip --vip mail-vip --output-as=json |
		python3 -m json.tool'
}

# Addresses of nodes, where the VIP belongs: one that corosync knows, and one that the kernel has.
tools_pinned() {
	local plan
	on node1 sh -ec 'cp -a /etc/postfix /root/pinned; cd /root/pinned
		sed -i "s/^inet_interfaces = all/inet_interfaces = 192.0.2.11, 127.0.0.1/" main.cf
		echo "smtp_bind_address = 203.0.113.12" >>main.cf'
	plan=$(on node1 mta-stack plan --mta postfix --vip mail-vip --config /root/pinned 2>&1)
	like "an interface pinned to this node is reported, with the cure" "$plan" \
		'^# /root/pinned/main\.cf line 24: inet_interfaces is pinned to 192\.0\.2\.11, which only node1 has: .*set inet_interfaces = all'
	like "a source pinned to the other node too" "$plan" \
		'^# /root/pinned/main\.cf line 41: smtp_bind_address is pinned to 203\.0\.113\.12, which only node2 has: remove it'
	is "in JSON too" "$(on node1 mta-stack plan --mta postfix --vip mail-vip \
		--config /root/pinned --output-as=json | python3 -c \
		'import json, sys; print(*[(p["address"], p["node"]) for p in json.load(sys.stdin)["pinned"]])')" \
		"('192.0.2.11', 'node1') ('203.0.113.12', 'node2')"
	on node1 rm -rf /root/pinned
}
