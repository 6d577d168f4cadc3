#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# real-sendmail: put the golden cases of the Sendmail scanner to a real Sendmail.
#
#   tests/golden/real-sendmail.sh [--update] [CASE…]
#
# Each case is laid out as /etc/mail (see real.sh), first as it is in in/, then as it is in
# want/files. Sendmail is asked both times, in test mode, about sendmail.cf and submit.cf: its
# options as it sets them, the relays' macros, its mailers, every entry of the tables, and where it
# would send the addresses in the case's file `ask`. What m4 makes of the .mc is shown too, and put
# to Sendmail. What must hold:
#   - the answers differ as want/real says (--update writes it: read it)
#   - they differ in nothing but addresses that became names, brackets, and the stack's settings
#   - the stack's settings are in force, in what m4 makes of a .mc as well
#   - Sendmail ends as it did before
#   - where the scanner refuses a configuration, Sendmail does too
# Prints a line for each case and a last one "N passed, N failed, N skipped". Needs root, and
# nothing outside of its own namespaces is changed.

set -u
# shellcheck source=tests/golden/real.sh
. "$(dirname "$0")/real.sh"
real_mta=sendmail

lay_out() {
	rm -rf /etc/mail /etc/mail2
	mkdir -p /etc/mail
	cp -R /golden/sendmail/_common/in/. "$case/in/." /
	[ ! -d "$1" ] || cp -R "$1/." /
	chown -R root:root /etc/mail
	chmod -R go-w /etc/mail
}

# The tables of a .cf: "TYPE SOURCE", and "- SOURCE" for those that are read as they are.
tables() {
	sed -En 's/^K[a-z0-9]+ (hash|btree|cdb) (-[^ ]* )*([^ ]*).*/\1 \3/p
		s/^K[a-z0-9]+ text (-[^ ]* )*([^ ]*).*/- \2/p' "$1" | sed -E 's/\.(db|cdb)$//'
}

# Make all tables, those that are rewritten with the very commands of the scanner.
rebuild() {
	local type source command
	while read -r type source; do
		[ ! -e "$source" ] || [ "$type" = - ] || makemap "$type" "$source" <"$source" || return 1
	done < <(tables "$config") 2>>"$work/makemap.err"
	while read -r source command; do
		# shellcheck disable=SC2086 # a command line
		$command <"$source" || return 1
	done < <(sed -En 's|^(.*)\.[a-z]+ \(\.[a-z]+\): (.*)\{source\} <$|\1 \2\1|p' \
		"$case/want/derived" 2>/dev/null) 2>>"$work/makemap.err"
}

# questions FILE.cf: for test mode.
questions() {
	local source
	# shellcheck disable=SC2016 # macros of Sendmail
	printf '%s\n' '$S' '$R' '$H' '$L' '$Y' '$B' '$C' '$F' '${MTAHost}' '=M'
	for source in mailertable access authinfo; do
		[ ! -e "/etc/mail/$source" ] ||
			awk -v map="$source" '/^[^# \t]/ { print "/map", map, $1 }' "/etc/mail/$source"
	done
	sed 's|^|/parse |' "$case/ask" 2>/dev/null
}

# test_mode FILE.cf: what Sendmail says; rules are shown token by token, which is undone.
test_mode() {
	questions "$1" | sendmail -C "$1" -O DontProbeInterfaces=True -bt -d37.1 2>&1 |
		sed -E '/ (input|returns): /{s/ +//g}; s/^(> )+//; /^Cracked/d; /^setoption DontProbe/d'
	echo "status ${PIPESTATUS[1]}"
}

# made_by_m4 FILE.mc: the lines that mean something.
made_by_m4() {
	m4 "$1" 2>&1 >"$work/m4.cf"
	echo "m4 status $?"
	grep -Ev '^(#|$|V10|DZ)' "$work/m4.cf"
}

