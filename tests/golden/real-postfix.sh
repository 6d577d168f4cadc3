#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# real-postfix: put the golden cases of the Postfix scanner to a real Postfix.
#
#   tests/golden/real-postfix.sh [--update] [CASE…]
#
# Each case is laid out as /etc/postfix (see real.sh), first as it is in in/, then as it is in
# want/files. Postfix is asked both times: postconf -x and -Px, postmap -q with its whole start-up,
# and the tables that the case's file `ask` names (TYPE:PATH: all of it; TYPE:PATH KEY: that key).
# What must hold:
#   - the answers differ as want/real says (--update writes it: read it)
#   - they differ in nothing but addresses that became names, brackets, and the stack's settings
#   - the stack's settings are in force
#   - Postfix objects to nothing that it did not object to before
#   - where the scanner refuses a configuration, Postfix does too

set -u
# shellcheck source=tests/golden/real.sh
. "$(dirname "$0")/real.sh"
real_mta=postfix

# ask FILE: what Postfix has to say about the configuration that lies there now.
ask() {
	local out=$1 table key
	{
		postconf -c "$config" -x | grep -v '^process_id ='
		echo "status ${PIPESTATUS[0]}"
		postconf -c "$config" -Px
		echo "status $?"
		postmap -c "$config" -q x static:x
		echo "status $?"
		while read -r table key; do
			echo "table $table $key"
			if [ -n "$key" ]; then
				postmap -c "$config" -q "$key" "$table"
			else
				postmap -c "$config" -s "$table" | sort
			fi
		done < <(cat "$case/ask" 2>/dev/null)
	} >"$out" 2>"$out.err" </dev/null
}

# rebuild [COPY]: what the case says is made from its tables; 1 if this Postfix has no such type.
rebuild() {
	local command
	while read -r command; do
		# shellcheck disable=SC2086 # a command line
		$command 2>>"$work/postmap.err" </dev/null || return 1
	done < <(sed -E "s|^(.*)\.[a-z]+ \(\.[a-z]+\): (.*)\{source\}\$|\2${1:-}\1|" \
		"$case/want/derived" 2>/dev/null)
}

# What Postfix said, but for the stack's settings and parameters that nothing refers to any more.
# An entry that stands under the old key and the new one is one entry.
neutral() {
	grep -Ev '(^|/)(smtp|lmtp)_(bind_address6?(_enforce)?|helo_name) =|lmtp_lhlo_name =' "$1" |
		grep -Fv -f "$work/unused" |
		sed -E -f "$work/neutral.sed" -e 's/(\{[^{}]*\}|[^ {}]+=[^ ,{}]+), \1/\1/g' \
			-e "s|${copy:-//}/|/|g; s/ MAIL_CONFIG=[^ ]*/ MAIL_CONFIG/" | sort -u
}

# Without the remarks that the helper passes over too.
objections() {
	grep -Ev 'unused parameter:|overriding earlier entry:' "$1" | sort -u
}

# in_force PARAMETER VALUE
in_force() {
	local now
	now=$(postconf -c "$config" -xh "$1" 2>/dev/null | tr -d '[]')
	[ "$now" = "$2" ] || fault "$1 is \"$now\", not \"$2\""
}

# lay_out FILES [COPY]: the case's own, and FILES over them, or over a copy of them.
lay_out() {
	rm -rf /etc/postfix /etc/postfix-b "${copy:-/nowhere}"
	mkdir -p /etc/postfix /var/spool/postfix/etc
	cp /usr/share/postfix/dynamicmaps.cf /etc/postfix/ 2>/dev/null ||
		cp -a "$work/pristine/dynamicmaps.cf"* /etc/postfix/
	cp -R /golden/postfix/_common/in/. "$case/in/." /
	[ -z "${2:-}" ] || { mkdir -p "$2/etc" && cp -R /etc/postfix "$2/etc/"; }
	[ -d "$1" ] && cp -R "$1/." "${2:-}/"
	chown -R root:root /etc/postfix
	# Postfix waits for a table that was changed in this very second.
	find /etc/postfix /etc/postfix-b /var/spool/postfix/etc "${2:-/etc/postfix}" -type f -exec touch -d '1 hour ago' {} + \
		2>/dev/null
}

refused() {
	lay_out /nowhere
	ask "$work/before"
	if ! grep -q '^status [^0]' "$work/before" && ! grep -q . "$work/before.err"; then
		timeout 3 /usr/lib/postfix/sbin/master -c "$config" -d >"$work/master" 2>&1
		grep -q fatal "$work/master" || fault "Postfix has nothing against it"
	fi
}

# What only we refuse is right before Postfix.
not_by_postfix() {
	lay_out /nowhere
	ask "$work/before"
	! grep '^status [^0]' "$work/before" || fault "Postfix has something against it"
}

accepted() {
	local objections
	lay_out /nowhere
	: >"$work/postmap.err"
	if ! rebuild; then
		skip=$(grep 'unsupported dictionary type' "$work/postmap.err")
		[ -n "$skip" ] || fault "postmap: $(cat "$work/postmap.err")"
		return
	fi
	ask "$work/before"
	lay_out "$case/want/files" "$copy"
	[ -z "$copy" ] || config=$copy$config
	rebuild "$copy" || fault "postmap: $(cat "$work/postmap.err")"
	ask "$work/after"
	has_said "$work/before" "$work/after"
	neutral_script >"$work/neutral.sed"
	sed -n 's/.*unused parameter: \([^=]*\)=.*/\1 =/p' "$work/after.err" >"$work/unused"
	if ! diff <(neutral "$work/before") <(neutral "$work/after") >"$work/diff"; then
		fault "more than addresses and settings changed:"
		faults+=$(cat "$work/diff")$'\n'
	fi
	objections=$(comm -13 <(objections "$work/before.err") <(objections "$work/after.err"))
	[ -z "$objections" ] || fault "new objections: $objections"
	check_settings
}

check_settings() {
	local name
	in_force smtp_bind_address "$(stack_value vip4 | grep . || echo 192.0.0.8)"
	in_force smtp_bind_address6 "$(stack_value vip6 | grep . || echo 100::1)"
	# What is there to say about an old release this one cannot know.
	grep -qs '^mail_version = 3\.[0-6]\.' "$case/facts" || in_force smtp_bind_address_enforce yes
	name=$(stack_value name)
	[ -z "$name" ] || grep -qs '^myhostname' "$case/facts" || in_force smtp_helo_name "$name"
}

real_setup() {
	mkdir -p "$work/pristine" && cp -a /etc/postfix/dynamicmaps.cf* "$work/pristine/"
}

# A configuration that is pinned to a node needs the node's addresses, and the VIP.
be_the_node() {
	local address
	for address in $(stack_value node) $(stack_value vip4); do
		case $address in *:*) address+=/128 ;; *) address+=/32 ;; esac
		ip addr "$1" "$address" dev lo || fault "no address $address"
	done
}

real_case() {
	[ -z "$(stack_value node)" ] || be_the_node add
	one_case
	[ -z "$(stack_value node)" ] || be_the_node del
}

one_case() {
	local config copy
	copy=$(stack_value copy)
	config=$(stack_value config)
	config=${config:-/etc/postfix}
	if [ ! -e "$case/want/error" ]; then
		accepted
	elif grep -q 'leak=accept' "$case/want/error"; then
		skip="about another release"
	elif grep -q 'use config_mode=in-place' "$case/want/error"; then
		not_by_postfix
	else
		refused
	fi
}

real_main "$@"
