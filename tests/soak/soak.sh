#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# soak: failover after failover under continuous mail, for as long as one likes.
#
#   soak.sh [--failovers N] [--seed S] [--rate R] [--messages M] [--results DIR] [--install TREE]
#           [--small] [CAUSE[+COMPLICATION]…]
#
# Three nodes with fencing, a shared queue, mail in both directions at R a second each (12). N failovers
# (30), each after M more messages (110), with causes and complications that are drawn with seed S; CAUSEs
# come first, in this order. Each call is a run, a folder in DIR; the figures are sums over all runs there.
# A run that was interrupted is brought to its end by the next call if its lab still lives, and counts for
# nothing if not. --small is what `make check` runs: three failovers, and no results stay.
# TREE is what `make install DESTDIR=TREE` gave. KEEP=1 leaves the lab up.
#
# Guarantees: a lab of its own; what was acknowledged and did not arrive, a call from another address than
# the VIP, a configuration that is not the admin's in the end, and anything left on a node is a failure;
# times are figures and never one. The shared directory loses nothing at a power cut, as one on another
# machine would: what a disk loses is not tested here. The last line is `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
SOAK=$(cd "$(dirname "$0")" && pwd) || exit 1
HERE=${SOAK%/soak}/cluster
# shellcheck source=tests/cluster/tap.sh
. "$HERE/tap.sh"
# shellcheck source=tests/cluster/lib/say.sh
. "$HERE/lib/say.sh"
# shellcheck source=tests/cluster/mta/postfix.sh
. "$HERE/mta/postfix.sh"
# shellcheck source=tests/cluster/stage.sh
. "$HERE/stage.sh"
# shellcheck source=tests/soak/nodes.sh
. "$SOAK/nodes.sh"

MTA=postfix failovers=30 rate=12 messages=110 seed='' tree='' results='' small=''
while [ $# -gt 0 ]; do
	case $1 in
	--failovers) failovers=${2:?} && shift 2 ;;
	--seed) seed=${2:?} && shift 2 ;;
	--rate) rate=${2:?} && shift 2 ;;
	--messages) messages=${2:?} && shift 2 ;;
	--results) results=${2:?} && shift 2 ;;
	--install) tree=${2:?} && shift 2 ;;
	--small)
		small=yes failovers=3 messages=60 seed=1 results=$(mktemp -d /tmp/mta-stack-soak.XXXXXX)
		shift
		;;
	-*) sed -n 's/^# \{0,1\}//; 4,16p' "$0" >&2 && exit 2 ;;
	*) break ;;
	esac
done
: "${results:=${MTA_STACK_BUILD:?give --results DIR and --install TREE, or MTA_STACK_BUILD}/soak}"
: "${tree:=$MTA_STACK_BUILD/tests/tree}" "${seed:=$RANDOM}"
mkdir -p "$results" || exit 1
results=$(cd "$results" && pwd)

LAB=
run=
interrupted=
cleanup() {
	if [ -n "$LAB" ] && [ -d "/run/mta-stack-lab/$LAB" ] && [ -z "${KEEP:-}" ]; then
		lab down
	fi
	[ -z "$small" ] || rm -rf "$results"
}
trap cleanup EXIT
if [ -n "$small" ]; then
	trap 'exit 130' INT TERM HUP
	set -- cut+full standby+append move+revert
else
	# The driver comes to its end, then we do.
	trap 'interrupted=yes; stop_driver' INT TERM HUP
fi

stop_driver() {
	[ ! -s "$run/driver" ] || lab inside kill -TERM "$(cat "$run/driver")" 2>/dev/null
}

# drive WHAT…: the driver, in the lab of this run.
drive() {
	lab inside python3 "$SOAK/driver.py" "$HERE/lab" "$LAB" "$run" "$@"
}

figure() {
	sed -nE "s/^ \"$1\": ([0-9]+),?$/\1/p" <<<"$sums"
}

