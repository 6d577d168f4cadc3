#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# soak: failover after failover under continuous mail, for as long as one likes.
#
#   soak.sh [--failovers N] [--seed S] [--rate R] [--messages M] [--results DIR] [--install TREE]
#           [--copy] [--promise] [--small | --control] [CAUSE[+COMPLICATION]…]
#
# Three nodes with fencing, a shared queue, mail in both directions at R a second each (12). N failovers
# (30), each after M more messages (110), with causes and complications that are drawn with seed S; CAUSEs
# come first, in this order. Each call is a run, a folder in DIR; the figures are sums over all runs there
# of the same programs and the same soak. A run that was interrupted is brought to its end by the next call
# if its lab still lives; if not, what it acknowledged is not known, and that is a failure until its folder
# is removed. --promise fails below what README promises of the sums. --copy: with config_mode=copy.
# --small is what `make check` runs: four failovers, and no results stay. --control has one in which mail
# leaves from a node's address, and succeeds if that is seen.
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

MTA=postfix failovers=30 rate=12 messages=110 seed='' tree='' results='' small='' control='' promise='' parameters=''
while [ $# -gt 0 ]; do
	case $1 in
	--failovers) failovers=${2:?} && shift 2 ;;
	--seed) seed=${2:?} && shift 2 ;;
	--rate) rate=${2:?} && shift 2 ;;
	--messages) messages=${2:?} && shift 2 ;;
	--results) results=${2:?} && shift 2 ;;
	--install) tree=${2:?} && shift 2 ;;
	--copy) parameters=config_mode=copy && shift ;;
	--promise) promise=yes && shift ;;
	--small) small=yes failovers=4 && shift ;;
	--control) small=yes control=yes failovers=1 && shift ;;
	-*) sed -n 's/^# \{0,1\}//; 4,19p' "$0" >&2 && exit 2 ;;
	*) break ;;
	esac
done
if [ -n "$small" ]; then
	messages=60 seed=1 results=$(mktemp -d /tmp/mta-stack-soak.XXXXXX)
fi
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
	set -- cut+full ring+distribution standby+append move+revert
	[ -z "$control" ] || set -- move+revert-all
else
	# The driver comes to its end, then we do.
	trap 'interrupted=yes; stop_driver' INT TERM HUP
fi

stop_driver() {
	[ ! -s "$run/driver" ] || lab inside kill -TERM "$(cat "$run/driver")" 2>/dev/null
}

# A checksum of what a run tests and of how it does; without what only tells of it.
code() {
	{
		find "$tree" -type f ! -path '*/share/*'
		find "$SOAK" "$HERE" -type f ! -name '*.pyc'
	} | sort | xargs sha256sum | cut -d ' ' -f 1 | sha256sum | cut -c -16
}

# drive WHAT…: the driver, in the lab of this run.
drive() {
	lab inside python3 "$SOAK/driver.py" "$HERE/lab" "$LAB" "$run" "$@"
}

figure() {
	sed -nE "s/^ \"$1\": ([0-9]+),?$/\1/p" <<<"$sums"
}

# at_least WHAT FIGURE N
at_least() {
	local n
	n=$(figure "$2")
	[ "${n:-0}" -ge "$3" ]
	tap_verdict $? "$1" "$2: ${n:-none}, at least $3 are wanted"
}

# Failovers, power cuts and messages that the sums must have.
WANTED=(1 0 1)

# close_run BEFORE: it has come to its end: what is on the nodes, and that it counts. BEFORE is how many
# checks had failed when it began.
close_run() {
	local before=$1
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
			close_run "$TAP_FAILED"
		else
			tap_verdict 1 "${run##*/} came to its end" \
				"its lab is gone, and what it acknowledged is not known; to forget it: rm -r $run"
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
	code >"$run/code"
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
ok "fencing, the shared queue, the VIP and the stack are set up" nodes_prepare "$parameters" ||
	{ lab crm; tap_end; exit 1; }
before=$TAP_FAILED
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
code=$(cat "$run/code")
if [ -n "$control" ]; then
	echo '{"failed": 0}' >"$run/verdict"
	sums=$(python3 "$SOAK/account.py" "$results" "$code" --json)
	at_least "a call from a node's address is seen" "from another address than the VIP" 1
	tap_end
	exit
fi
close_run "$before"

write_down() {
	python3 "$SOAK/account.py" "$results" "$code" >"$results/table" &&
		python3 "$SOAK/account.py" "$results" "$code" --timeline >"$results/timeline" &&
		python3 "$SOAK/plot.py" "$results" "$code" "$results/latency.svg" &&
		[ -s "$results/table" ] && [ -s "$results/timeline" ] && [ -s "$results/latency.svg" ]
}
sums=$(python3 "$SOAK/account.py" "$results" "$code" --json)
ok "the table, the time line and the plot are written" write_down
sed 's/^/# /' "$results/table"
tap_note "results: $results (table, timeline, latency.svg, and each run's logs)"
[ -z "$promise" ] || WANTED=(200 60 20000)
at_least "all runs: there were failovers" failovers "${WANTED[0]}"
at_least "all runs: some of them power cuts" "power cuts" "${WANTED[1]}"
at_least "all runs: messages were acknowledged" acknowledged "${WANTED[2]}"
at_least "all runs: the remote was called over IPv6, too" "of them over IPv6" 1
for none in lost "from another address than the VIP" "checks that failed in the end" "stops of ours that failed" \
	"fenced without need" "failovers without fencing"; do
	is "all runs: $none" "$(figure "$none")" 0
done
[ -z "$small" ] || is "each complication had its effect" "$(figure 'complications without effect')" 0
tap_end
