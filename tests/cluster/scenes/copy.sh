# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: config_mode=copy: the configuration is on a read-only mount, and nothing of it ever changes

COPY=/run/mta-stack/mail-mta

scene_copy() {
	local n
	for n in node1 node2; do
		on "$n" sh -ec "cp -a $MTA_ETC /root/shared
			mount --bind /root/shared $MTA_ETC
			mount -o remount,ro,bind $MTA_ETC"
	done
	copy_before=$(fingerprint node1)
	copy_node2=$(fingerprint node2)
	copy_life
	for n in node1 node2; do
		on "$n" sh -c "$MTA_END
			umount $MTA_ETC; rm -rf /root/shared" >/dev/null 2>&1
	done
}

copy_life() {
	is "the configuration cannot be written" "$(on node1 touch "$MTA_ETC/x" 2>&1)" \
		"touch: cannot touch '$MTA_ETC/x': Read-only file system"
	ok "a VIP" create_vip
	ok "and the resource with config_mode=copy are created" create_mta config_mode=copy
	ok "they start" lab wait-started mail-mta node1 || return
	both_nodes
	sends 5 copy
	from_the_vip 5 copy
	unchanged "not a byte, date or attribute of the configuration has changed" node1 "$copy_before"
	is "Postfix runs with the copy" "$(on node1 sh -c '
		tr "\0" "\n" <"/proc/$(pgrep -x -o master)/environ" | sed -n s/^MAIL_CONFIG=//p')" \
		"$COPY$MTA_ETC"
	is "monitor is content" "$(agent node1 monitor OCF_RESKEY_config_mode=copy 2>&1; echo $?)" 0
	ok "a user can still submit, and see the queue" on node1 sh -ec '
		printf "Subject: x\n\nHello.\n" |
			setpriv --reuid=65534 --regid=65534 --clear-groups \
				sendmail -f sender@cluster.example user-1@remote.example
		setpriv --reuid=65534 --regid=65534 --clear-groups mailq >/dev/null'
	from_the_vip 1 user
	copy_command
	copy_drift
	copy_failover
}

# Set-gid programs obey no configuration directory but the default.
copy_command() {
	ok "an alias that runs sendmail" on node1 sh -ec '
		printf "%s\n" "robot: \"|/usr/sbin/sendmail -f sender@cluster.example robot-1@remote.example\"" \
			>>/etc/aliases
		newaliases'
	on node1 sh -c 'printf "Subject: x\n\nHello.\n" | sendmail -f sender@cluster.example robot'
	from_the_vip 1 robot
}

copy_drift() {
	on node1 mount -o remount,rw,bind "$MTA_ETC"
	on node1 sh -c "echo '# by hand' >>/root/shared/main.cf"
	says "an edit of the original is drift" 1 \
		"mta-stack: $MTA_ETC/main.cf has drifted: it was edited; the mail server runs with an \
older copy; apply again to put it right" node1 mta-stack check --mta postfix --resource mail-mta
	on node1 sh -c "sed -i '/^# by hand\$/d' /root/shared/main.cf
		touch -r /root/before/main.cf /root/shared/main.cf"
	on node1 mount -o remount,ro,bind "$MTA_ETC"
	ok "without it nothing has" on node1 mta-stack check --mta postfix --resource mail-mta
	ok "the copy without its bind" on node1 sed -i /smtp_bind_address/d "$COPY$MTA_ETC/main.cf"
	like "is a failure" "$(agent node1 monitor OCF_RESKEY_config_mode=copy 2>&1 | tr '\n' ' ')" \
		'no longer keeps mail on the VIP'
	ok "the cluster recovers it" poll 60 copy_bound node1
	on node1 pcs resource cleanup mail-mta >/dev/null 2>&1
	ok "and it runs" lab wait-started mail-mta node1
	sends 1 recovered
	from_the_vip 1 recovered
}

copy_bound() {
	on "$1" grep -q "^smtp_bind_address = $VIP_ADDRESS" "$COPY$MTA_ETC/main.cf"
}

copy_failover() {
	lab cut node1
	ok "after a power cut the VIP takes mail again" first_mail copyfirst || return
	from_the_vip 1 copyfirst
	ok "the cut node boots" lab boot node1
	is "and nothing of the copy is left there" "$(on node1 ls -A /run/mta-stack 2>/dev/null)" ""
	ok "the configuration is the admin's own" on node1 diff -r /root/before "$MTA_ETC"
	ok "the resource is disabled" on node2 pcs resource disable mail-mta
	ok "and stops" lab wait-stopped mail-mta
	is "nothing of the copy is left" "$(on node2 ls -A /run/mta-stack 2>/dev/null)" ""
	unchanged "and the configuration never changed" node2 "$copy_node2"
	is "no mail server runs" "$(mta_pids node2)" ""
}