# ask FILE: all of it.
ask() {
	local cf
	for cf in "$config" /etc/mail/submit.cf; do
		[ -e "$cf" ] || continue
		echo "--- ${cf##*/}"
		test_mode "$cf"
		if grep -qs cf.m4 "${cf%.cf}.mc"; then
			echo "--- ${cf##*/} by m4"
			made_by_m4 "${cf%.cf}.mc"
		fi
	done >"$1" </dev/null
}

# Without the stack's settings, and what entries of access and authinfo there are.
neutral() {
	grep -Ev '^(setoption |O )(ClientPortOptions|HeloName|DaemonPortOptions)|^Daemon .* flags:' "$1" |
		grep -Ev '^map_lookup: (access|authinfo) ' | sed -E -f "$work/neutral.sed" | sort -u
}

# client FAMILY FILE: the address of the last ClientPortOptions of that family (2 or 10).
client() {
	sed -E ':more; N; $!b more; s/\n[ \t]+/ /g' "$2" |
		sed -En 's/^(setoption |O )ClientPortOptions[^=]*=//p' | awk -v wanted="$1" '
			{ family = /(Family|F)=(inet6|10)/ ? 10 : 2 }
			family == wanted && match($0, /[Aa](ddr)?(ess)?=[^, ]*$|.*[Aa](ddr)?(ess)?=[^, ]*/) {
				address = substr($0, RSTART, RLENGTH)
				sub(/.*=(IPv6:)?/, "", address)
			}
			END { print address }'
}

check_settings() {
	local file=$1 v4 v6 name now
	v4=$(stack_value vip4 | grep . || echo 192.0.0.8)
	v6=$(stack_value vip6 | grep . || echo ::ffff:127.0.0.1)
	name=$(stack_value name)
	now=$(client 2 "$file")
	[ "$now" = "$v4" ] || fault "clients are bound to \"$now\", not $v4"
	now=$(client 10 "$file")
	[ "$now" = "$v6" ] || fault "clients are bound to \"$now\", not $v6"
	now=$(sed -En 's/^(setoption |O )HeloName[^=]*=//p' "$file" | tail -n 1)
	[ -z "$name" ] || [ "$now" = "$name" ] || fault "HeloName is \"$now\", not $name"
}

# part WHICH: that part of what was said.
part() {
	sed -n "/^--- $1\$/,/^--- /p" "$work/after" >"$work/part"
	[ -s "$work/part" ]
}

accepted() {
	local base=${config##*/}
	lay_out /nowhere
	: >"$work/makemap.err"
	rebuild || { fault "makemap: $(cat "$work/makemap.err")"; return; }
	ask "$work/before"
	lay_out "$case/want/files"
	rebuild || fault "makemap: $(cat "$work/makemap.err")"
	ask "$work/after"
	has_said "$work/before" "$work/after"
	neutral_script >"$work/neutral.sed"
	if ! diff <(neutral "$work/before") <(neutral "$work/after") >"$work/diff"; then
		fault "more than addresses and settings changed:"
		faults+=$(cat "$work/diff")$'\n'
	fi
	part "$base" && check_settings "$work/part"
	if [ ! -e "$case/want/warnings" ] && part "$base by m4"; then
		check_settings "$work/part"
		sendmail -C "$work/m4.cf" -O DontProbeInterfaces=True -bt </dev/null >"$work/test" 2>&1 ||
			fault "Sendmail does not take what m4 made: $(grep line "$work/test")"
	fi
}

refused() {
	lay_out /nowhere
	ask "$work/before"
	sendmail -C "$config" -bt </dev/null >/dev/null 2>&1 && fault "Sendmail has nothing against it"
}

real_setup() {
	hostname mail.cluster.example
}

real_case() {
	local config
	config=$(stack_value config)
	config=${config:-/etc/mail/sendmail.cf}
	if [ ! -e "$case/want/error" ]; then
		accepted
	else
		refused
	fi
}

real_main "$@"
