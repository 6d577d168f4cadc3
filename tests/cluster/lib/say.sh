# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# say: words to the user, and waiting.
#
# Guarantees: progress and errors go to standard error, so that standard output is data only;
# every wait ends by its bound.

say() {
	printf '%s\n' "$*" >&2
}

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# Milliseconds since some fixed moment.
now_ms() {
	printf '%s\n' $((${EPOCHREALTIME/./} / 1000))
}

# Seconds since START (of now_ms), as 3.4
seconds_since() {
	local ms=$(($(now_ms) - $1))
	printf '%d.%d\n' $((ms / 1000)) $((ms % 1000 / 100))
}

# poll SECONDS CMD…: until CMD succeeds; fails when the time is over.
poll() {
	local end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# patiently WHAT LOG CMD…: run CMD with its output in LOG; say WHAT, and how long it takes, every
# ten seconds; on failure show the end of LOG. CMD ends with us when we are interrupted.
patiently() {
	local what=$1 log=$2 start next pid rc
	shift 2
	start=$(now_ms)
	next=10000
	say "$what …"
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	# shellcheck disable=SC2064 # the pid of now
	trap "kill -TERM $pid 2>/dev/null; wait $pid; exit 130" INT TERM HUP
	while kill -0 "$pid" 2>/dev/null; do
		if [ $(($(now_ms) - start)) -ge "$next" ]; then
			say "  … $((next / 1000)) s"
			next=$((next + 10000))
		fi
		sleep 0.2
	done
	wait "$pid"
	rc=$?
	trap - INT TERM HUP
	if [ "$rc" -ne 0 ]; then
		tail -n 20 "$log" >&2
		say "lab: $what failed (exit $rc)"
		return 1
	fi
	say "$what: $(seconds_since "$start") s"
}
