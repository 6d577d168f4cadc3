#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: the program itself on the address tables of X.400 MTAs.
#
#   tests/x400/run.sh BUILDDIR [GROUP…]      groups: golden peer explain rebuild service refused
#
# golden   each golden case of x400: apply writes what is wanted, a second apply nothing, restore puts
#          every file back byte for byte, with its owner, mode and date; a refused one changes nothing
# peer     what peer prints, for each kind of the other side, with the limits
# explain  what explain says of an argument and of a pasted event
# rebuild  the rebuild command runs when a table changed, when it failed or was killed before, and not else
# service  a daemon that is started, stopped and reloaded by the commands given
# refused  parameters that do not go together
#
# All files are copies in a directory of its own, the tables too; no address is used, no name is looked
# up. Needs root, because the state must be root's. The last line is `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
src=${here%/tests/x400}
build=$(cd "${1:?usage: run.sh BUILDDIR [GROUP…]}" && pwd) || exit 2
shift
# shellcheck source=tests/cluster/tap.sh
. "$src/tests/cluster/tap.sh"

work=$(mktemp -d /tmp/mta-stack-x400.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
vips=(--vip 192.0.2.10)

# stack COMMAND [OPTION…]: sets out, err (last line) and rc.
stack() {
	out=$("$build/mta-stack" "$@" --mta x400 --resource mail-mta --state-dir "$work/state" --offline --deadline 20 \
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

groups=("$@")
[ $# -gt 0 ] || groups=(golden peer explain)
for group in "${groups[@]}"; do
	TAP_REPEAT="$here/run.sh $build $group"
	"group_$group"
done
tap_end
