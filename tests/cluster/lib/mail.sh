# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# mail: send numbered messages and see what became of them. All of it runs inside of a lab.
#
# A message is told by its recipient, PREFIX-NUMBER@DOMAIN, which stands in every log line about it.
#
# Guarantees: what is listed comes from the mail servers' own logs, of living and of cut machines.

mail_send() {
	local n='' domain=remote.example prefix=m to=$NET_VIP
	while [ $# -gt 0 ]; do
		case $1 in
			--domain) domain=${2:?} && shift 2 ;;
			--prefix) prefix=${2:?} && shift 2 ;;
			--to) to=${2:?} && shift 2 ;;
			*) n=$1 && shift ;;
		esac
	done
	[[ $n =~ ^[0-9]+$ ]] || die "usage: lab send N [--domain D] [--prefix P] [--to ADDRESS]"
	machine_enter client python3 - "$to" "$n" "$prefix" "$domain" <"$LAB_DIR/lib/submit.py"
}

mail_maillog() {
	machine_must_exist "${1:-}"
	case $1 in
		remote) cat "$IN/remote/root/var/log/mail.log" ;;
		*) machine_read "$1" journalctl -D /var/log/journal -q --no-pager -o short-iso \
			SYSLOG_FACILITY=2 ;;
	esac
}

# Deliveries at the remote, each joined with the client of its queue id.
mail_received() {
	mail_maillog remote | awk -v prefix="${1:-}" '
		match($0, /: [0-9A-Za-z]+: client=/) {
			id = substr($0, RSTART + 2, RLENGTH - 11)
			rest = substr($0, RSTART + RLENGTH)
			sub(/\].*/, "", rest)
			sub(/\[/, " ", rest)
			client[id] = rest
		}
		/postfix\/virtual\[/ && /status=sent/ && match($0, /: [0-9A-Za-z]+: to=</) {
			id = substr($0, RSTART + 2, RLENGTH - 8)
			rest = substr($0, RSTART + RLENGTH)
			sub(/>.*/, "", rest)
			if (prefix == "" || index(rest, prefix "-") == 1)
				print client[id], rest
		}'
}

mail_refused() {
	mail_maillog remote | awk -v prefix="${1:-}" '
		/NOQUEUE: reject: / && match($0, /RCPT from [^ ]+\]/) {
			who = substr($0, RSTART + 10, RLENGTH - 11)
			sub(/\[/, " ", who)
			reason = substr($0, RSTART + RLENGTH + 2)
			sub(/; from=.*/, "", reason)
			rcpt = match($0, / to=<[^>]*>/) ? substr($0, RSTART + 5, RLENGTH - 6) : "-"
			if (prefix == "" || index(rcpt, prefix "-") == 1)
				print who, rcpt, reason
		}'
}

# Returned to the sender by a node: for what the other side refused, or by a fault of ours.
mail_bounced() {
	local n
	for ((n = 1; n <= NODES; n++)); do
		mail_maillog "node$n" | "${MTA}_bounced" "${1:-}" "node$n"
	done
}

mail_queue() {
	machine_must_exist "${1:-}"
	case $1 in
		remote) machine_enter remote postqueue -p ;;
		*) "${MTA}_queue" "$1" ;;
	esac
}

mail_wait_received() {
	[ $# -ge 1 ] || die "usage: lab wait-received N [SECONDS [PREFIX]]"
	poll "${2:-60}" mail_have_received "$1" "${3:-}" && return 0
	say "lab: $(mail_received "${3:-}" | wc -l) of $1 messages received after ${2:-60} s"
	return 1
}

mail_have_received() {
	[ "$(mail_received "$2" | wc -l)" -ge "$1" ]
}
