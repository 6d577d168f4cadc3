# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# stage: what the scenes of story.sh have in common, to be sourced after tap.sh, lib/say.sh and
# mta/NAME.sh, which says of one mail server:
#
#     MTA_ETC            the directory with the admin's configuration; its copy is /root/before
#     MTA_UNIT           the distribution's unit
#     MTA_DAEMON         the unit that has the processes
#     MTA_PID_FILE       for the scene process
#     MTA_SCENES         the scenes that make sense with it
#     MTA_PARAMETERS     what `pcs resource create` needs beside mta=NAME
#     MTA_PROCESSES      shell text for a node: print the pids of the server, its master first
#     MTA_PREPARE        shell text: make the configuration one that is easily damaged
#     MTA_SIX            shell text: add the route six.example, to a partner that has IPv6 only
#     mta_deferred       PREFIX: has node1 put such mail off?
#     MTA_END            shell text: end the server, whoever started it, and empty its queue
#
#     stage_prepare                  once, after `lab up`
#     stage_reset                    before each scene: node1 online, node2 in standby, no resource,
#                                    the admin's own configuration, no mail server, DNS answers
#     lab …; on NODE CMD…            the lab; a command on a node
#     create_vip; create_mta …       the set-up of README.md
#     from_the_vip, restored, unchanged, fails, says     assertions
#
# Guarantees: no wait without a bound. Does not: work without HERE and LAB.

VIP_NAME=mail.cluster.example
VIP_ADDRESS=192.0.2.10
AGENT=/usr/lib/ocf/resource.d/mta/stack

lab() {
	"$HERE/lab" --lab "$LAB" "$@"
}

on() {
	lab enter "$@"
}

# --- before the scenes ------------------------------------------------------------------------

# Things that a careless copy loses: a group, a mode, an ACL, an extended attribute, a date.
stage_prepare() {
	local n
	for n in node1 node2; do
		on "$n" sh -ec "$MTA_PREPARE" && on "$n" cp -a "$MTA_ETC" /root/before || return 1
	done
	on node1 crm_attribute --type rsc_defaults --name resource-stickiness --update 100
}

stage_node_reset() {
	on "$1" sh -c "$MTA_END
		systemctl reset-failed
		rm -rf $MTA_ETC /var/lib/mta-stack /run/resource-agents/mta-stack-*
		cp -a /root/before $MTA_ETC" >/dev/null 2>&1
}

stage_reset() {
	local n
	for n in node1 node2; do
		on "$n" true 2>/dev/null || lab boot "$n" || return 1
	done
	lab dns resume 2>/dev/null
	lab dns start || return 1
	on node1 sh -c '
		for n in node1 node2; do crm_standby -q -N $n -v on; done
		ids=$(cibadmin -Q -o resources |
			sed -En "s/^  <(group|clone|primitive) id=\"([^\"]*)\".*/\2/p")
		[ -n "$ids" ] || exit 0
		crm_resource --cleanup >/dev/null 2>&1
		for id in $ids; do pcs resource delete --force $id; done' >/dev/null 2>&1
	for n in node1 node2; do
		stage_node_reset "$n"
	done
	on node1 sh -c '
		for id in $(cibadmin -Q -o constraints | sed -En "s/^  <rsc_.* id=\"([^\"]*)\".*/\1/p"); do
			pcs constraint delete $id
		done
		crm_standby -q -N node1 -D' >/dev/null 2>&1
	poll 30 no_resource || return 1
	stage_forget_attributes
	return 0
}

no_resource() {
	! on node1 crm_mon -1 | grep -Eq 'mail-|lone'
}

# What a restore left for a person to see.
stage_forget_attributes() {
	on node1 sh -c '
		cibadmin -Q -o status | sed -En "s/.*<nvpair id=\"status-[^\"]*\" name=\"(mail[^\"]*)\".*/\1/p" |
			sort -u | while read -r name; do
				attrd_updater --name "$name" --node node1 --delete
				attrd_updater --name "$name" --node node2 --delete
			done' >/dev/null 2>&1
}

