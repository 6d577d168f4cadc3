#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# blackbox: the installed program under strace(1), killed at, or refused, one system call at a time.
#
#   tests/fault/blackbox.sh BUILDDIR [apply|restore | --only=ACTION,CALL,WHAT,N]
#
# BUILDDIR/tests/tree is the installed tree; it is laid over this machine's directories in a mount
# namespace of our own. ACTION is apply or restore, WHAT is KILL or an errno. Asked after each: the two
# files are, each, old or new; a refusal is told in a line and leaves both old or both new; the same
# command again gets to the end, and a restore to the beginning. Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
build=$(cd "${1:?usage: blackbox.sh BUILDDIR}" && pwd) || exit 2
only="" actions="apply restore"
case ${2:-} in
--only=*) only=$2 ;;
?*) actions=$2 ;;
esac
tree=$build/tests/tree

if [ -z "${BLACKBOX_INSIDE:-}" ]; then
	for tool in strace unshare; do
		command -v "$tool" >/dev/null || { echo "skip: no $tool"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
	done
	[ "${GUARDED:-}" = yes ] || exec "${0%/*}/guarded" "$0" "$@"
	BLACKBOX_INSIDE=1 exec unshare -m --propagation private bash "$0" "$@"
fi

helper=$(find "$tree" -name mta-stack-cib -type f | head -n 1)
top=${helper#"$tree"}
[ -n "$top" ] || { echo "not installed in $tree: make install-tree"; exit 2; }
program=$(find "$tree" -path '*/sbin/mta-stack' -type f | head -n 1)
program=${program#"$tree"}
# The directory of this machine that is above both.
while top=${top%/*} && { [ ! -d "$top" ] || [[ $program != "$top"/* ]]; }; do :; done
mount -t overlay overlay -o "lowerdir=$tree$top:$top" "$top" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

main_old='myhostname = mx.example.org
relayhost = [198.51.100.7]:27
transport_maps = texthash:'$work/etc/transport
table_old='example.com smtp:[198.51.100.7]'

begin() {
	rm -rf "${work:?}/etc" "${work:?}/state"
	mkdir "$work/etc"
	printf '%s\n' "$main_old" >"$work/etc/main.cf"
	printf 'smtp unix - - y - - smtp\n' >"$work/etc/master.cf"
	printf '%s\n' "$table_old" >"$work/etc/transport"
	[ "$1" = apply ] || run apply || { cat "$work/err"; exit 2; }
}

# run ACTION [TRACER…]
run() {
	local action=$1
	shift
	"$@" "$program" "$action" --vip 192.0.2.10 --mta postfix --config "$work/etc" --names "$work/names" \
		--offline --state-dir "$work/state" --resource mail --deadline 20 >"$work/out" 2>"$work/err" </dev/null
}

# What both files are: `old old`, `new old`, … or `odd`.
look() {
	local file state all=
	for file in main.cf transport; do
		state=odd
		cmp -s "$work/etc/$file" "$work/old/$file" && state=old
		cmp -s "$work/etc/$file" "$work/new/$file" && state=new
		all="$all $state"
	done
	echo "${all# }"
}

fail() {
	failed=$((failed + 1))
	echo "FAILED $action $call $what $n: $1"
	sed 's/^/    /' "$work/err" | head -n 5
	echo "  repeat: tests/fault/blackbox.sh $build --only=$action,$call,$what,$n"
}

# One injection. Status 1: the program made fewer such calls.
one() {
	local inject status now wanted told
	wanted=new
	[ "$action" = apply ] || wanted=old
	inject=error=$what
	[ "$what" != KILL ] || inject=signal=KILL
	begin "$action"
	run "$action" strace -f -qq -o "$work/trace" -e "trace=$call" -e "inject=$call:$inject:when=$n" 2>/dev/null
	status=$?
	grep -q -e INJECTED -e 'killed by SIGKILL' "$work/trace" || return 1
	now=$(look)
	told=$(wc -l <"$work/err")
	case $now in
	*odd*)
		fail "a file is neither old nor new: $now"
		return 0
		;;
	esac
	if [ "$what" != KILL ]; then
		if [ "$status" -eq 0 ] && [ "$now" != "$wanted $wanted" ]; then
			fail "success was reported: $now"
			return 0
		elif [ "$status" -ne 0 ] && { [ "$now" != "old old" ] && [ "$now" != "new new" ]; }; then
			fail "failure was reported: $now"
			return 0
		elif [ "$status" -ne 0 ] && [ "$told" -eq 0 ] && [ "$call" != write ]; then
			fail "nothing was said"
			return 0
		fi
	fi
	if ! run "$action" || [ "$(look)" != "$wanted $wanted" ]; then
		fail "again: $(look)"
	elif ! run restore || [ "$(look)" != "old old" ]; then
		fail "restored: $(look)"
	elif [ "$(find "$work/etc" -mindepth 1 | wc -l)" -ne 3 ] || [ -e "$work/state/mail/journal.json" ]; then
		fail "something is left: $(ls -A "$work/etc")"
	else
		passed=$((passed + 1))
	fi
	return 0
}

printf '198.51.100.7 relay.example.net\n' >"$work/names"
mkdir "$work/old" "$work/new"
begin restore
cp "$work/etc/main.cf" "$work/etc/transport" "$work/new"
run restore
cp "$work/etc/main.cf" "$work/etc/transport" "$work/old"
if [ "$(look)" != "old old" ] || cmp -s "$work/old/transport" "$work/new/transport"; then
	echo "cannot begin"
	exit 2
fi

if [ -n "$only" ]; then
	IFS=, read -r action call what n <<<"${only#--only=}"
	one
else
	for action in $actions; do
		for call in openat write fsync renameat unlinkat fchmod fchown mkdirat; do
			for what in KILL EIO ENOSPC EROFS EDQUOT EMFILE; do
				# Most calls can fail for few of these reasons.
				case $call:$what in
				openat:EDQUOT | *:KILL | *:EIO | openat:* | write:ENOSPC | write:EDQUOT | *:EROFS) ;;
				*) continue ;;
				esac
				for ((n = 1; ; n++)); do
					one || break
				done
			done
		done
		echo "blackbox $action: $passed points, $failed wrong so far"
	done
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
