# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # real_mta is set by the script that reads this
#
# real: what the scripts real-MTA.sh share: they put the golden cases of a scanner to the real server.
#
#   . real.sh; real_mta=NAME; real_setup() {…}; real_case() {…}; real_main "$@"
#
# The cases of golden/NAME are shown to the mail server NAME in a root of its own (the lab's cached
# one, below a layer in memory) and in namespaces of its own, at /golden; nothing outside of them is
# changed. real_setup runs once, real_case for each case with these set: `case`, its folder; `name`;
# `update` (yes: write want/real down); `work`, a directory that is kept from case to case. It calls
# `fault TEXT` for what is wrong, or sets `skip`. A case with a file `not-real` is skipped; it says
# why. Prints a line for each case and a last one "N passed, N failed, N skipped". Needs root.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${here%/golden}/cluster/lab

fault() {
	faults+="    $1"$'\n'
}

# stack_value KEY: what the case's file `stack` says.
stack_value() {
	sed -n "s/^$1=//p" "$case/stack"
}

# has_said BEFORE AFTER: what differs is as want/real says.
has_said() {
	diff -U0 "$1" "$2" | sed '/^\(---\|+++\|@@\)/d' >"$work/real"
	if [ "$update" = yes ]; then
		mkdir -p "$case/want"
		rm -f "$case/want/real"
		[ ! -s "$work/real" ] || cp "$work/real" "$case/want/real"
	elif ! diff "$(readlink -e "$case/want/real" || echo /dev/null)" "$work/real" >"$work/diff"; then
		fault "want/real and what the server says differ:"
		faults+=$(cat "$work/diff")$'\n'
	fi
}

# neutral_script: a sed script that makes addresses and names alike and drops their brackets.
neutral_script() {
	local address host
	echo 's/(ipv6:)?2001:db8:25:(0:)*:?(0:)*7/2001:db8:25::7/Ig'
	while read -r address host; do
		address=${address//./\\.}
		printf 's/\\[%s\\]/@%s@/g\n' "$address" "$host"
		printf 's/\\[%s\\]/@%s@/g\n' "$host" "$host"
		printf 's/(^|[^0-9.])%s($|[^0-9a-z.])/\\1@%s@\\2/g\n' "$address" "$host"
		printf 's/(^|[^@[:alnum:].])%s($|[^@[:alnum:].])/\\1@%s@\\2/g\n' "$host" "$host"
	done < <(grep -v '^#' "$case/names" 2>/dev/null)
}

real_one() {
	local name=$1 faults='' skip='' case=/golden/$real_mta/$1
	if [ -e "$case/not-real" ]; then
		skip=$(cat "$case/not-real")
	else
		real_case
	fi
	if [ -n "$faults" ]; then
		failed=$((failed + 1))
		printf 'FAIL real/%s\n%s    repeat: tests/golden/real-%s.sh %s\n' "$name" "$faults" \
			"$real_mta" "$name"
	elif [ -n "$skip" ]; then
		skipped=$((skipped + 1))
		printf 'skip real/%s: %s\n' "$name" "$skip"
	else
		passed=$((passed + 1))
		printf 'ok   real/%s\n' "$name"
	fi
}

real_inside() {
	local update=$1 passed=0 failed=0 skipped=0 work=/tmp/real name all=()
	shift
	hostname host.localdomain && ip link set lo up && mkdir -p "$work" && real_setup || return 1
	[ $# -gt 0 ] || mapfile -t all < <(cd "/golden/$real_mta" && ls)
	for name in "$@" "${all[@]}"; do
		[ "$name" = _common ] || real_one "$name"
	done
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ]
}

# real_apart UPDATE BASE MTA-LAYER CASE…: in namespaces that vanish with this process.
real_apart() {
	local update=$1 base=$2 layer=$3 root=/run/golden
	shift 3
	mount -t tmpfs tmpfs /run && mkdir -p $root $root.upper $root.work || return 1
	mount -t overlay overlay -o "lowerdir=$layer:$base,upperdir=$root.upper,workdir=$root.work" \
		$root || return 1
	mkdir -p $root/golden
	mount -t proc proc $root/proc && mount --rbind /dev $root/dev &&
		mount -t tmpfs tmpfs $root/tmp && mount --bind "$here" $root/golden || return 1
	[ "$update" = yes ] || mount -o remount,bind,ro $root/golden || return 1
	chroot $root /bin/bash "/golden/real-$real_mta.sh" --inside "$update" "$@"
}

real_main() {
	local update=no roots
	export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
	case ${1:-} in
		--inside) shift; real_inside "$@"; return ;;
		--apart) shift; real_apart "$@"; return ;;
		--update) update=yes; shift ;;
	esac
	if [ "$(id -u)" != 0 ]; then
		echo "skip real: only root can lay out a root"
		echo "0 passed, 0 failed, 1 skipped"
		return 0
	fi
	mapfile -t roots < <("$lab" root --mta "$real_mta")
	if [ ${#roots[@]} -ne 2 ]; then
		echo "real: no root to run $real_mta in" >&2
		return 1
	fi
	exec 6>"${roots[0]%/*}/in-use" && flock -s 6
	unshare -m -n -p -u -f --kill-child --propagation private \
		"$BASH" "$here/real-$real_mta.sh" --apart "$update" "${roots[@]}" "$@"
}
