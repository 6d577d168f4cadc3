# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: config_mode=copy with a mail server that is given its configuration by name
#
# What else is promised of copies the scene copy shows with Postfix.

scene_copied() {
	local before pid copy=/run/mta-stack/mail-mta
	before=$(fingerprint node1)
	ok "VIP and resource, with config_mode=copy" started config_mode=copy || return
	pid=$(mta_pids node1 | head -n 1)
	like "the mail server was started with the copy" \
		"$(on node1 cat "/proc/$pid/cmdline" | tr '\0' ' ')" " $copy/"
	sends 5 copy
	from_the_vip 5 copy
	unchanged "nothing of the configuration has changed" node1 "$before"
	is "monitor is content" "$(agent node1 monitor OCF_RESKEY_config_mode=copy 2>&1; echo $?)" 0
	both_nodes
	ok "it moves" lab move mail-mta node2
	is "nothing of the copy is left" "$(on node1 ls -A /run/mta-stack 2>/dev/null)" ""
	unchanged "and the configuration is as it was" node1 "$before"
	sends 5 copymoved
	from_the_vip 5 copymoved
	ok "it stops" on node2 pcs resource disable mail-mta --wait=60
	is "nothing of it runs" "$(mta_pids node2)" ""
	is "nothing failed on the way" "$(failures)" ""
}
