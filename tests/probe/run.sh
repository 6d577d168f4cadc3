#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: mta-stack probe against a scripted peer, over IPv4 and IPv6; and the table that it is probed
# from applied, monitored and restored.
#
#   tests/probe/run.sh BUILDDIR
#
# All traffic is in two network namespaces of its own, which end with the test. Speaks TAP. Needs root and Python; tshark judges the bytes where it is installed.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR}" && pwd) || exit 2
if [ "${2:-}" != --inside ]; then
	exec unshare --net --mount --propagation private "$0" "$build" --inside
fi

n=0
ok() { n=$((n + 1)) && printf 'ok %d - %s\n' "$n" "$1"; }
not_ok() { n=$((n + 1)) && printf 'not ok %d - %s\n' "$n" "$1" && sed 's/^/    /' <<<"${2:-}"; }
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "wanted: $3"$'\n'"got:    $2"; }
like() { grep -Eq "$3" <<<"$2" && ok "$1" || not_ok "$1" "wanted: /$3/"$'\n'"got:    $2"; }
bail() { printf 'Bail out! %s\n' "$1" && exit 1; }

# until COMMAND…: true within ten seconds.
until_true() {
	local i
	for i in {1..100}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

work=$(mktemp -d /tmp/mta-stack-probe.XXXXXX) || exit 2
peer='' capture=''
finish() {
	[ -z "$peer" ] || kill "$peer"
	[ -z "$capture" ] || kill "$capture"
	wait
	rm -rf "$work"
} 2>/dev/null
trap finish EXIT

vip4=192.0.2.10 vip6=2001:db8:1::10 node4=192.0.2.11 node6=2001:db8:1::11
remote4=198.51.100.7 remote6=2001:db8:25::7
# The other site: a network of its own behind a veth.
mkfifo "$work/go"
unshare --net bash -c 'read -r _ <"$1/go"; exec python3 "$2" "$3" "$4" "$1/log"' - "$work" "$here/peer.py" \
	"$remote4" "$remote6" >"$work/peer" 2>&1 &
peer=$!
away() { [ "$(readlink "/proc/$peer/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
until_true away || bail "no network for the peer"
there() { nsenter --net="/proc/$peer/ns/net" "$@"; }
ip link set lo up
ip link add near type veth peer name far netns "$peer"
for a in $node4/24 $vip4/24; do ip addr add "$a" dev near; done
for a in $node6/64 $vip6/64; do ip addr add "$a" dev near nodad; done
there ip addr add $remote4/24 dev far
there ip addr add $remote6/64 dev far nodad
ip link set near up
there ip link set far up
ip route add ${remote4%.*}.0/24 dev near
ip -6 route add $remote6/128 dev near
there ip route add ${vip4%.*}.0/24 dev far
there ip -6 route add 2001:db8:1::/64 dev far
echo go >"$work/go"
until_true grep -qx ready "$work/peer" || bail "no peer: $(cat "$work/peer")"

if command -v tshark >/dev/null; then
	tshark -q -i near -w "$work/pcap" >"$work/tshark" 2>&1 &
	capture=$!
	until_true grep -qs Capturing "$work/tshark" || bail "no capture: $(cat "$work/tshark")"
fi

names=(confirms disconnects errs closes resets silent other-class swapped data other-protocol in-pieces
	nobody)
port() {
	local i
	for i in "${!names[@]}"; do [ "${names[i]}" != "$1" ] || echo $((10200 + i)); done
}
{
	printf 'default:lpsap='\''"591"/Internet=%s'\''\n' "$node4"
	for name in "${names[@]}"; do
		printf '%s:rpsap='\''"593"/Internet=%s+%s'\''\n' "$name" "$remote4" "$(port "$name")"
		printf '%s6:rpsap='\''"593"/URI+0000+URL+itot://[%s]:%s'\''\n' "$name" "$remote6" \
			"$(port "$name")"
	done
} >"$work/x400out84"

probe() {
	"$build/mta-stack" probe --mta x400 --config "$work/x400out84" --state-dir "$work/state" \
		--offline --vip "$vip4" --vip "$vip6" --deadline 4 --output-as=json 2>"$work/err"
}

began=$SECONDS
probe >"$work/json"
is "some remotes fail: degraded" "$?" 190
[ $((SECONDS - began)) -lt 10 ] && ok "it ends by the deadline" || not_ok "it ends by the deadline"
is "the reason counts them" "$(cat "$work/err")" \
	"mta-stack: 20 of 24 remotes did not answer as they should"

# verdict NAME STATE DETAIL: in both families.
python3 -c 'import json, sys
for r in json.load(open(sys.argv[1]))["remotes"]:
    print(r["address"], r["port"], r["state"] + ": " + r["detail"])' "$work/json" >"$work/states"
verdict() {
	local address
	for address in "$remote4" "$remote6"; do
		is "$1 over $address" "$(sed -n "s/^$address $(port "$1") //p" "$work/states")" "$2: $3"
	done
}
verdict confirms answers "the stack answers"
verdict disconnects refused "refused: normal disconnect (128): PP Service 593 not found"
verdict errs refused "refused with an error: no reason given (0)"
verdict closes unusable "it closed the connection without an answer"
verdict resets unusable "Connection reset by peer"
verdict silent silent "connected, but nothing was said in time"
verdict other-class unusable "it confirmed class 4, though class 0 was asked for"
verdict swapped unusable "the answer is for reference 0000, not for ours: no transport stack"
verdict data unusable "it answered a request to connect with data"
verdict other-protocol unusable "it does not speak RFC 1006: 220 mail.remote.example ESMTP"
verdict in-pieces answers "the stack answers"
verdict nobody unreachable "Connection refused"

is "the peer was called from the VIP alone" "$(cut -d' ' -f2 "$work/log" | sort -u | paste -sd' ')" \
	"$vip4 $vip6"
is "once for each behaviour and family" "$(cut -d' ' -f1 "$work/log" | sort | uniq -c | awk '{ print $1 }' |
	sort | uniq -c | tr -s ' ')" " 11 2"
is "with both selectors" "$(cut -d' ' -f3 "$work/log" | grep -vc 'c103353931c203353933$')" 0

cp "$work/x400out84" "$work/original"
printf '%s gw4.remote.example\n%s gw6.remote.example\n' "$remote4" "$remote6" >"$work/names"
mkdir -m 700 "$work/state"
stack() {
	"$build/mta-stack" "$@" --mta x400 --config "$work/x400out84" --state-dir "$work/state" --offline \
		--vip "$vip4" --vip "$vip6" --name mail.example.com --names "$work/names" >"$work/out" 2>&1
}
stack apply --service external && ok "apply" || not_ok "apply" "$(cat "$work/out")"
is "the local address is the VIP" "$(grep -c "lpsap='\"591\"/Internet=$vip4'" "$work/x400out84")" 1
is "no remote is listed by address" "$(grep -cE "rpsap=.*($remote4|$remote6)" "$work/x400out84")" 0
stack check --service external && ok "check: in sync" || not_ok "check: in sync" "$(cat "$work/out")"
stack monitor --service external && ok "monitor" || not_ok "monitor" "$(cat "$work/out")"
stack status --service external && ok "status" || not_ok "status" "$(cat "$work/out")"
is "status: all is well, at a glance" "$(sed -n '1p; s/^  ok    vip      //p; s/^  ok    files    2 //p' \
	"$work/out" | sed 's/, applied .*//')" "x400: the X.400 MTA, all is well
$vip4 ($vip4) is here, on near
in sync"
stack status --service external --output-as=json
is "status as JSON" "$(python3 -c 'import json, sys
s = json.load(open(sys.argv[1]))
print(s["instance"], s["state"], s["verdict"], s["name"], sorted({x["what"] for x in s["lines"]}))' \
	"$work/out")" "x400 applied ok mail.example.com ['files', 'name', 'remotes', 'server', 'vip']"
stack monitor --service external --level 20 --deadline 4
is "monitor at depth 20: remotes that do not answer are degraded" "$?:$(cat "$work/out")" \
	"190:mta-stack: 20 of 24 remotes do not answer as they should; $remote4 port $(port disconnects): refused: refused: normal disconnect (128): PP Service 593 not found"
stack monitor --service external --level 20 --deadline 4 --monitor-remotes fail
is "or failed" "$?" 1
stack monitor --service external --level 20 --monitor-remotes off && ok "or not asked" ||
	not_ok "or not asked" "$(cat "$work/out")"
stack monitor --service external --level 20 --deadline 4
is "monitor at depth 20 asks the remotes, from the VIP: degraded" "$?" 190
like "and says so" "$(tail -n 1 "$work/out")" \
	'^mta-stack: 20 of 24 remotes do not answer as they should; [^ ]+ port [0-9]+: '
stack monitor --service external --level 20 --deadline 4 --monitor-remotes off
is "which is the admin's to leave out" "$?" 0
stack service reload --service external
is "reload is somebody else's" "$?" 7
stack monitor
is "managed is refused" "$?:$(grep -o 'or service=external' "$work/out")" "6:or service=external"
stack restore --service external && ok "restore" || not_ok "restore" "$(cat "$work/out")"
cmp "$work/original" "$work/x400out84" && ok "byte for byte" || not_ok "byte for byte"
stack monitor --service external
is "then it is stopped" "$?" 7

ip addr del "$vip4/24" dev near
sysctl -qw net.ipv4.ip_nonlocal_bind=1
: >"$work/log"
probe >"$work/json"
is "without the VIP: an error of ours, even if the kernel would bind" "$?:$(cat "$work/err")" \
	"1:mta-stack: cannot probe $remote4 from the VIP: the VIP $vip4 is not usable on this node"
is "nothing is called then" "$(grep -c "$vip4" "$work/log")" 0

if [ -z "$capture" ]; then
	n=$((n + 1)) && echo "ok $n - tshark dissects our bytes # skip tshark is not installed"
else
	until_true test "$(stat -c %s "$work/pcap")" -gt 1000
	kill -INT "$capture" && wait "$capture"
	capture=''
	# decode as TPKT on the peer's ports, of either direction
	decode=()
	for name in "${names[@]}"; do decode+=(-d "tcp.port==$(port "$name"),tpkt"); done
	ours=(tshark -n -r "$work/pcap" "${decode[@]}" -Y "tcp.dstport < 10300 and tcp.len > 0")
	is "tshark sees a CR in each of ours, and nothing else" \
		"$("${ours[@]}" -T fields -e cotp.type 2>/dev/null | sort -u)" 0x0e
	is "tshark finds nothing malformed" \
		"$("${ours[@]}" -T fields -e _ws.malformed -e _ws.expert.severity 2>/dev/null | sort -u)" $'\t'
	is "tshark reads our selectors" \
		"$("${ours[@]}" -T fields -E separator=/s -e cotp.src-tsap -e cotp.dst-tsap 2>/dev/null |
			sort -u)" "591 593"
fi
echo "1..$n"
