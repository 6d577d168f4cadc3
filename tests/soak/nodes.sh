# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# nodes: how the three nodes of the soak are set up, and how they must be found in the end; to be sourced
# after stage.sh.
#
# Guarantees: the admin's own files are in /root/before on each node, and whoever edits them while the
# resource runs edits that copy in the same way.

NODES="node1 node2 node3"

# The admin's additions: the queue and a mailbox on the shared directory, and a partner known by an IPv6
# address alone. Below the place where they are mounted lies an empty queue, so that the distribution's
# Postfix can start at boot and stand in the way.
NODES_ADMIN='
	cd /etc/postfix
	sed -i "s/^biff = no/&\nheader_size_limit = 102400/" main.cf
	cat >>main.cf <<-END

	# --- what moves with the cluster -----------------------------------------
	queue_directory = /srv/mail/queue
	virtual_mailbox_domains = inbox.example
	virtual_mailbox_base = /srv/mail
	virtual_mailbox_maps = static:in/
	virtual_minimum_uid = 8
	virtual_uid_maps = static:8
	virtual_gid_maps = static:8
	END
	sed -i "s/^plant.example .*/plant.example smtp:[2001:db8:2::25]:25/" transport
	postmap lmdb:transport
	touch -d "1 hour ago" main.cf transport transport.lmdb
	mkdir -p /srv/mail/queue
	postfix check
	systemctl -q enable mta-stack-restore
	systemctl -q disable postfix'

# shellcheck disable=SC2016 # for the shell over there
NODES_SHARED='
	cd /srv/shared
	mkdir -p fence mail/in mail/queue
	for d in cur new tmp; do mkdir mail/in/$d; done
	chown -R 8:8 mail/in
	# What services in a chroot read lies in the queue; the unit would put it there at each start.
	mount --bind /srv/shared/mail /srv/mail
	postfix check
	/usr/lib/postfix/configure-instance.sh -
	umount /srv/mail'

# shellcheck disable=SC2016 # for the shell over there
NODES_CIB='
	crm_attribute --type rsc_defaults --name resource-stickiness --update 100
	pcs stonith create power fence_mtalab pcmk_host_check=static-list \
		pcmk_host_list="node1 node2 node3" pcmk_reboot_action=off op monitor interval=60s
	pcs property set stonith-enabled=true stonith-timeout=20s
	pcs resource create mail-queue ocf:heartbeat:Filesystem device=/srv/shared/mail \
		directory=/srv/mail fstype=none options=bind --group mail
	pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 --group mail
	pcs resource create mail-vip6 ocf:heartbeat:IPaddr2 ip=2001:db8:1::10 cidr_netmask=64 --group mail
	# Without name= a node whose first start finds no DNS greets the remote by its own name.
	pcs resource create mail-mta ocf:mta:stack mta=postfix name=mail.cluster.example $PARAMETERS \
		op monitor interval=10s timeout=20s op monitor interval=60s timeout=40s OCF_CHECK_LEVEL=10 \
		op stop timeout=30s --group mail'

# nodes_prepare PARAMETERS: of the resource.
nodes_prepare() {
	local n parameters=$1
	for n in $NODES; do
		on "$n" sh -c 'cat >/usr/sbin/fence_mtalab && chmod 755 /usr/sbin/fence_mtalab' \
			<"$SOAK/fence_mtalab" &&
			on "$n" sh -ec "$MTA_PREPARE $NODES_ADMIN" && on "$n" cp -a "$MTA_ETC" /root/before || return 1
	done
	on remote systemctl -q disable --now postfix && on node1 sh -ec "$NODES_SHARED" &&
		drive listen && on node1 env PARAMETERS="$parameters" sh -ec "$NODES_CIB" && lab wait-started mail-mta
}

# What our programs may keep after a stop: what they know, and no originals.
NODES_LEFT='
	pgrep -l "^mta-stack"
	pgrep -fa "^/bin/sh /usr/lib/ocf/resource.d/mta/"
	find /etc /srv/mail /srv/shared/mail /run /tmp -xdev -name "*mta-stack*" ! -path "*/systemd/*" \
		! -path "*/cron*" ! \( -path /run/mta-stack -empty \)
	find /var/lib/mta-stack -type f | grep -Ev \
		"^/var/lib/mta-stack/(\.claims|\.lock|mail-mta/(state\.json|names|lock|tables/[0-9a-f]+\.(key|table)))$"
	:'

nodes_checked() {
	local n before now
	is "no node attribute is left" "$(on node1 crm_mon -1A | grep -E 'mail-mta|Node List')" \
		"Node List:"
	for n in $NODES; do
		before=$(fingerprint "$n" /root/before '')
		now=$(fingerprint "$n" "$MTA_ETC" '')
		[ -n "$before" ] && [ "$now" = "$before" ]
		tap_verdict $? "$n: the configuration is the admin's, owners, modes, ACLs and attributes too" \
			"$(on "$n" diff -r /root/before "$MTA_ETC"
				diff <(printf '%s\n' "$before") <(printf '%s\n' "$now"))"
		is "$n: no mail server runs" "$(mta_pids "$n"; on "$n" echo it is on)" "it is on"
		is "$n: no process and no file of ours is left" "$(on "$n" sh -c "$NODES_LEFT" 2>&1)" ""
	done
}

nodes_evidence() {
	local n
	lab crm
	for n in $NODES; do
		echo "== $n"
		on "$n" journalctl -q --no-pager -o short-precise |
			grep -E 'mta-stack|stack\(|postfix/(master|postfix-script)|fence|error|warn|crit' | tail -n 4000
	done
}
