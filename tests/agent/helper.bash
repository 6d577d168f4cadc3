# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# helper: an OCF root of its own for each test file, with the agent as it was built, the shell
# functions of resource-agents, and a stub in the place of mta-stack(8).
#
# The agent under test differs from the built one in two paths only: the OCF root and mta-stack.
# Directories are readable for everybody, so that a test may run the agent as another user.

bats_require_minimum_version 1.5.0

status='' output='' stderr='' # set by bats' run

SRC=${MTA_STACK_SRC:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
BUILD=${MTA_STACK_BUILD:-$SRC/build}

# For setup_file: makes $ROOT.
make_root() {
	local from
	from=$("$SRC/tests/agent/ocf-root") || return 1
	ROOT=$(mktemp -d /tmp/mta-stack-agent.XXXXXX) || return 1
	export ROOT FROM=$from
	chmod 755 "$ROOT"
	mkdir -p "$ROOT"/{lib/mta,resource.d/mta}
	cp -r "$from/usr/lib/ocf/lib/heartbeat" "$ROOT/lib/"
	sed "s|^MTA_STACK=.*|MTA_STACK=$ROOT/mta-stack|" "$BUILD/mta-stack.sh" \
		>"$ROOT/lib/mta/mta-stack.sh"
	sed "s|OCF_ROOT:=[^}]*|OCF_ROOT:=$ROOT|" "$BUILD/stack" >"$ROOT/resource.d/mta/stack"
	chmod 755 "$ROOT/resource.d/mta/stack"
	AGENT=$ROOT/resource.d/mta/stack
	export AGENT
	make_stub
}

remove_root() {
	[ -z "${ROOT:-}" ] || rm -rf "$ROOT"
}

# The stub appends its arguments to $T/calls, keeps its environment in $T/env, and does what the file
# $T/answers/COMMAND says. It starts no program.
make_stub() {
	cat >"$ROOT/mta-stack" <<-'END'
		#!/bin/sh
		printf '%s\n' "$*" >>"$T/calls"
		export -p >"$T/env"
		key=
		for word; do
			case $word in -*) break ;; esac
			key=${key:+$key-}$word
		done
		rc=0 said=
		[ ! -r "$T/answers/$key" ] || . "$T/answers/$key"
		[ -z "$said" ] || printf '%s\n' "$said" >&2
		echo "output of $key"
		exit "$rc"
	END
	chmod 755 "$ROOT/mta-stack"
}

# For setup: an empty node, on which nothing runs.
make_node() {
	T=$ROOT/$BATS_TEST_NUMBER
	rm -rf "$T"
	mkdir -p "$T/answers" "$T/run"
	: >"$T/calls"
	: >"$T/log"
	export T
	WITH=()
	answer monitor 7 "cannot find the stack: it is not applied here"
	answer service-status 7 "cannot find Postfix: it does not run"
}

# answer COMMAND CODE [TEXT]: what the stub will do.
answer() {
	printf "rc=%s said='%s'\n" "$2" "${3:+mta-stack: $3}" >"$T/answers/$1"
}

# with NAME=VALUE…: add this to the environment of the next runs of the agent.
with() {
	WITH=("$@")
}

# agent ACTION [ARGUMENT…]: run it as Pacemaker would. Sets status, output, stderr.
agent() {
	agent_under "" "$@"
}

# agent_under "PROGRAM ARGUMENT…" ACTION [ARGUMENT…]: the same, run by another shell or tracer.
agent_under() {
	local under
	read -ra under <<<"$1"
	shift
	run --separate-stderr env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin T="$T" OCF_ROOT="$ROOT" \
		OCF_RA_VERSION_MAJOR=1 OCF_RA_VERSION_MINOR=1 OCF_RESOURCE_INSTANCE=mail-mta \
		OCF_RESOURCE_TYPE=stack OCF_RESOURCE_PROVIDER=mta OCF_RESKEY_mta=postfix \
		HA_RSCTMP="$T/run" HA_LOGFILE="$T/log" "${WITH[@]}" "${under[@]}" "$AGENT" "$@"
}

# --- what tests say -----------------------------------------------------------------------------

explain() {
	echo "$*"
	echo "status: $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
	echo "calls:"
	cat "$T/calls"
	return 1
}

ended() {
	[ "$status" -eq "$1" ] || explain "wanted status $1"
}

# The one reason, exactly.
reason() {
	local got
	got=$(grep '^ocf-exit-reason:' <<<"$stderr") || explain "there is no reason" || return
	[ "$got" = "ocf-exit-reason:$1" ] || explain "wanted the reason: $1"
}

no_reason() {
	! grep -q ocf-exit-reason <<<"$stderr" || explain "there is a reason"
}

# called COMMAND…: exactly these, in this order; deadlines and levels are left out.
called() {
	local got
	got=$(sed -E 's/ --(deadline|level) [0-9]+//g' "$T/calls")
	[ "$got" = "$(printf '%s\n' "$@")" ] || explain "wanted the calls: $*"
}

logged() {
	grep -qF -- "$1" "$T/log" || { cat "$T/log"; explain "wanted in the log: $1"; }
}

not_logged() {
	[ ! -s "$T/log" ] || { cat "$T/log"; explain "the log is not empty"; }
}

complained() {
	grep -q -- "$1" <<<"$stderr" || explain "wanted on standard error: $1"
}

uncomplaining() {
	[ -z "$stderr" ] || explain "standard error is not empty"
}

silent() {
	[ -z "$stderr$output" ] || explain "there is output"
}

marked() {
	[ -e "$T/run/mta-stack-mail-mta" ] || return 1
}

unmarked() {
	! marked || explain "the mark is there"
}
