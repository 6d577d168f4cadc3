# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# monitor: three states and degraded, no writes, one program.

load helper
setup_file() { make_root; }
teardown_file() { remove_root; }

setup() {
	make_node
	with OCF_RESKEY_CRM_meta_interval=30000 OCF_RESKEY_CRM_meta_timeout=20000
}

# traced WHAT [SHELL]: run monitor under strace; the trace is in $T/trace.
traced() {
	strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	agent_under "strace -f -qq -e trace=$1 -o $T/trace ${2:-/bin/sh}" monitor
}

@test "monitor is one call, and says nothing if all is well" {
	answer monitor 0
	agent monitor
	ended 0
	silent
	[ "$(cat "$T/calls")" = "monitor --level 0" ] || explain "wanted one plain call"
	not_logged
}

@test "failed: every code with its line" {
	local code
	for code in 1 2 3 4 5 6; do
		answer monitor "$code" "cannot find what was bound: main.cf lost smtp_bind_address"
		agent monitor
		ended "$code"
		reason "cannot find what was bound: main.cf lost smtp_bind_address"
	done
}

@test "degraded is 190 with its line, and is not logged again at every monitor" {
	answer monitor 190 "main.cf was changed by somebody: restart the resource"
	agent monitor
	ended 190
	reason "main.cf was changed by somebody: restart the resource"
	not_logged
}

@test "stopped: a reason in a recurring monitor, an info line at a probe" {
	agent monitor
	ended 7
	reason "cannot find the stack: it is not applied here"
	local interval
	for interval in OCF_RESKEY_CRM_meta_interval=0 A=b; do
		: >"$T/log"
		with "$interval"
		agent monitor
		ended 7
		no_reason
		logged "INFO: cannot find the stack: it is not applied here"
		! grep -q ERROR "$T/log" || explain "an error is logged"
	done
}

@test "mta-stack is not there: 5, also at a probe" {
	mv "$ROOT/mta-stack" "$ROOT/away"
	agent monitor
	local recurring=$status
	with OCF_RESKEY_CRM_meta_interval=0
	agent monitor
	mv "$ROOT/away" "$ROOT/mta-stack"
	[ "$recurring" -eq 5 ]
	ended 5
	reason "cannot run $ROOT/mta-stack: install the package mta-stack on this node"
}

@test "the check level is the deepest one that is not deeper than asked for" {
	local pair
	answer monitor 0
	for pair in 0:0 1:0 9:0 10:10 15:10 19:10 20:20 100:20 x:0 :0; do
		: >"$T/calls"
		with OCF_CHECK_LEVEL="${pair%:*}"
		agent monitor
		[ "$(cat "$T/calls")" = "monitor --level ${pair#*:}" ] || explain "level $pair"
	done
	: >"$T/calls"
	with OCF_RESKEY_OCF_CHECK_LEVEL=10
	agent monitor
	[ "$(cat "$T/calls")" = "monitor --level 10" ] || explain "the older name"
}

@test "one fork and one program, in any of the states that last" {
	local code sh
	for sh in dash bash; do
		for code in 0 190; do
			answer monitor "$code" "${code#0}"
			traced process "$sh"
			ended "$code"
			[ "$(grep -Ec '(clone3?|v?fork)\(' "$T/trace")" -eq 1 ] ||
				{ cat "$T/trace"; explain "$sh, $code: forks"; }
			[ "$(grep -c 'execve(.*) = 0$' "$T/trace")" -eq 2 ] ||
				{ cat "$T/trace"; explain "$sh, $code: programs"; }
		done
	done
}

@test "monitor writes nothing" {
	local code
	for code in 0 190 7 1; do
		answer monitor "$code" "x"
		with OCF_RESKEY_CRM_meta_interval=30000 HA_LOGFACILITY=none HA_LOGFILE=
		traced file,ftruncate,fchmod,fchown
		ended "$code"
		[ -s "$T/trace" ]
		# What the stub writes, and what is no file of anybody.
		grep -E 'O_(WRONLY|RDWR|CREAT)|^[0-9]+ +[a-z]*(creat|rename|link|mkdir|rmdir|mknod|chmod|chown|truncate|utime|xattr)[a-z0-9]*\(' \
			"$T/trace" | grep -v '^[0-9]* *readlink' | grep -vE "\"($T/|/dev/(null|tty))" >"$T/writes" || [ $? -eq 1 ]
		[ ! -s "$T/writes" ] || { cat "$T/writes"; explain "code $code"; }
	done
}

@test "monitor leaves no mark and needs none" {
	answer monitor 0
	agent monitor
	ended 0
	[ -z "$(ls -A "$T/run")" ]
}

@test "trace_ra works for monitor too" {
	answer monitor 0
	with OCF_RESKEY_CRM_meta_interval=30000 OCF_RESKEY_trace_ra=1 OCF_RESKEY_trace_dir="$T/trace_ra"
	agent monitor
	ended 0
	grep -rq mta_stack_call "$T/trace_ra" || explain "no trace"
}

@test "without resource-agents: 5 with the cure, not a shell error" {
	mv "$ROOT/lib/heartbeat" "$ROOT/away"
	answer monitor 0
	agent monitor
	mv "$ROOT/away" "$ROOT/lib/heartbeat"
	ended 5
	reason "cannot read $ROOT/lib/heartbeat/ocf-shellfuncs: install resource-agents"
}
