#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: the program itself on the address tables of X.400 MTAs.
#
#   tests/x400/run.sh BUILDDIR [GROUP…]      groups: golden peer explain rebuild meanwhile …
#
# golden   each golden case of x400: apply writes what is wanted, a second apply nothing, restore puts
#          every file back byte for byte, with its owner, mode and date; a refused one changes nothing
# peer     what peer prints, for each kind of the other side, with the limits
# explain  what explain says of an argument and of a pasted event
# rebuild  the rebuild command runs when a table changed, when it failed or was killed before, and not else
# meanwhile  a monitor while another command changes the tables
# service  a daemon that is started, stopped and reloaded by the commands given
# refused  parameters that do not go together
#
# All files are copies in a directory of its own, the tables too, and the network is its own; no name is
# looked up. Needs root. The last line is `N passed, N failed, N skipped`.

set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(cd "$(dirname "$0")" && pwd)
[ -n "${X400_INSIDE:-}" ] || exec unshare --net env X400_INSIDE=yes "$0" "$@"
src=${here%/tests/x400}
build=$(cd "${1:?usage: run.sh BUILDDIR [GROUP…]}" && pwd) || exit 2
shift
# shellcheck source=tests/cluster/tap.sh
. "$src/tests/cluster/tap.sh"

work=$(mktemp -d /tmp/mta-stack-x400.XXXXXX) || exit 2
finish() {
	[ ! -s "$work/run/pid" ] || kill -9 "$(cat "$work/run/pid")"
	rm -rf "$work"
} 2>/dev/null
trap finish EXIT
vips=(--vip 192.0.2.10)
ip link set lo up || exit 2

# stack COMMAND [OPTION…]: sets out, err (last line) and rc.
stack() {
	out=$("$build/mta-stack" --mta x400 "$@" --resource mail-mta --state-dir "$work/state" --offline --deadline 20 \
		2>"$work/err" </dev/null)
	rc=$?
	err=$(tail -n 1 "$work/err")
}

# --- golden -----------------------------------------------------------------------------------------

# All that can be told about the tables.
look() {
	(cd "$work/pp" && find . ! -type d -printf '%P %y %m %U:%G %s %TY-%Tm-%Td %TT\n' | sort && sha256sum -- *)
}

content() {
	(cd "$work/pp" && sha256sum -- *)
}

# set_of KEY: its values in the case's file `stack`.
set_of() {
	sed -n "s/^$1=//p" "$case/stack"
}

# Only content and names: what a rewrite may not change is looked at after it is undone.
wanted() {
	local file
	for file in "$work"/before/*; do
		[ ! -e "$case/want/files/etc/pp/${file##*/}" ] || file=$case/want/files/etc/pp/${file##*/}
		cmp "$file" "$work/pp/${file##*/}" || return
	done
}

golden_options() {
	local key
	options=(--config "$work/pp/$(basename "$(set_of config)")" --names "$case/names"
		--name "$(set_of name)")
	for key in vip4 vip6; do
		[ -z "$(set_of $key)" ] || options+=(--vip "$(set_of $key)")
	done
	for key in address_keys local_keys; do
		[ -z "$(set_of $key)" ] || options+=("--${key/_/-}" "$(set_of $key)")
	done
	[ -z "$(set_of accept_leak)" ] || options+=(--leak accept)
}

