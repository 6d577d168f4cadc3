# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# stop never lies: it succeeds if and only if the managed mail server no longer runs.

load helper
setup_file() { make_root; }
teardown_file() { remove_root; }
setup() { make_node; }

@test "stop, managed: the mail server first, then the files" {
	agent start
	: >"$T/calls"
	agent stop
	ended 0
	no_reason
	called "service stop --ours" restore
	unmarked
}

@test "stop of what never ran is 0" {
	agent stop
	ended 0
	no_reason
}

@test "stop fails if the mail server is still there, and leaves the files alone" {
	agent start
	: >"$T/calls"
	answer service-stop 1 "cannot stop Postfix: process 4711 does not end"
	agent stop
	ended 1
	reason "cannot stop Postfix: process 4711 does not end"
	called "service stop --ours"
	marked
}

@test "1 from service stop fails it without a mark too" {
	answer service-stop 1 "cannot stop Postfix: process 4711 does not end"
	agent stop
	ended 1
}

@test "a restore that conflicts, or fails in any way, never fails stop" {
	local code
	for code in 1 2 3 4 5 6; do
		make_node
		answer restore "$code" "cannot put back main.cf: Input/output error"
		agent stop
		ended 0
		no_reason
		logged "WARNING: the configuration was not put back, the next run tries again: cannot put back main.cf: Input/output error"
	done
	make_node
	answer restore 190 "main.cf was not put back whole: line 7 was changed"
	agent stop
	ended 0
	no_reason
	logged "WARNING: main.cf was not put back whole: line 7 was changed"
}

@test "a restore that has nothing to do is silent" {
	answer restore 7 "cannot restore: not applied"
	agent stop
	ended 0
	not_logged
}

@test "wrong parameters: 0 if start did not get far, else the code" {
	local code
	for code in 2 3 5 6; do
		make_node
		answer service-stop "$code" "cannot use mta=postfx: this version knows postfix"
		agent stop
		ended 0
		no_reason
		logged "INFO: nothing to stop, not started since this node booted: cannot use mta=postfx"
		case $code in
		5) called "service stop" restore ;;
		*) called "service stop" ;;
		esac
		: >"$T/run/mta-stack-mail-mta"
		agent stop
		ended "$code"
		reason "cannot use mta=postfx: this version knows postfix"
		marked
	done
}

@test "mta-stack is gone: 0 before the first start, 5 while the mail server may run" {
	mv "$ROOT/mta-stack" "$ROOT/away"
	agent stop
	local before=$status
	: >"$T/run/mta-stack-mail-mta"
	agent stop
	mv "$ROOT/away" "$ROOT/mta-stack"
	[ "$before" -eq 0 ]
	ended 5
	reason "cannot run $ROOT/mta-stack: install the package mta-stack on this node"
}

@test "a failed start leaves the mark, the stop after it removes it" {
	answer service-start 1 "cannot start Postfix: no greeting on 192.0.2.10:25"
	agent start
	ended 1
	marked
	agent stop
	ended 0
	unmarked
}

@test "stop, external: put back and reload, no service stop" {
	with OCF_RESKEY_service=external
	agent stop
	ended 0
	called restore "service reload"
}

@test "stop, external: neither a stopped mail server nor a failed reload fails it" {
	with OCF_RESKEY_service=external
	answer service-reload 7 "cannot reload Postfix: it does not run"
	agent stop
	ended 0
	not_logged
	answer service-reload 1 "cannot reload Postfix: fatal"
	agent stop
	ended 0
	logged "WARNING: the mail server did not reload its configuration: cannot reload Postfix: fatal"
}

@test "service stop leaves time for restore" {
	with OCF_RESKEY_CRM_meta_timeout=120000
	agent stop
	grep -Eqx 'service stop --deadline 9[34]' "$T/calls" || explain "four fifths of 118 s"
}

@test "the number of a clone instance is no part of the name" {
	with OCF_RESOURCE_INSTANCE=mail-mta:0
	: >"$T/run/mta-stack-mail-mta"
	agent stop
	ended 0
	unmarked
}
