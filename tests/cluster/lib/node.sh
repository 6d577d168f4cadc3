# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# node: the cluster software of a node.
#
# Guarantees: real corosync (knet, encrypted, on its own ring network) and pacemaker, enabled at
# boot as `pcs cluster enable` leaves them; both keys are made for this lab alone.
# Does not: run pcsd, so `pcs` works on the node's own cluster only.

# The keys of the cluster, once a lab.
node_keys() {
	head -c 256 /dev/urandom >"$IN/corosync.key" &&
		head -c 256 /dev/urandom >"$IN/pacemaker.key"
}

node_corosync_conf() {
	local n
	cat <<-END
		totem {
		    version: 2
		    cluster_name: $LAB
		    transport: knet
		    crypto_cipher: aes256
		    crypto_hash: sha256
		    token: 1000
		    consensus: 1200
		    join: 50
		}
		system {
		    sched_rr: no
		    allow_knet_handle_fallback: yes
		    move_to_root_cgroup: no
		}
		logging {
		    to_logfile: yes
		    logfile: /var/log/corosync/corosync.log
		    to_syslog: yes
		    timestamp: hires
		}
		quorum {
		    provider: corosync_votequorum
	END
	[ "$NODES" -eq 2 ] && printf '    two_node: 1\n    wait_for_all: 0\n'
	printf '}\nnodelist {\n'
	for ((n = 1; n <= NODES; n++)); do
		printf '    node {\n        name: node%d\n        nodeid: %d\n' "$n" "$n"
		printf '        ring0_addr: 203.0.113.%d\n    }\n' $((10 + n))
	done
	printf '}\n'
}

# node_configure NAME
node_configure() {
	local R=$IN/$1/root n
	for ((n = 1; n <= NODES; n++)); do
		[ "node$n" = "$1" ] ||
			printf '192.0.2.%d\tnode%d.cluster.example node%d\n' $((10 + n)) "$n" "$n"
	done >>"$R/etc/hosts"
	mkdir -p "$R/etc/corosync" "$R/etc/pacemaker" "$R/var/lib/pacemaker/cib" &&
		node_corosync_conf >"$R/etc/corosync/corosync.conf" &&
		cp "$IN/corosync.key" "$R/etc/corosync/authkey" &&
		cp "$IN/pacemaker.key" "$R/etc/pacemaker/authkey" &&
		cp "$R/usr/share/mta-stack-lab/cib.xml" "$R/var/lib/pacemaker/cib/cib.xml" &&
		chmod 400 "$R/etc/corosync/authkey" &&
		chmod 640 "$R/etc/pacemaker/authkey" &&
		chmod 600 "$R/var/lib/pacemaker/cib/cib.xml" &&
		chroot "$R" chown root:haclient /etc/pacemaker/authkey &&
		chroot "$R" chown hacluster:haclient /var/lib/pacemaker/cib/cib.xml
}