both_nodes() {
	on node1 crm_standby -q -N node2 -D
}

# --- the set-up of README.md ------------------------------------------------------------------

create_vip() {
	on node1 pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
		--group mail
}

# create_mta [PARAMETER=VALUE…] [op …]
create_mta() {
	on node1 pcs resource create mail-mta ocf:mta:stack mta="$MTA" "${MTA_PARAMETERS[@]}" "$@" \
		--group mail
}

# started [PARAMETER=VALUE…]: the whole set-up, running on node1.
started() {
	create_vip && create_mta "$@" && lab wait-started mail-mta node1
}

# agent NODE ACTION [VARIABLE=VALUE…]: as Pacemaker calls it.
agent() {
	local node=$1 action=$2
	shift 2
	set -- "${MTA_PARAMETERS[@]/#/OCF_RESKEY_}" "$@"
	on "$node" env OCF_ROOT=/usr/lib/ocf OCF_RA_VERSION_MAJOR=1 OCF_RA_VERSION_MINOR=1 \
		OCF_RESOURCE_INSTANCE=mail-mta OCF_RESOURCE_CLASS=ocf OCF_RESOURCE_PROVIDER=mta \
		OCF_RESOURCE_TYPE=stack OCF_RESKEY_mta="$MTA" OCF_RESKEY_CRM_meta_timeout=20000 \
		"$@" "$AGENT" "$action"
}

# --- looking ----------------------------------------------------------------------------------

# fingerprint NODE [DIRECTORY [DATES]]: all that can be told about the files there; DATES is what find
# prints of theirs, '' for nothing.
fingerprint() {
	# shellcheck disable=SC2016 # for the shell over there
	on "$1" sh -c 'cd "$0" || exit 1
		export LC_ALL=C
		find . ! -type d -printf "%P %y %m %U:%G %s $1%n %l\n" | sort
		find . -type d -printf "%P %y %m %U:%G\n" | sort
		find . -type f -exec sha256sum {} + | sort -k 2
		find . -type f | sort | xargs -r getfacl -n
		find . -type f | sort | xargs -r getfattr -d -m- -e hex' "${2:-$MTA_ETC}" "${3-%TY-%Tm-%Td %TT }"
}

# operation NODE RESOURCE OPERATION ATTRIBUTE: of the last such operation in the cluster's history.
operation() {
	on "$(living)" cibadmin --query --xpath \
		"//node_state[@uname='$1']//lrm_resource[@id='$2']/lrm_rsc_op[@operation='$3']" \
		2>/dev/null | sed -En "s/.* $4=\"([^\"]*)\".*/\1/p" | tail -n 1
}

# A node that is on.
living() {
	local n
	for n in node1 node2; do
		on "$n" true 2>/dev/null && printf '%s\n' "$n" && return
	done
}

# failure RESOURCE OPERATION NODE: "CODE REASON", as crm_mon shows it; its XML is escaped twice.
failure() {
	on "$(living)" crm_mon -1 --output-as=xml 2>/dev/null |
		sed -En "s/.*<failure op_key=\"$1_$2_[0-9]+\" node=\"$3\" .*exitreason=\"([^\"]*)\" exitcode=\"([0-9]+)\".*/\2 \1/p" |
		sed 's/&amp;/\&/g; s/&apos;/'\''/g; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g' | tail -n 1
}

has_failure() {
	[ -n "$(failure "$@")" ]
}

# Everything that crm_mon reports as failed.
failures() {
	on "$(living)" crm_mon -1 --output-as=xml | grep '<failure '
}

# mta_pids NODE: the server's, whoever started it; nothing if it is off.
mta_pids() {
	on "$1" sh -c "$MTA_PROCESSES"
}

