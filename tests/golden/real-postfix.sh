#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# real-postfix: put the golden cases of the Postfix scanner to a real Postfix.
#
#   tests/golden/real-postfix.sh [--update] [CASE…]
#
# Each case is laid out as /etc/postfix in a root of its own (the lab's cached one, below a layer in
# memory), first as it is in in/, then as it is in want/files. Postfix is asked both times: postconf
# -x and -Px, postmap -q with its whole start-up, and the tables that the case's file `ask` names
# (TYPE:PATH: all of it; TYPE:PATH KEY: that key). What must hold:
#   - the answers differ as want/real says (--update writes it: read it)
#   - they differ in nothing but addresses that became names, brackets, and the stack's settings
#   - the stack's settings are in force
#   - Postfix objects to nothing that it did not object to before
#   - where the scanner refuses a configuration, Postfix does too
# A case with a file `not-real` is skipped; it says why.
# Prints a line for each case and a last one "N passed, N failed, N skipped". Needs root, and
# nothing outside of its own namespaces is changed.

set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "$0")" && pwd)
lab=${here%/golden}/cluster/lab

# --- inside: chroot, namespaces of its own ----------------------------------------------------

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

# Rebuild what the case says is made from its tables; 1 if this Postfix has no such type.
rebuild() {
	local command
	while read -r command; do
		# shellcheck disable=SC2086 # a command line
		$command 2>>"$work/postmap.err" </dev/null || return 1
	done < <(sed -E 's|^(.*)\.[a-z]+ \(\.[a-z]+\): (.*)\{source\}$|\2\1|' \
		"$case/want/derived" 2>/dev/null)
}

