#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: fail every call, kill at every change, cut the power at every point, leave out every fsync, and
# the same from outside with strace.
#
#   tests/fault/run.sh BUILDDIR                     all of it, some minutes
#   tests/fault/run.sh BUILDDIR fail|kill|power|repower|mutate|blackbox …
#   tests/fault/run.sh BUILDDIR --only=…            one point, as a failure prints it
#
# BUILDDIR has the program `faults` and, for blackbox, the installed tree (make check-fault makes both).
# An fsync in the source counts as proven when leaving it out is noticed in at least one scenario: in the
# others it makes durable what already is. Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR [KIND…]}" && pwd) || exit 2
shift
faults=$build/faults
case ${1:-} in --only=*) exec "$faults" "$1" ;; esac
[ $# -gt 0 ] || set -- fail kill power repower mutate blackbox
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# The points of a kind, and the failures among them, from the lines that `faults` prints.
add_up() {
	local kind=$1 points wrong
	case $kind in
	fail) points=$(awk '/^fail /{n+=$3} END{print n+0}' "$log") ;;
	kill) points=$(awk '/^kill /{n+=$3+$5} END{print n+0}' "$log") ;;
	repower) points=$(awk '/^repower /{n+=$7} END{print n+0}' "$log") ;;
	power) points=$(awk '/^power /{n+=$7} END{print n+0}' "$log") ;;
	esac
	wrong=$(grep -c '^FAILED' "$log")
	[ "$points" -gt 0 ] || wrong=$((wrong + 1))
	passed=$((passed + points - wrong))
	failed=$((failed + wrong))
}

# By line of source: caught in at least one scenario or not.
judge_mutants() {
	local address verdict site missed=0 sites=0
	declare -A caught=()
	while read -r address verdict; do
		site=$(addr2line -e "$faults" "$address")
		site=${site%% (*}
		[ "$verdict" = caught ] && caught[$site]=yes
		: "${caught[$site]:=no}"
	done < <(sed -n 's/^mutant .* at \(0x[0-9a-f]*\): \(.*\)/\1 \2/p' "$log")
	for site in "${!caught[@]}"; do
		sites=$((sites + 1))
		[ "${caught[$site]}" = yes ] && continue
		echo "FAILED nobody misses the fsync before ${site##*/helper/}"
		missed=$((missed + 1))
	done
	echo "mutate $((sites - missed)) of $sites fsyncs in the source are missed when left out"
	[ "$sites" -gt 0 ] || missed=1
	passed=$((passed + sites - missed))
	failed=$((failed + missed))
}

for kind; do
	if [ "$kind" = blackbox ]; then
		"$here/blackbox.sh" "$build" | tee "$log"
		read -r p _ f _ s _ < <(tail -n 1 "$log" | tr -d ,)
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
		continue
	fi
	"$faults" "$kind" | tee "$log" | grep -v -e '^mutant' -e '^total'
	[ "${PIPESTATUS[0]}" -le 1 ] || failed=$((failed + 1))
	if [ "$kind" = mutate ]; then
		judge_mutants
	else
		add_up "$kind"
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