golden_case() {
	local name=${case##*/} before applied code
	rm -rf "$work/pp" "$work/before" "$work/state"
	cp -r "$case/in/etc/pp" "$work/pp"
	cp -r "$case/in/etc/pp" "$work/before"
	chmod 640 "$work"/pp/*
	chown 8:8 "$work"/pp/*
	touch -d '2001-02-03 04:05:06.789' "$work"/pp/*
	before=$(look)
	golden_options
	stack apply --service external "${options[@]}"
	if [ -e "$case/want/error" ]; then
		read -r code _ <"$case/want/error"
		is "$name: refused with this code" "$rc" "$code"
		is "$name: and nothing is changed" "$(look)" "$before"
		return
	fi
	is "$name: apply" "$rc" 0
	ok "$name: the tables are as wanted" wanted
	applied=$(content)
	stack apply --service external "${options[@]}"
	is "$name: a second apply changes nothing" "$rc $(content)" "0 $applied"
	stack check --service external "${options[@]}"
	is "$name: check" "$rc" "$([ -e "$case/want/edits" ] && echo 0 || echo 7)"
	stack restore --service external "${options[@]}"
	is "$name: restore" "$rc" 0
	is "$name: and all is as it was, byte for byte, with owner, mode and date" "$(look)" "$before"
}

group_golden() {
	for case in "$src"/tests/golden/x400/*; do
		golden_case
	done
}

# --- peer -------------------------------------------------------------------------------------------

# table SELECTOR [ATTRIBUTE…]: an outbound table with this lpsap, as PP spells it.
table() {
	local selector=$1 quote="'"
	shift
	[[ $selector != *"'"* ]] || quote='"'
	printf 'default:lpsap=%s%s/Internet=192.0.2.99%s%s\nfar:rpsap=%s"593"/Internet=198.51.100.7%s\n' \
		"$quote" "$selector" "$quote" "${*:+,$*}" "'" "'" >"$work/x400out84"
}

peer() {
	local kind=$1
	shift
	stack peer --for "$kind" --config "$work/x400out84" "${vips[@]}" "$@"
}

long='"123456789012345678901234567890123"'
name32=mail-of-32-chars.cluster.example
name33=mail-of-33-charss.cluster.example

group_peer() {
	table '"591"' 'lmta="MTA-A"'
	peer pp --name mail.cluster.example
	is "pp: the two entries" "$rc $out" "0 # inbound table: the key must be our literal address, never a name
TELEX+00728722+RFC-1006+03+192.0.2.10:rmta=\"MTA-A\",rname=\"MTA-A\"
# outbound table: a name will do here
MTA-A:rmta=\"MTA-A\",rpsap='\"591\"/Internet=mail.cluster.example'
# rmta and rname are the MTA name that we give in the bind (our lmta)
# then dbmbuild, if the table has flags=dbm"
	printf '%s\n' "$out" >"$work/theirs"
	stack plan --service external --config "$work/theirs" "${vips[@]}" --leak accept
	is "pp: which is a table that our own parser takes" "$rc $(grep -c 'not understood' <<<"$out")" "0 0"
	peer isode --name mail.cluster.example
	is "isode: the property, and from where we call" "$rc $out" \
		"0 presentationAddress=\"591\"/URI+0000+URL+itot\\://192.0.2.10\\:102
# we call from 192.0.2.10: where callers are listed by address, list it"
	peer exchange --name mail.cluster.example
	is "exchange: the fields, and that the VIP needs a PTR record" "$rc $out" "0 X.400 connector, tab Stack:
  Remote host name:  mail.cluster.example
      exactly so, upper and lower case count; the PTR record of 192.0.2.10 must be this name
  or IP address:     192.0.2.10
  T selector:        591 (32 characters at most; S 16, P 4)
      incoming selectors left blank are the same as outgoing"
	peer exchange --name "$name32"
	like "exchange: a name of 32 characters fits" "$out" "^  Remote host name:  $name32\$"
	peer exchange --name "$name33"
	like "exchange: one of 33 does not" "$out" "not a host name: ours has more than the 32 characters that fit"
	unlike "exchange: and is not offered" "$out" "$name33"
	peer exchange
	like "exchange: without a name the address" "$out" "not a host name: ours is not known"
	peer pp
	like "pp: without a name the address" "$out" "rpsap='\"591\"/Internet=192.0.2.10'"
	peer_selectors
	peer_families
	rm "$work/x400out84"
	peer pp
	is "a table that is not there" "$rc $err" \
		"5 mta-stack: cannot open $work/x400out84: No such file or directory"
}

peer_selectors() {
	table '#591' 'lmta="MTA-A",lpass="secret"'
	peer pp --name mail.cluster.example
	like "a selector that is no text: in hexadecimal, in the other quotes" "$out" \
		"rpsap=\"'024F'H/Internet=mail.cluster.example\""
	like "a password is asked for" "$out" ',rname="MTA-A",rpass="OUR-PASSWORD"$'
	unlike "but not shown" "$out" secret
	peer exchange --name mail.cluster.example
	like "exchange: hexadecimal" "$out" 'T selector: +024F \(hexadecimal; 32 characters'
	table "$long"
	peer pp
	is "a selector of 33 octets is refused" "$rc $err" "6 mta-stack: cannot say what the other side must \
set: our transport selector has 33 octets, and no more than 32 are taken"
	table "${long/123/23}"
	peer isode
	like "one of 32 is not" "$out" "^presentationAddress=\"[0-9]{32}\"/URI"
	peer pp
	like "a name of ours that is not known is left to be put in" "$out" 'rname="OUR-MTA-NAME"'
	table '"591"'
	printf "other:lpsap='\"592\"/Internet=192.0.2.99',rpsap='Internet=198.51.100.8'\n" >>"$work/x400out84"
	peer pp
	like "several ways to call: it says so" "$out" "^# our table has entries with another selector, name"
}

peer_families() {
	table '"591"'
	vips=(--vip 2001:db8:1::10)
	peer pp
	is "pp: no form for IPv6" "$rc $err" "6 mta-stack: cannot write an entry for UCL PP: RFC 1278 has no \
form for the IPv6 address 2001:db8:1::10, and the VIP has no IPv4 address"
	peer exchange
	is "exchange: nor there" "$rc $err" "6 mta-stack: cannot write Stack-tab fields: that connector knows IPv4 \
alone, and the VIP has no IPv4 address"
	peer isode
	like "isode: a URL with IPv6" "$out" '/URI\+0000\+URL\+itot\\://\[2001:db8:1::10\]\\:102$'
	vips=(--vip 192.0.2.10 --vip 2001:db8:1::10)
	peer isode
	like "isode: both families call" "$out" 'we call from 192.0.2.10 and 2001:db8:1::10: .* list both'
	vips=(--vip 192.0.2.10)
	peer sendfax
	is "no such kind: exit code" "$rc" 2
}

# --- explain ----------------------------------------------------------------------------------------

explain() {
	out=$("$build/mta-stack" explain "$@" 2>"$work/err" <"${event:-/dev/null}")
	rc=$?
	err=$(cat "$work/err")
}

not_listed="that is the VIP: the other side does not list it; have it set this address, or a name to which the \
VIP's PTR record leads"
elsewhere="the other side lists another address for this caller: if this is a cluster node's, the mail server there \
called without the VIP; apply the stack on it"
other_name="the other side got this name from the caller's PTR record and lists another one, upper and lower case \
included; have it set this one, or mend the PTR record"

group_explain() {
	explain 91F5C11B
	is "an address" "$rc $out" "0 91F5C11B: the address 145.245.193.27: $elsewhere"
	explain 91F5C11B --vip 145.245.193.27
	is "the VIP's" "$rc $out" "0 91F5C11B: the address 145.245.193.27: $not_listed"
	explain 7F000001
	like "this node's" "$out" "^7F000001: the address 127.0.0.1: that is an address of this node"
	explain 52656d6f74654d5441
	is "a name" "$rc $out" "0 52656D6F74654D5441: the name RemoteMTA: $other_name"
	explain 4E434F5354455354
	is "another" "$rc $out" "0 4E434F5354455354: the name NCOSTEST: $other_name"
	explain 41424344
	is "four printable bytes: both readings" "$rc $out" "0 41424344: the address 65.66.67.68: $elsewhere
41424344: or the name ABCD: $other_name"
	explain "$(printf '%s' "$name33" | od -An -tx1 | tr -d ' \n')"
	like "a name that does not fit" "$out" "longer than the 32 characters that the Stack tab takes"
	explain_events
	explain_bad
}

explain_events() {
	event=$work/event
	cat >"$event" <<-'END'
		Event ID: 9301   Source: MSExchangeMTA   Type: Warning   Category: X.400 Service
		Date: 11.02.1998 12:30:45   Computer: EXCH1
		An incoming connection from network address 91F5C11B was rejected.
		The calling MTA said 52656d6f74654d5441 (T-selector 41424344). [MTA BIND 14 12] (12)
	END
	explain
	is "a whole event from standard input: each address in it" "$rc $out" \
		"0 91F5C11B: the address 145.245.193.27: $elsewhere
52656D6F74654D5441: the name RemoteMTA: $other_name
41424344: the address 65.66.67.68: $elsewhere
41424344: or the name ABCD: $other_name"
	ok "as JSON" explain_json
	sed -i 's/$/\r/' "$event"
	explain
	is "with the line ends of Windows" "$rc $(wc -l <<<"$out")" "0 4"
	event=''
}

explain_json() {
	explain --output-as=json
	python3 -c 'import json, sys
a = json.load(sys.stdin)["addresses"]
assert [x.get("address") for x in a] == ["145.245.193.27", None, "65.66.67.68"], a
assert [x.get("name") for x in a] == [None, "RemoteMTA", "ABCD"], a' <<<"$out"
}

# What is no address: code, line.
explain_bad() {
	local text
	while read -r text; do
		explain "$text"
		is "'$text' is refused" "$rc $err" "2 mta-stack: cannot explain $text: give pairs of hexadecimal \
digits that are an address or a name, such as 91F5C11B"
	done <<-'END'
		91F5C11
		xyz
		0x
		91F5C11B00FF
		00
		91 F5 C 11 B
	END
	explain ''
	is "nothing is refused" "$rc" 2
	explain 41 42
	is "two words are refused" "$rc $err" "2 mta-stack: cannot understand 42: too many words"
	for text in '' 'no address in here' '91F5C11' 'beef-cafe0123 /dev/cafebabe1' "$(printf '\001\002')"; do
		event=$work/event
		printf '%s' "$text" >"$event"
		explain
		is "an event without one" "$rc $err" \
			"1 mta-stack: cannot find a network address in hexadecimal in the input"
	done
	head -c 200000 /dev/zero | tr '\0' 'x' >"$event"
	explain
	is "far too much input" "$rc" 1
	event=''
}

# --- rebuild ----------------------------------------------------------------------------------------

# The compiled table is a copy; each run is a line of "compiled". With a file "fail" beside it, it fails;
# with "hang" it waits to be killed.
make_compiler() {
	cat >"$work/dbmbuild" <<-'END'
		#!/bin/sh
		cd "${0%/*}" || exit 1
		[ ! -e hang ] || { : >hanging; exec tail -f /dev/null; }
		[ ! -e fail ] || { echo "dbmbuild: no space" >&2; exit 3; }
		cp "$1" table.dbm && echo "$*" >>compiled
	END
	chmod 755 "$work/dbmbuild"
	: >"$work/compiled"
}

apply() {
	stack apply --service external --config "$work/x400out84" --vip 192.0.2.10 --name mail.example.com \
		--rebuild-command "$work/dbmbuild '$work/x400out84' \"with blanks\"" "$@"
}

restore() {
	stack restore --service external --config "$work/x400out84"
}

# compiled N TABLE: the command ran so often until now, and its result is made from TABLE.
compiled() {
	is "$1" "$(wc -l <"$work/compiled") $(cmp "$work/table.dbm" "$3" && echo same)" "$2 same"
}

group_rebuild() {
	rm -rf "$work/state"
	make_compiler
	table '"591"'
	cp "$work/x400out84" "$work/original"
	cp "$work/x400out84" "$work/table.dbm"
	apply
	is "apply" "$rc" 0
	compiled "the table changed: the command ran once" 1 "$work/x400out84"
	is "with its words as they were quoted" "$(tail -n 1 "$work/compiled")" "$work/x400out84 with blanks"
	apply
	compiled "nothing changed: it did not run" 1 "$work/x400out84"
	monitor_says "monitor" 1 "the VIP 192.0.2.10 is not on this node any more: mail waits"
	restore
	is "restore" "$rc" 0
	compiled "it ran on what is the admin's again" 2 "$work/original"
	restore
	compiled "nothing to restore: it did not run" 2 "$work/original"
	rebuild_fails
	rebuild_killed
}

monitor_says() {
	stack monitor --service external --config "$work/x400out84"
	is "$1" "$rc $err" "$2 mta-stack: $3"
}

monitor_is_well() {
	stack monitor --service external --config "$work/x400out84"
	is "$1" "$rc $err" "0 "
}

rebuild_fails() {
	: >"$work/fail"
	apply
	is "a command that fails fails the apply" "$rc $err" "5 mta-stack: cannot apply: the rebuild command failed: \
$work/dbmbuild failed with status 3: dbmbuild: no space; the configuration was put back"
	ok "the table is put back" cmp "$work/x400out84" "$work/original"
	rm "$work/fail"
	restore
	compiled "what was owed runs with the next restore" 3 "$work/original"
	apply --rebuild-command /bin/false
	is "a command that cannot succeed, a table that is put back" "$rc" 5
	apply
	is "then one that can" "$rc" 0
	compiled "it runs" 4 "$work/x400out84"
	: >"$work/fail"
	restore
	is "restore with a command that fails: degraded, and in words" "$rc $err" "190 mta-stack: the files were \
put back, but the rebuild command did not succeed and is owed: $work/dbmbuild failed with status 3: dbmbuild: no space"
	ok "the table is back all the same" cmp "$work/x400out84" "$work/original"
	rm "$work/fail"
	stack restore --stale
	compiled "a boot makes good for it" 5 "$work/original"
	apply --rebuild-command /no/such/program
	is "no such program" "$rc $err" "5 mta-stack: cannot run /no/such/program: No such file or directory"
	ok "nothing is changed then" cmp "$work/x400out84" "$work/original"
}

hanging() {
	for _ in {1..100}; do
		[ ! -e "$work/hanging" ] || return 0
		sleep 0.1
	done
	return 1
}

# The VIP is on this machine, as far as the program can see.
vip_here() {
	ip addr add 192.0.2.10/32 dev lo 2>/dev/null
	ip addr show dev lo | grep -q 192.0.2.10
}

# Killed when the table is new and the compiled one is not.
rebuild_killed() {
	local pid
	ok "the VIP is here" vip_here
	: >"$work/hang"
	"$build/mta-stack" apply --mta x400 --resource mail-mta --state-dir "$work/state" --offline --vip 192.0.2.10 \
		--name mail.example.com --service external --config "$work/x400out84" \
		--rebuild-command "$work/dbmbuild $work/x400out84" >/dev/null 2>&1 &
	pid=$!
	ok "the command hangs" hanging
	monitor_is_well "monitor, while apply works: no word of it"
	kill -9 $pid
	wait $pid 2>/dev/null
	rm "$work/hang"
	ok "the table is rewritten, the compiled one is not" cmp "$work/table.dbm" "$work/original"
	monitor_says "monitor sees that it is owed" 1 \
		"$work/dbmbuild has not run since the tables changed: apply again"
	apply
	is "the next apply" "$rc" 0
	compiled "runs it, though the table is as it shall be" 6 "$work/x400out84"
	monitor_is_well "monitor is content"
	restore
	compiled "restored" 7 "$work/original"
}

# --- meanwhile --------------------------------------------------------------------------------------

# A monitor while the timer's apply changes the files, with each rename slowed down.
group_meanwhile() {
	local options=(--service external --config "$work/x400out84") n=0 others='' pid
	rm -rf "$work/state"
	ok "the VIP is here" vip_here
	table '"591"'
	stack apply "${options[@]}" --vip 192.0.2.10 --name mail.example.com
	is "apply" "$rc" 0
	echo "198.51.100.7 mta.remote.example" >"$work/names"
	strace -f -qq -o "$work/strace" -e trace=rename,renameat,renameat2 \
		-e inject=rename,renameat,renameat2:delay_enter=300000 "$build/mta-stack" --mta x400 \
		--resource mail-mta --state-dir "$work/state" --offline apply "${options[@]}" --vip 192.0.2.10 \
		--name mail.example.com --names "$work/names" >/dev/null 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		stack monitor "${options[@]}"
		n=$((n + 1))
		[ "$rc" -eq 0 ] || others+="$rc $err"$'\n'
	done
	wait $pid
	is "the apply that was slow" "$? $(grep -c 'mta.remote.example' "$work/x400out84")" "0 1"
	[ "$n" -gt 0 ] && [ "$(grep -c rename "$work/strace")" -ge 3 ]
	tap_verdict $? "monitor looked meanwhile" "$n times"
	is "and never saw half of it" "$others" ""
	restore
	is "restored" "$rc" 0
}

# --- service ----------------------------------------------------------------------------------------

mta=$src/tests/x400/mta.py

# service VERB [OPTION…]
service() {
	local verb=$1
	shift
	stack service "$verb" --config "$work/x400out84" --start-command "python3 $mta start $work/x400out84 $work/run" \
		--pid-file "$work/run/pid" --program "$python" "$@"
}

runs() {
	[ -s "$work/run/pid" ] && grep -qs '^State:[[:space:]]*[A-WYa-y]' "/proc/$(cat "$work/run/pid")/status"
}

group_service() {
	vip_here
	rm -rf "$work/state" "$work/run"
	python=$(command -v python3)
	table '"591"'
	service status
	is "it does not run" "$rc $err" "7 mta-stack: the X.400 MTA does not run"
	service start
	is "it is not started before the stack is applied" "$rc $err" \
		"1 mta-stack: cannot start the X.400 MTA: the stack is not applied; run apply first"
	stack apply --config "$work/x400out84" --vip 192.0.2.10 --name mail.example.com \
		--start-command x --pid-file "$work/run/pid" --program "$python"
	is "apply" "$rc" 0
	service start
	is "start" "$rc $(runs && echo runs)" "0 runs"
	service status
	is "status" "$rc" 0
	stack monitor --config "$work/x400out84" --start-command x --pid-file "$work/run/pid" --program "$python"
	is "monitor" "$rc $err" "0 "
	service_reload
	service stop --stop-command "python3 $mta stop $work/run"
	is "stop" "$rc $(runs || echo ended)" "0 ended"
	is "by the command: it says so itself" "$(tail -n 1 "$work/run/log")" ends
	service start
	service stop
	is "without a command it gets SIGTERM" "$rc $(tail -n 1 "$work/run/log")" "0 ends"
	service start
	kill -STOP "$(cat "$work/run/pid")"
	service stop --stop-command true
	is "one that does not end is killed" "$rc $(runs || echo ended)" "0 ended"
	service_foreign
}

service_reload() {
	local before
	before=$(cat "$work/run/pid")
	service reload --reload-command "python3 $mta reload $work/run"
	is "reload by the command" "$rc $(cat "$work/run/pid")" "0 $before"
	service reload
	is "without one it is restarted" "$rc $(runs && echo runs)" "0 runs"
	[ "$(cat "$work/run/pid")" != "$before" ]
	tap_verdict $? "it is another process"
}

# Somebody else's: seen, and left alone.
service_foreign() {
	python3 "$mta" start "$work/x400out84" "$work/run"
	stack restore --config "$work/x400out84"
	service start
	is "one that runs already is foreign" "$rc $err" "1 mta-stack: the X.400 MTA runs, and this resource did not \
start it: stop it where it is started, or use service=external"
	service stop
	is "and is not stopped" "$rc $(runs && echo runs)" "0 runs"
	stack service reload --service external --config "$work/x400out84" --pid-file "$work/run/pid" --program "$python" \
		--reload-command "python3 $mta reload $work/run"
	is "with service=external it is reloaded" "$rc" 0
	python3 "$mta" stop "$work/run"
	stack service reload --service external --config "$work/x400out84" --pid-file "$work/run/pid" --program "$python" \
		--reload-command "python3 $mta reload $work/run"
	is "if it runs" "$rc $err" "7 mta-stack: cannot reload the X.400 MTA: it does not run"
}

# --- refused ----------------------------------------------------------------------------------------

# no CODE LINE OPTION…: validate says so.
no() {
	local code=$1 line=$2
	shift 2
	stack validate --config "$work/x400out84" "$@"
	is "refused: $*" "$rc $err" "$code mta-stack: $line"
}

group_refused() {
	local how
	table '"591"'
	how="no way to start and stop it is known; set start_command, pid_file and program, or service=external and \
have another resource of the group do so"
	no 6 "cannot use service=managed with mta=x400: $how"
	no 6 "cannot use start_command: give pid_file and program, too, so that the process is known" --start-command x
	no 6 "cannot use reload_command: give pid_file and program, too, so that the process is known" \
		--reload-command x --service external
	no 6 "cannot use pid_file: give both pid_file and program, so that the process is known" \
		--start-command x --pid-file /x
	no 6 "cannot use program: give both pid_file and program, so that the process is known" --program /x
	no 6 "cannot use stop_command: give start_command, too" --stop-command x --service external
	no 6 "cannot use pid_file: give start_command or reload_command, too" --pid-file /x --program /y
	no 6 "cannot use start_command: with service=external somebody else starts the MTA" --start-command x \
		--pid-file /x --program /y --service external
	no 2 "cannot use --pid-file=x: give an absolute path" --pid-file x
	no 2 "cannot use --program=x: give an absolute path" --program x
	no 2 "cannot use --rebuild-command= : it is empty" --rebuild-command ' '
	no 2 "cannot use --rebuild-command=a 'b: a quote is not closed" --rebuild-command "a 'b"
	no 2 "cannot use --start-command=: it is empty" --start-command ''
	no 2 "cannot use --address-keys=\": a quote is not closed" --address-keys '"'
	no 6 "cannot use local_keys: it is for mta=x400 alone; this MTA has its own" --local-keys x --mta postfix
	no 6 "cannot use rebuild_command: it is for mta=x400 alone; this MTA has its own" --rebuild-command x \
		--mta postfix
	OCF_RESKEY_start_command="a 'b" no 6 "cannot use start_command=a 'b: a quote is not closed"
	stack validate --config "$work/x400out84" --service external --rebuild-command /no/such --level 10
	is "refused at level 10: a rebuild command that is not there" "$rc" 5
}

groups=("$@")
[ $# -gt 0 ] || groups=(golden peer explain rebuild meanwhile service refused)
for group in "${groups[@]}"; do
	TAP_REPEAT="$here/run.sh $build $group"
	"group_$group"
done
tap_end
