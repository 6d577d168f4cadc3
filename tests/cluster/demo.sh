#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo: what mta-stack is for, told on a real two-node cluster.
#
#   demo.sh --install TREE         TREE is what `make install DESTDIR=TREE` gave
#
# KEEP=1 leaves the cluster up and says how to look around. NO_COLOR=1: no colours.
#
# Guarantees: each step shows its evidence from the machine where it arose, and the demo fails if a
# step did not go as told; everything is taken down on every way out.

set -u
export LC_ALL=C
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
# shellcheck source=tests/cluster/lib/say.sh
. "$HERE/lib/say.sh"
# shellcheck source=tests/cluster/mta/postfix.sh
. "$HERE/mta/postfix.sh"
# shellcheck source=tests/cluster/stage.sh
. "$HERE/stage.sh"

case $#:${1:-} in
2:--install) tree=$2 ;;
*) sed -n 's/^# \{0,1\}//; 4,8p' "$0" >&2 && exit 2 ;;
esac

MTA=postfix
LAB=demo$$
LAB=${LAB:0:12}
step=0
begin=$(now_ms)

bold='' dim='' green='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

cleanup() {
	[ -d "/run/mta-stack-lab/$LAB" ] || return 0
	if [ -n "${KEEP:-}" ]; then
		look_around
	else
		lab down
	fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# --- telling ----------------------------------------------------------------------------------

# tell WORDS…: the next step.
tell() {
	step=$((step + 1))
	printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"
	shift
	[ $# -eq 0 ] || printf '   %s\n' "$@"
}

# evidence [COLOUR]: what comes in, indented.
evidence() {
	local line
	while IFS= read -r line; do
		printf '     %s%s%s\n' "${1:-}" "$line" "${1:+$plain}"
	done
}

# shown WHERE COMMAND…: the command as typed on that machine, and what it said.
shown() {
	local where=$1 out rc
	shift
	printf '   %s%s#%s %s\n' "$dim" "$where" "$plain" "$*"
	out=$(on "$where" "$@" 2>&1)
	rc=$?
	[ -z "$out" ] || printf '%s\n' "$out" | evidence
	return $rc
}

good() {
	printf '   %s✓ %s%s\n' "$green" "$*" "$plain"
}

give_up() {
	printf '\n   %sThis did not go as it should: %s%s\n' "$red" "$*" "$plain"
	[ ! -d "/run/mta-stack-lab/$LAB" ] || lab crm 2>&1 | evidence
	exit 1
}

look_around() {
	on "$(living)" pcs resource enable mail-mta >/dev/null 2>&1
	cat <<-END

		${bold}The cluster stays up.${plain} Look around:
		  export LAB=$LAB
		  $HERE/lab enter node2                 a shell on a node: pcs status, mta-stack vip …
		  $HERE/lab crm                         what the cluster thinks
		  $HERE/lab boot node1                  power on the node that was cut
		  $HERE/lab send 5; $HERE/lab received  mail through the VIP
		  $HERE/lab help                        all the rest
		  $HERE/lab down                        the end
	END
}

# --- the story --------------------------------------------------------------------------------

the_stage() {
	printf '%sA mail server on a cluster answers on the VIP, but calls out from its node.%s\n' \
		"$bold" "$plain"
	cat <<-'END'
		Two nodes (real corosync, pacemaker, Postfix) and a remote site whose Postfix takes mail from
		one peer only: mail.cluster.example, which is the name of the VIP 192.0.2.10.

		  client ──► VIP 192.0.2.10 ─ node1 192.0.2.11 ─┐
		                              node2 192.0.2.12 ─┴─► mx1.remote.example 198.51.100.25

	END
	"$HERE/lab" up --id "$LAB" --install "$tree" >/dev/null || give_up "the lab does not come up"
	stage_prepare >/dev/null 2>&1 || give_up "the nodes cannot be prepared"
	on node1 crm_standby -q -N node2 -v on
}

the_fault() {
	tell "The fault: mail leaves from the node's address, and the remote refuses it." \
		"Postfix runs on node1 as Debian starts it, and takes a message for the remote."
	shown node1 systemctl start postfix || give_up "Debian's Postfix does not start"
	lab send 1 --prefix before --to 192.0.2.11 >/dev/null
	poll 20 count refused before 1 || give_up "the remote refused nothing"
	echo "   The remote's own log:"
	lab maillog remote | grep 'reject: RCPT.*before-1@' | tail -n 1 | fold -s -w 90 | evidence "$red"
	shown node1 systemctl disable --now postfix
}

the_setup() {
	tell "The cure: a VIP, and after it in the same group the mail server as ocf:mta:stack."
	shown node1 pcs resource create mail-vip ocf:heartbeat:IPaddr2 ip=192.0.2.10 cidr_netmask=24 \
		--group mail || give_up "the VIP is not created"
	shown node1 pcs resource create mail-mta ocf:mta:stack mta=postfix --group mail ||
		give_up "the resource is not created"
	lab wait-started mail-mta node1 2>/dev/null || give_up "the mail server does not start"
	on node1 crm_standby -q -N node2 -D
	lab crm | grep mail- | evidence
	good "started on node1 in $(operation node1 mail-mta start exec-time) ms"
}

the_plan() {
	tell "What it changes: nothing but this." \
		"node2 is still as its admin left it; this would be done there (plan writes nothing):"
	shown node2 mta-stack plan --resource mail-mta --mta postfix || give_up "plan fails"
}

the_cure() {
	tell "The same mail again, and 19 more: accepted, from the VIP by its name."
	lab send 20 --prefix after | evidence
	lab wait-received 20 40 after || give_up "not all mail arrived"
	arrived after 20
}

# arrived PREFIX N: the remote's log line of the first, and who brought them.
arrived() {
	local who
	echo "   The remote's own log:"
	lab maillog remote | grep "client=$VIP_NAME" | tail -n 1 | evidence "$green"
	echo "   Who brought the messages $1-1 to $1-$2, by the remote's log:"
	lab received "$1" | awk '{ print $1, "[" $2 "]" }' | sort | uniq -c | evidence
	who=$(lab received "$1" | awk '{ print $1, $2 }' | sort -u)
	[ "$who" = "$VIP_NAME $VIP_ADDRESS" ] || give_up "not all came from the VIP"
	[ -z "$(lab refused "$1")$(lab bounced "$1")" ] || give_up "some were refused or bounced"
	good "$2 of $2 accepted from $VIP_NAME [$VIP_ADDRESS], 0 refused, 0 bounced"
}

the_glance() {
	tell "At a glance: where everybody looks already, and in one screen of its own."
	poll 30 state_is_shown || give_up "crm_mon shows nothing of it"
	shown node1 crm_mon -1A || give_up "crm_mon fails"
	shown node1 mta-stack status --resource mail-mta || give_up "not all is well"
}

state_is_shown() {
	on node1 crm_mon -1A | grep -Eq 'mail-mta-state[[:space:]]*: in sync'
}

the_cut() {
	local start took
	tell "The power of node1 is cut, without a word of warning."
	start=$(now_ms)
	lab cut node1 || give_up "node1 does not die"
	first_mail cut || give_up "nobody takes mail at the VIP"
	took=$(seconds_since "$start")
	lab wait-started mail-mta node2 2>/dev/null || give_up "node2 did not take over"
	echo "   crm_mon on node2:"
	lab crm | grep -E 'Online|OFFLINE|mail' | evidence
	good "node2 took mail at the VIP $took s after the cut"
}

the_other_node() {
	tell "20 messages more: node2 is another machine, but for the remote nothing has changed."
	lab send 20 --prefix survivor | evidence
	lab wait-received 20 40 survivor || give_up "not all mail arrived"
	arrived survivor 20
}

the_undo() {
	tell "The resource is stopped: the configuration is what it was, byte for byte." \
		"/root/before is a copy from before the resource was there."
	on node2 cmp -s /root/before/main.cf /etc/postfix/main.cf && give_up "it was not changed at all"
	shown node2 cmp /root/before/main.cf /etc/postfix/main.cf
	shown node2 pcs resource disable mail-mta --wait=60 || give_up "it does not stop"
	shown node2 cmp /root/before/main.cf /etc/postfix/main.cf &&
		shown node2 cmp /root/before/transport /etc/postfix/transport &&
		shown node2 cmp /root/before/transport.lmdb /etc/postfix/transport.lmdb ||
		give_up "the files differ"
	[ "$(fingerprint node2)" = "$(fingerprint node2 /root/before)" ] ||
		give_up "owners, modes, dates, ACLs or attributes differ"
	good "identical: cmp has nothing to say; owners, modes, dates, ACLs and attributes too"
}

the_stage
the_fault
the_setup
the_plan
the_cure
the_glance
the_cut
the_other_node
the_undo
printf '\n%sThat is all.%s It took %s s.\n' "$bold" "$plain" "$(seconds_since "$begin")"
