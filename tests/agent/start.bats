# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# start and reload-agent: which steps in which order, and how each may fail.

load helper
setup_file() { make_root; }
teardown_file() { remove_root; }
setup() { make_node; }

@test "start, managed: status, apply, service start" {
	agent start
	ended 0
	no_reason
	called monitor "service status" apply "service start"
	marked
}

@test "start changes nothing if all is in sync" {
	answer monitor 0
	agent start
	ended 0
	called monitor
	logged "INFO: already running and in sync"
}

@test "start applies again if the configuration has drifted" {
	answer monitor 190 "cannot call it in sync: main.cf was changed"
	answer service-status 0
	agent start
	ended 0
	called monitor "service status" apply "service reload" "service start"
}

@test "start refuses a foreign mail server before anything is touched" {
	answer service-status 1 "postfix.service runs: disable it, or use service=external"
	agent start
	ended 1
	reason "postfix.service runs: disable it, or use service=external"
	called monitor "service status"
	unmarked
}

@test "start, external: apply, then reload" {
	with OCF_RESKEY_service=external
	agent start
	ended 0
	called monitor apply "service reload"
	unmarked
}

@test "start, external: a mail server that does not run is no error" {
	with OCF_RESKEY_service=external
	answer service-reload 7 "cannot reload Postfix: it does not run"
	agent start
	ended 0
	no_reason
}

@test "start, external: a reload that fails is one" {
	with OCF_RESKEY_service=external
	answer service-reload 1 "cannot reload Postfix: fatal"
	agent start
	ended 1
	reason "cannot reload Postfix: fatal"
}

@test "every code of every step of start is passed on, with its line as the reason" {
	local step code
	for step in apply service-start; do
		for code in 1 2 3 4 5 6 7; do
			make_node
			answer "$step" "$code" "cannot do it: 100% full, code $code \$HOME"
			agent start
			ended "$code"
			reason "cannot do it: 100% full, code $code \$HOME"
		done
	done
}

@test "a missing VIP is 1" {
	answer apply 1 "cannot apply: the VIP 192.0.2.10 is not on this node"
	agent start
	ended 1
	reason "cannot apply: the VIP 192.0.2.10 is not on this node"
	called monitor "service status" apply
}

@test "a step that is killed, says nothing, or has no meaning is 1 with a reason" {
	echo 'kill -9 $$' >"$T/answers/apply"
	agent start
	ended 1
	reason "mta-stack apply was killed by signal 9"
	answer apply 99
	agent start
	ended 1
	reason "mta-stack apply ended with status 99, which has no meaning"
	answer apply 4
	agent start
	ended 4
	reason "mta-stack apply failed with status 4 and gave no reason"
}

@test "of several lines the last one is the reason, and none is lost" {
	answer apply 5 "first
mta-stack: cannot read main.cf: Input/output error"
	agent start
	ended 5
	reason "cannot read main.cf: Input/output error"
	complained "first"
}

@test "warnings of a step that succeeded are logged" {
	answer apply 0 "kept 198.51.100.7: no PTR"
	agent start
	ended 0
	no_reason
	logged "WARNING: mta-stack: kept 198.51.100.7: no PTR"
}

@test "mta-stack is not there: 5" {
	mv "$ROOT/mta-stack" "$ROOT/away"
	agent start
	mv "$ROOT/away" "$ROOT/mta-stack"
	ended 5
	reason "cannot run $ROOT/mta-stack: install the package mta-stack on this node"
	chmod 644 "$ROOT/mta-stack"
	agent start
	chmod 755 "$ROOT/mta-stack"
	ended 5
}

@test "a mark that cannot be written stops start before anything is touched" {
	mkdir "$T/run/mta-stack-mail-mta"
	agent start
	ended 1
	reason "cannot write $T/run/mta-stack-mail-mta: is there space on /run?"
	called monitor "service status"
}

@test "clone and promotable use is refused at start and validate-all, never at stop" {
	local as action
	for as in clone=0 clone_max=2 promotable=true master_max=1; do
		for action in start validate-all; do
			make_node
			with "OCF_RESKEY_CRM_meta_$as"
			agent "$action"
			ended 6
			reason "cannot run as a clone or promotable: put one resource in a group after its VIP"
			called
		done
		agent stop
		ended 0
	done
	with OCF_RESKEY_CRM_meta_promotable=false
	agent start
	ended 0
}

@test "each step is told its share of the time left" {
	with OCF_RESKEY_CRM_meta_timeout=120000
	agent start
	ended 0
	grep -Eqx 'apply --deadline (58|59)' "$T/calls" || explain "apply: half of 118 s"
	grep -Eqx 'service start --deadline (117|118)' "$T/calls" || explain "service start: the rest"
}

@test "a very short time-out leaves each step one second; none or nonsense sets no deadline" {
	with OCF_RESKEY_CRM_meta_timeout=1000
	agent start
	[ "$(grep -c -- '--deadline 1$' "$T/calls")" -eq 4 ] || explain "one second each"
	for with in OCF_RESKEY_CRM_meta_timeout= OCF_RESKEY_CRM_meta_timeout=soon A=b; do
		make_node
		with "$with"
		agent start
		ended 0
		! grep -q deadline "$T/calls" || explain "a deadline from nowhere"
	done
}

@test "the helper gets the parameters and their defaults" {
	with OCF_RESKEY_name=mail.example.com OCF_RESKEY_drift= OCF_RESKEY_rebuild_command=dbmbuild \
		OCF_RESKEY_start_command=x4start OCF_RESKEY_local_keys=local
	agent start
	local pair
	for pair in mta=postfix name=mail.example.com remote_names=proven unnamed=keep \
		service=managed drift=report rebuild_command=dbmbuild start_command=x4start \
		local_keys=local; do
		grep -Eq "OCF_RESKEY_${pair%%=*}=['\"]?${pair#*=}['\"]?\$" "$T/env" ||
			{ cat "$T/env"; explain "not in the environment: $pair"; }
	done
}

@test "reload-agent: apply and reload, no restart" {
	answer monitor 0
	agent reload-agent
	ended 0
	called monitor apply "service reload"
}

@test "reload-agent of what does not run changes nothing" {
	agent reload-agent
	ended 7
	reason "cannot find the stack: it is not applied here"
	called monitor
}

@test "reload-agent: a managed mail server that is gone is an error, an external one is not" {
	answer monitor 0
	answer service-reload 7 "cannot reload Postfix: it does not run"
	agent reload-agent
	ended 7
	reason "cannot reload Postfix: it does not run"
	with OCF_RESKEY_service=external
	agent reload-agent
	ended 0
}

@test "the same under bash as under dash" {
	local sh
	for sh in dash bash "bash --posix"; do
		make_node
		agent_under "$sh" start
		ended 0
		called monitor "service status" apply "service start"
		answer monitor 1 "cannot call it in sync"
		agent_under "$sh" monitor
		ended 1
		reason "cannot call it in sync"
	done
}
