#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# real-opensmtpd: put the golden cases of the OpenSMTPD scanner to a real OpenSMTPD.
#
#   tests/golden/real-opensmtpd.sh [--update] [CASE…]
#
# Each case is laid out in / (see real.sh), first as it is in in/, then as it is in want/files.
# smtpd is asked both times: smtpd -n, and, started for a moment, what it has in its tables, which
# is where it keeps addresses and relays, also those that stand in an action. What must hold:
#   - the answers differ as want/real says (--update writes it: read it)
#   - they differ in nothing but addresses that became names, brackets, and the stack's settings
#   - the VIP is in force
#   - smtpd objects to nothing that it did not object to before
#   - where the scanner refuses a configuration, smtpd does too

set -u
# shellcheck source=tests/golden/real.sh
. "$(dirname "$0")/real.sh"
real_mta=opensmtpd

# The tables that smtpd says it has, each with its lines; those of its own and the numbers that it
# gives to nameless ones left out.
tables() {
	local log=$1 pid i
	: >"$log"
	smtpd -d -v -T tables -f "$config" >"$log" 2>&1 </dev/null &
	pid=$!
	# The process that prints them prints all before it looks at anything else.
	for ((i = 0; i < 500; i++)); do
		grep -q '^TABLE "<localnames>"' "$log" && break
		kill -0 $pid 2>/dev/null || break
		sleep 0.01
	done
	kill $pid 2>/dev/null
	wait $pid
	awk '/^TABLE "<(any|getpwnam|local)/ { ours = 0; next }
		/^TABLE/ { ours = 1; sub(/<dynamic:[0-9]+>/, "") }
		!/^(TABLE|\t)/ { ours = 0 }
		ours' "$log"
}

# ask FILE: what smtpd has to say about the configuration that lies there now.
ask() {
	local i
	smtpd -n -f "$config" >"$1.err" 2>&1 </dev/null
	echo "status $?" >"$1"
	grep -q '^status 0' "$1" || return
	# Its processes write at the same time, now and then into each other's lines: until two agree.
	tables "$work/log" >"$work/tables"
	for i in 1 2 3 4 5; do
		tables "$work/log" >"$work/again"
		cmp -s "$work/tables" "$work/again" && break
		mv "$work/again" "$work/tables"
	done
	cat "$work/tables" >>"$1"
}

# Rebuild what the case says is made from its tables.
rebuild() {
	local command
	while read -r command; do
		# shellcheck disable=SC2086 # a command line
		$command 2>>"$work/makemap.err" </dev/null || fault "$(cat "$work/makemap.err")"
	done < <(sed -E 's|^(.*)\.[a-z]+ \(\.[a-z]+\): (.*)\{source\}$|\2\1|' \
		"$case/want/derived" 2>/dev/null)
}

# lay_out [FILES]: the case, and FILES over it or, if it is about a copy, where that is.
lay_out() {
	local copy
	copy=$(stack_value copy)
	config=/etc/smtpd.conf
	rm -rf /etc/smtpd.conf /etc/mail
	[ ! -d "$case/in" ] || cp -R "$case/in/." /
	if [ -d "${1:-}" ]; then
		mkdir -p "$copy/" && cp -R "$1/." "$copy/"
		config=$copy$config
	fi
	chown -R root:root "$copy/etc/smtpd.conf" "$copy/etc/mail" 2>/dev/null
	rebuild
}

# What smtpd said, but for the addresses that it binds to and names itself after.
neutral() {
	grep -Ev '^TABLE "" |^	"(192\.0\.2\.|2001:[0-9a-f:]*:1::)[^"]*"( ->.*)?$' "$1" |
		sed -E -e "s|$(stack_value copy)/etc/|/etc/|; s/@/~/g" | sed -E -f "$work/neutral.sed" | sort -u
}

accepted() {
	local key config
	lay_out
	ask "$work/before"
	grep -q '^status 0' "$work/before" || fault "refused: $(cat "$work/before.err")"
	lay_out "$case/want/files"
	ask "$work/after"
	has_said "$work/before" "$work/after"
	neutral_script >"$work/neutral.sed"
	if ! diff <(neutral "$work/before") <(neutral "$work/after") >"$work/diff"; then
		fault "more than addresses and settings changed:"
		faults+=$(cat "$work/diff")$'\n'
	fi
	cmp -s "$work/before.err" "$work/after.err" || fault "new objections: $(cat "$work/after.err")"
	grep -Eq '^(bind|family) ' "$case/want/edits" 2>/dev/null || return
	for key in vip4 vip6; do
		[ -z "$(stack_value $key)" ] || grep -q "\"$(stack_value $key)\"" "$work/after" ||
			fault "$key is not in force"
	done
}

refused() {
	local config
	lay_out
	ask "$work/before"
	! grep -q '^status 0' "$work/before" || fault "smtpd has nothing against it"
}

real_setup() {
	echo mail.cluster.example >/etc/mailname
	ip address add 192.0.2.11/32 dev lo # a case listens there
}

real_case() {
	if [ -e "$case/want/error" ]; then
		refused
	else
		accepted
	fi
}

real_main "$@"
