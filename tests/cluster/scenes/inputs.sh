# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: wrong inputs end with the right code and one exact line, and change nothing

scene_inputs() {
	local before
	before=$(fingerprint node1)

	ok "a resource without a VIP is created" on node1 pcs resource create lone ocf:mta:stack \
		mta=postfix
	fails "crm_mon: no VIP" lone start node1 6 "cannot find a VIP for lone: no IP resource \
precedes it in a group or is colocated with it; name one with vip"
	on node1 pcs resource delete lone >/dev/null 2>&1
	ok "one with an unknown mail server is created" on node1 pcs resource create lone \
		ocf:mta:stack mta=qmail
	fails "crm_mon: unknown mta" lone monitor node1 6 \
		"cannot use mta=qmail: this version knows $(inputs_known)"
	on node1 pcs resource delete lone >/dev/null 2>&1
	unchanged "nothing has changed" node1 "$before"

	ok "a VIP" create_vip
	ok "runs" lab wait-started mail-vip node1
	ok "and a resource after it, not started yet" create_mta --disabled
	inputs_files
	inputs_elsewhere
}

# The mail servers that the metadata lists, as a sentence has them.
inputs_known() {
	on node1 crm_resource --show-metadata ocf:mta:stack |
		sed -En '/<parameter name="mta"/,/<\/parameter>/ s/.*<option value="([^"]*)".*/\1/p' |
		paste -sd, | sed 's/,/, /g'
}

# inputs_file WHAT REASON COMMAND: an admin breaks the configuration with COMMAND.
inputs_file() {
	local before what=$1 reason=$2
	shift 2
	on node1 sh -ec "rm -rf /etc/postfix; cp -a /root/before /etc/postfix; cd /etc/postfix; $*"
	before=$(fingerprint node1)
	refuses "$what: start" 5 "$reason" node1 start
	refuses "$what: probe, stopped" 7 "" node1 monitor OCF_RESKEY_CRM_meta_interval=0
	refuses "$what: stop" 0 "" node1 stop
	unchanged "$what: nothing has changed" node1 "$before"
	is "$what: no mail server was started" "$(mta_pids node1)" ""
}

inputs_files() {
	local before malformed
	malformed="cannot understand /etc/postfix/main.cf line 41: missing '=' after attribute name"
	inputs_file "main.cf is missing" "cannot open /etc/postfix/main.cf: No such file or directory" \
		rm main.cf
	inputs_file "main.cf is a directory" "cannot open /etc/postfix/main.cf: it is a directory" \
		'rm main.cf; mkdir main.cf'
	inputs_file "master.cf is missing" \
		"cannot open /etc/postfix/master.cf: No such file or directory" rm master.cf
	inputs_file "no configuration at all" \
		"cannot open /etc/postfix/main.cf: No such file or directory" 'cd /; rm -r /etc/postfix/*'
	inputs_file "a malformed line" "$malformed" \
		'echo "relayhost2 [198.51.100.25]" >>main.cf'

	before=$(fingerprint node1)
	ok "with the malformed line, the resource is enabled" on node1 pcs resource enable mail-mta
	fails "crm_mon: malformed main.cf" mail-mta start node1 5 \
		"$malformed"
	unchanged "nothing has changed" node1 "$before"
	on node1 pcs resource delete mail-mta >/dev/null 2>&1
	stage_node_reset node1
}

inputs_elsewhere() {
	local before1 before2
	before1=$(fingerprint node1)
	before2=$(fingerprint node2)
	ok "a resource that is not colocated with its VIP" on node1 sh -ec '
		pcs resource create lone ocf:mta:stack mta=postfix vip=mail-vip --disabled
		pcs constraint location lone avoids node1
		crm_standby -q -N node2 -D
		pcs resource enable lone'
	fails "crm_mon: the VIP is elsewhere" lone start node2 1 "cannot apply: the VIP 192.0.2.10 \
(mail-vip) is not on this node; order and colocate this resource after it"
	unchanged "nothing has changed there" node2 "$before2"
	unchanged "and nothing where the VIP is" node1 "$before1"
	is "no mail server was started" "$(mta_pids node2)" ""
}