# How often a node's own IPv6 address has called the remote, whether for mail or not.
node_calls_over_6() {
	lab maillog remote | grep -c 'connect from .*\[2001:db8:1::1[1-9]\]'
}

# count received|refused|bounced PREFIX N
count() {
	[ "$(lab "$1" "$2" | wc -l)" -eq "$3" ]
}

# first_mail PREFIX: try until one message is accepted at the VIP, at most 60 s.
first_mail() {
	on client timeout 60 python3 - "$VIP_ADDRESS" "$1" <<-'END'
		import smtplib, sys, time
		address, prefix = sys.argv[1:3]
		text = "Subject: first\r\n\r\nHello.\r\n"
		while True:
		    try:
		        with smtplib.SMTP(address, 25, "client.cluster.example", timeout=0.5) as server:
		            server.sendmail("sender@cluster.example", [prefix + "-1@remote.example"], text)
		        break
		    except (OSError, smtplib.SMTPException):
		        time.sleep(0.05)
	END
}

# --- assertions -------------------------------------------------------------------------------

# sends N PREFIX [DOMAIN]: the VIP takes them all.
sends() {
	is "$1 messages are submitted at the VIP${3:+ for $3}" \
		"$(lab send "$1" --prefix "$2" --domain "${3:-remote.example}" 2>&1)" \
		"$1 of $1 acknowledged by $VIP_ADDRESS"
}

# from_the_vip N PREFIX: what became of them.
from_the_vip() {
	lab wait-received "$1" 40 "$2" 2>/dev/null
	is "the remote accepted all $1, from the VIP by its name" \
		"$(lab received "$2" | awk '{ n[$1 " " $2]++ } END { for (w in n) print n[w], w }' | sort)" \
		"$1 $VIP_NAME $VIP_ADDRESS"
	is "each of them once" "$(lab received "$2" | awk '{ print $3 }' | sort -u | wc -l)" "$1"
	is "it refused none" "$(lab refused "$2")" ""
	is "none was bounced" "$(lab bounced "$2")" ""
}

# unchanged WHAT NODE BEFORE [DIRECTORY]: BEFORE is what fingerprint gave.
unchanged() {
	local now rc=0
	now=$(fingerprint "$2" "${4:-$MTA_ETC}")
	[ -n "$now" ] && [ "$now" = "$3" ] || rc=1
	tap_verdict $rc "$1" "$(diff <(printf '%s\n' "$3") <(printf '%s\n' "$now"))"
}

# restored WHEN NODE: the configuration is as the admin left it.
restored() {
	# shellcheck disable=SC2016 # for the shell over there
	ok "$1, the configuration on $2 is what it was: cmp" on "$2" sh -c 'cd /root/before &&
		find . -type f | sort | while read -r f; do cmp "$f" "$0/$f" || exit 1; done &&
		diff -r . "$0"' "$MTA_ETC"
	unchanged "owners, modes, dates, ACLs and attributes too" "$2" "$(fingerprint "$2" /root/before)"
}

# fails WHAT RESOURCE OPERATION NODE CODE REASON: crm_mon shows exactly this.
fails() {
	poll 40 has_failure "$2" "$3" "$4"
	is "$1" "$(failure "$2" "$3" "$4")" "$5 $6"
}

# says WHAT CODE LINE NODE CMD…: the exit code, and exactly this on standard error.
says() {
	local what=$1 code=$2 line=$3 said rc
	shift 3
	said=$(on "$@" 2>&1 >/dev/null)
	rc=$?
	is "$what" "$rc $said" "$code $line"
}

# refuses WHAT CODE REASON NODE ACTION [VARIABLE=VALUE…]: the agent, called by hand; REASON may be
# empty.
refuses() {
	local what=$1 code=$2 line=$3 said rc
	shift 3
	said=$(agent "$@" 2>&1 >/dev/null)
	rc=$?
	is "$what" "$rc $(grep ^ocf-exit-reason: <<<"$said")" "$code ${line:+ocf-exit-reason:}$line"
}
