#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: fail every call, kill at every change, cut the power at every point, leave out every fsync, and
# the same from outside with strace.
#
#   tests/fault/run.sh BUILDDIR                     all of it, some minutes
#   tests/fault/run.sh BUILDDIR fail|kill|power|repower|mutate|blackbox …
#   tests/fault/run.sh BUILDDIR --only=…            one point, as a failure prints it
#   FAULT_EVERY=1 tests/fault/run.sh …              also disks that were seen before, to test the tests
#
# BUILDDIR has the program `faults` and, for blackbox, the installed tree (make check-fault makes both).
# As many scenarios run side by side as there are processors (JOBS). Meanwhile this machine is read-only
# for them (see guarded), so of what they print nothing is kept but here.
# An fsync in the source counts as proven when leaving it out is noticed in at least one scenario: in the
# others it makes durable what already is. Closes with a line per kind and `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR [KIND…]}" && pwd) || exit 2
[ "${GUARDED:-}" = yes ] || exec "$here/guarded" "$0" "$@"
shift
faults=$build/faults
case ${1:-} in --only=*) exec "$faults" "$1" ;; esac
[ $# -gt 0 ] || set -- fail kill power repower mutate blackbox
log=$(mktemp -d) || exit 2
trap 'rm -rf "$log"' EXIT

# What takes long comes first.
jobs_of() {
	local scenario
	case $1 in
	blackbox) printf 'blackbox apply\nblackbox restore\n' ;;
	*) for scenario in $scenarios; do echo "$1 $scenario"; done ;;
	esac
}

# job KIND SCENARIO: its lines, all at once, and its seconds.
job() {
	local start=$EPOCHREALTIME status=0
	if [ "$1" = blackbox ]; then
		"$here/blackbox.sh" "$build" "$2" >"$log/$1.$2" 2>&1 || status=$?
	else
		"$faults" "$1" "$2" >"$log/$1.$2" 2>&1 || status=$?
	fi
	[ "$status" -le 1 ] || echo "FAILED $1 $2 ended with status $status" >>"$log/$1.$2"
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >"$log/seconds.$1.$2"
	grep -v -e '^mutant' -e '^total' -e ' passed, ' "$log/$1.$2"
}

# By line of source: caught in at least one scenario or not. Sets points, wrong.
judge_mutants() {
	local address verdict site
	declare -A caught=()
	while read -r address verdict; do
		site=$(addr2line -e "$faults" "$address")
		site=${site%% (*}
		[ "$verdict" = caught ] && caught[$site]=yes
		: "${caught[$site]:=no}"
	done < <(cat "$log"/mutate.* | sed -n 's/^mutant .* at \(0x[0-9a-f]*\): \(.*\)/\1 \2/p')
	for site in "${!caught[@]}"; do
		points=$((points + 1))
		[ "${caught[$site]}" = yes ] && continue
		echo "FAILED nobody misses the fsync before ${site##*/helper/}"
		wrong=$((wrong + 1))
	done
}

# sum PATTERN FIELDS: of the lines of this kind, the numbers in these fields.
sum() { cat "$log/$kind".* | awk -v fields="$2" "/$1/"' { n = split(fields, f, " "); for (i = 1; i <= n; i++) all += $f[i] } END { print all + 0 }'; }

# The points of a kind and the wrong ones among them, from what its jobs printed.
judge() {
	local kind=$1 points=0 wrong skips=0 what seconds
	wrong=$(cat "$log/$kind".* | grep -c '^FAILED')
	seconds=$(cat "$log/seconds.$kind".* | awk '{ all += $1 } END { printf "%.0f", all }')
	case $kind in
	fail) points=$(sum '^fail ' 3) what="calls that failed" ;;
	kill) points=$(sum '^kill ' '3 5') what="kills, $(sum '^kill ' 5) of them of recoveries" ;;
	power | repower) points=$(sum "^$kind " 7) what="states built, $(sum "^$kind " 10) different" ;;
	mutate)
		judge_mutants
		what="fsyncs in the source, $((points - wrong)) missed when left out"
		;;
	blackbox)
		points=$(($(sum ' passed, ' 1) + wrong)) what="calls of the installed program killed or refused"
		skips=$(sum ' passed, ' 5)
		;;
	esac
	printf '%-8s %7d %s; %d left wrong; %s s, all jobs one after the other\n' "$kind" "$points" "$what" "$wrong" "$seconds"
	# Nothing done is nothing proven.
	[ $((points + skips)) -gt 0 ] || wrong=$((wrong + 1)) points=$wrong
	passed=$((passed + points - wrong)) failed=$((failed + wrong)) skipped=$((skipped + skips))
}

scenarios=$("$faults" --list) || exit 2
export -f job
export here build faults log
passed=0 failed=0 skipped=0
for kind in blackbox kill fail repower mutate power; do
	[[ " $* " != *" $kind "* ]] || jobs_of "$kind"
done >"$log/jobs"
xargs -a "$log/jobs" -L 1 -P "${JOBS:-$(nproc)}" bash -c 'job "$@"' job
for kind; do
	judge "$kind"
done
echo "all of it in $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