# The run has come to its end: what is on the nodes, and that it counts.
close_run() {
	local before=$TAP_FAILED
	ok "${run##*/}: all that was acknowledged arrives, all nodes come back, the group stops" drive finish
	nodes_checked
	is "${run##*/}: the remote was greeted by the VIP's name alone" \
		"$(awk '$2 == "mail" { print $4 }' "$run/sink" | sort -u)" mail.cluster.example
	printf '{"failed": %d, "seed": "%s", "interrupted": "%s"}\n' $((TAP_FAILED - before)) "$(cat "$run/seed")" \
		"$interrupted" >"$run/verdict"
	if [ "$TAP_FAILED" -ne "$before" ]; then
		nodes_evidence >"$run/evidence" 2>&1
		tap_note "logs of the nodes: $run/evidence"
	fi
	[ -n "${KEEP:-}" ] || lab down
}

# Runs that never came to their end.
close_earlier_runs() {
	for run in "$results"/run*/; do
		run=${run%/}
		if [ ! -d "$run" ] || [ -e "$run/verdict" ]; then
			continue
		fi
		LAB=$(cat "$run/lab" 2>/dev/null)
		if [ -n "$LAB" ] && lab inside true 2>/dev/null; then
			tap_note "${run##*/} was interrupted; it comes to its end now"
			close_run
		else
			tap_note "${run##*/} was interrupted and its lab is gone: it counts for nothing"
		fi
	done
}

new_run() {
	local n=1
	while ! mkdir "$results/run$(printf %03d $n)" 2>/dev/null; do
		n=$((n + 1))
	done
	run=$results/run$(printf %03d $n)
	LAB=soak$$
	LAB=${LAB:0:12}
	echo "$LAB" >"$run/lab"
	echo "$seed" >"$run/seed"
}

ok "the accounts find what was lost, doubled, or came from a stranger" \
	python3 -B "$SOAK/test_account.py" || { tap_end; exit 1; }
close_earlier_runs
new_run
tap_note "seed $seed; repeat: $0 --failovers $failovers --seed $seed --install $tree $*"
TAP_REPEAT="$0 --failovers $failovers --seed $seed --install $tree $*"
ok "a lab of three nodes with mta-stack comes up" "$HERE/lab" up --id "$LAB" --nodes 3 --shared \
	--install "$tree" || { rm -rf "$run"; tap_end; exit 1; }
[ -z "$interrupted" ] || exit 130
ok "fencing, the shared queue, the VIP and the stack are set up" nodes_prepare ||
	{ lab crm; tap_end; exit 1; }
drive drive "$failovers" "$seed" "$rate" "$messages" "$@" \
	> >(trap '' INT && tee -a "$run/log" | sed -u 's/^/# /') &
driver=$!
# A signal ends a wait, not the driver.
while kill -0 "$driver" 2>/dev/null; do
	wait "$driver"
	rc=$?
done
if [ -n "$interrupted" ]; then
	tap_note "interrupted: what was done counts"
else
	ok "${run##*/}: $failovers failovers" test "$rc" -eq 0
fi
close_run

sums=$(python3 "$SOAK/account.py" "$results" --json)
python3 "$SOAK/account.py" "$results" | tee "$results/table" | sed 's/^/# /'
python3 "$SOAK/account.py" "$results" --timeline >"$results/timeline"
python3 "$SOAK/plot.py" "$results" "$results/latency.svg"
tap_note "results: $results (table, timeline, latency.svg, and each run's logs)"
[ "$(figure failovers)" -gt 0 ]
tap_verdict $? "all runs: there were failovers" "$sums"
[ "$(figure acknowledged)" -gt 0 ]
tap_verdict $? "all runs: messages were acknowledged" "$sums"
is "all runs: none of them is lost" "$(figure lost)" 0
is "all runs: nothing was found on a node in the end" "$(figure 'checks that failed in the end')" 0
is "all runs: no connection from another address than the VIP" \
	"$(figure 'from another address than the VIP')" 0
tap_end