# A sed script that makes addresses and names alike and drops their brackets.
neutral_script() {
	local address name
	echo 's/(ipv6:)?2001:db8:25:(0:)*:?(0:)*7/2001:db8:25::7/Ig'
	while read -r address name; do
		address=${address//./\\.}
		printf 's/\\[%s\\]/@%s@/g\n' "$address" "$name"
		printf 's/\\[%s\\]/@%s@/g\n' "$name" "$name"
		printf 's/(^|[^0-9.])%s($|[^0-9a-z.])/\\1@%s@\\2/g\n' "$address" "$name"
		printf 's/(^|[^@[:alnum:].])%s($|[^@[:alnum:].])/\\1@%s@\\2/g\n' "$name" "$name"
	done < <(grep -v '^#' "$case/names" 2>/dev/null)
}

# What Postfix said, but for the stack's settings and parameters that nothing refers to any more.
# An entry that stands under the old key and the new one is one entry.
neutral() {
	grep -Ev '(^|/)(smtp|lmtp)_(bind_address6?(_enforce)?|helo_name) =|lmtp_lhlo_name =' "$1" |
		grep -Fv -f "$work/unused" |
		sed -E -f "$work/neutral.sed" -e 's/(\{[^{}]*\}), \1/\1/g' | sort -u
}

# Without the remarks that the helper passes over too.
objections() {
	grep -Ev 'unused parameter:|overriding earlier entry:' "$1" | sort -u
}

stack_value() {
	sed -n "s/^$1=//p" "$case/stack"
}

# in_force PARAMETER VALUE
in_force() {
	local now
	now=$(postconf -c "$config" -xh "$1" 2>/dev/null | tr -d '[]')
	[ "$now" = "$2" ] || fault "$1 is \"$now\", not \"$2\""
}

fault() {
	faults+="    $1"$'\n'
}

lay_out() {
	rm -rf /etc/postfix /etc/postfix-b
	mkdir -p /etc/postfix /var/spool/postfix/etc
	cp /usr/share/postfix/dynamicmaps.cf /etc/postfix/ 2>/dev/null ||
		cp -a "$work/pristine/dynamicmaps.cf"* /etc/postfix/
	cp -R /golden/postfix/_common/in/. "$case/in/." /
	[ -d "$1" ] && cp -R "$1/." /
	chown -R root:root /etc/postfix
	# Postfix waits for a table that was changed in this very second.
	find /etc/postfix /etc/postfix-b /var/spool/postfix/etc -type f -exec touch -d '1 hour ago' {} + \
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
	lay_out "$case/want/files"
	rebuild || fault "postmap: $(cat "$work/postmap.err")"
	ask "$work/after"
	diff -U0 "$work/before" "$work/after" | sed '/^\(---\|+++\|@@\)/d' >"$work/real"
	if [ "$update" = yes ]; then
		mkdir -p "$case/want"
		rm -f "$case/want/real"
		[ ! -s "$work/real" ] || cp "$work/real" "$case/want/real"
	elif ! diff "$(readlink -e "$case/want/real" || echo /dev/null)" "$work/real" >"$work/diff"; then
		fault "want/real and what Postfix says differ:"
		faults+=$(cat "$work/diff")$'\n'
	fi
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

one_case() {
	local faults='' skip='' case=/golden/postfix/$1 config
	config=$(stack_value config)
	config=${config:-/etc/postfix}
	if [ -e "$case/not-real" ]; then
		skip=$(cat "$case/not-real")
	elif [ ! -e "$case/want/error" ]; then
		accepted
	elif grep -q 'leak=accept' "$case/want/error"; then
		skip="about another release"
	else
		refused
	fi
	if [ -n "$faults" ]; then
		failed=$((failed + 1))
		printf 'FAIL real/%s\n%s    repeat: tests/golden/real-postfix.sh %s\n' "$1" "$faults" "$1"
	elif [ -n "$skip" ]; then
		skipped=$((skipped + 1))
		printf 'skip real/%s: %s\n' "$1" "$skip"
	else
		passed=$((passed + 1))
		printf 'ok   real/%s\n' "$1"
	fi
}

inside() {
	local update=$1 passed=0 failed=0 skipped=0 work=/tmp/real name all=()
	shift
	ip link set lo up || return 1
	mkdir -p $work/pristine
	cp -a /etc/postfix/dynamicmaps.cf* $work/pristine/
	[ $# -gt 0 ] || mapfile -t all < <(cd /golden/postfix && ls)
	for name in "$@" "${all[@]}"; do
		[ "$name" = _common ] || one_case "$name"
	done
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ]
}

# --- outside ----------------------------------------------------------------------------------

# apart UPDATE LOWER UPDATE-DIR…: in namespaces that vanish with this process.
apart() {
	local update=$1 base=$2 mta=$3 root=/run/golden
	shift 3
	mount -t tmpfs tmpfs /run && mkdir -p $root $root.upper $root.work || return 1
	mount -t overlay overlay -o "lowerdir=$mta:$base,upperdir=$root.upper,workdir=$root.work" \
		$root || return 1
	mkdir -p $root/golden
	mount -t proc proc $root/proc && mount --rbind /dev $root/dev &&
		mount -t tmpfs tmpfs $root/tmp && mount --bind "$here" $root/golden || return 1
	[ "$update" = yes ] || mount -o remount,bind,ro $root/golden || return 1
	chroot $root /bin/bash /golden/real-postfix.sh --inside "$update" "$@"
}

main() {
	local update=no roots
	case ${1:-} in
	--inside) shift; inside "$@"; return ;;
	--apart) shift; apart "$@"; return ;;
	--update) update=yes; shift ;;
	esac
	if [ "$(id -u)" != 0 ]; then
		echo "skip real: only root can lay out a root"
		echo "0 passed, 0 failed, 1 skipped"
		return 0
	fi
	mapfile -t roots < <("$lab" root)
	if [ ${#roots[@]} -ne 2 ]; then
		echo "real-postfix: no root to run Postfix in" >&2
		return 1
	fi
	exec 6>"${roots[0]%/*}/in-use" && flock -s 6
	unshare -m -n -p -f --kill-child --propagation private \
		"$BASH" "$here/real-postfix.sh" --apart "$update" "${roots[@]}" "$@"
}

main "$@"
