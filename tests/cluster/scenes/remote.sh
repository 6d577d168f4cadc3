# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a Pacemaker remote node, without corosync and under another name than its host's, runs the group
#
# Guarantees: node2 is a node of the cluster again afterwards.

# remote_is_here: Pacemaker says so of the remote node.
remote_is_here() {
	on node1 crm_mon -1 --output-as=xml | grep '<node name="far"' | grep -q 'online="true"'
}

remote_begin() {
	on node2 sh -ec '
		mkdir -p /etc/pacemaker
		systemctl stop pacemaker corosync
		! pgrep -x corosync
		systemd-run -q --unit=remoted /usr/sbin/pacemaker-remoted' &&
		on node1 crm_node --force --remove node2 &&
		on node1 pcs resource create --force far ocf:pacemaker:remote server=192.0.2.12 \
			reconnect_interval=10s &&
		poll 60 remote_is_here
}

remote_end() {
	on node1 pcs resource disable mail >/dev/null 2>&1
	lab wait-stopped mail-vip 2>/dev/null
	on node1 pcs constraint delete far-runs-it >/dev/null 2>&1
	on node1 pcs resource delete --force far >/dev/null 2>&1
	on node1 crm_node --force --remove far >/dev/null 2>&1
	on node2 sh -c 'systemctl stop remoted; systemctl start corosync pacemaker'
	poll 60 remote_node_is_back
}

remote_node_is_back() {
	on node1 crm_mon -1 --output-as=xml | grep '<node name="node2"' | grep -q 'online="true"'
}

# remote_score create|modify SCORE: of the remote node for the group.
remote_score() {
	on node1 cibadmin "--$1" --scope constraints --xml-text \
		"<rsc_location id=\"far-runs-it\" rsc=\"mail\" node=\"far\" score=\"$2\"/>"
}

scene_remote() {
	ok "both nodes have the same key" remote_key
	ok "node2 leaves the cluster and becomes the remote node \"far\"" remote_begin || {
		remote_end
		return
	}
	ok "a VIP" create_vip
	ok "which may not run on the remote node yet" remote_score create -INFINITY
	ok "a resource after it" create_mta
	ok "the group starts on node1" lab wait-started mail-mta node1
	ok "a constraint wants it on the remote node" remote_score modify INFINITY
	ok "it moves there" lab wait-started mail-mta far
	restored "after it has left" node1
	like "there, the helper knows which node this is" \
		"$(on node2 env OCF_RESKEY_CRM_meta_on_node=far mta-stack vip --resource mail-mta 2>&1)" \
		'192\.0\.2\.10.*far'
	sends 5 far
	from_the_vip 5 far
	ok "the group stops" on node1 pcs resource disable mail
	ok "wholly" lab wait-stopped mail-vip
	restored "after the stop" node2
	is "nothing has failed" "$(failures)" ""
	ok "node2 is a node of the cluster again" remote_end
}

# Remote nodes are let in by their key.
remote_key() {
	on node1 sh -ec 'mkdir -p /etc/pacemaker
		[ -s /etc/pacemaker/authkey ] || dd if=/dev/urandom of=/etc/pacemaker/authkey bs=512 count=1 2>/dev/null
		chown root:haclient /etc/pacemaker/authkey; chmod 640 /etc/pacemaker/authkey; cat /etc/pacemaker/authkey' |
		on node2 sh -ec 'mkdir -p /etc/pacemaker; cat >/etc/pacemaker/authkey
			chown root:haclient /etc/pacemaker/authkey; chmod 640 /etc/pacemaker/authkey'
}
