#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# real-exim: put the golden cases of the Exim scanner to a real Exim.
#
#   tests/golden/real-exim.sh [--update] [CASE…]
#
# Each case is laid out below /etc/exim4 (see real.sh), first as it is in in/, then as it is in
# want/files; Debian's split configurations are put together by update-exim4.conf. Exim is asked both
# times: -bV, -bP for the main options and for all drivers, and -bt, which routes an address to hosts
# and looks their names up in a DNS that knows the names of the cases. What must hold:
#   - the answers differ as want/real says (--update writes it: read it)
#   - they differ in nothing but addresses that became names, the stack's settings, and what keeps
#     mail waiting while a name does not resolve
#   - every host that -bt found is found again, at the same address and port
#   - each smtp transport that was not left alone is bound in both families and says its name
#   - Exim objects to nothing that it did not object to before
#   - where the scanner refuses a configuration, Exim does too

set -u
# shellcheck source=tests/golden/real.sh
. "$(dirname "$0")/real.sh"
real_mta=exim

# The answers of a DNS, and nothing else of the network.
real_setup() {
	local n=0
	mkdir -p "$work/dns" || return 1
	cat >"$work/dns/zone" <<-'END'
		$TTL 60
		.                   SOA  ns. admin. 1 3600 600 86400 60
		.                   NS   ns.
		ns.                 A    127.0.0.1
		gw.remote.example.  A    198.51.100.7
		two.remote.example. A    198.51.100.8
		gw6.remote.example. AAAA 2001:db8:25::7
	END
	printf '%s\n' server: ' ip-address: 127.0.0.1' ' username: ""' " zonesdir: $work/dns" \
		" pidfile: $work/dns/pid" ' database: ""' " xfrdfile: $work/dns/xfrd" \
		" zonelistfile: $work/dns/list" remote-control: ' control-enable: no' \
		zone: ' name: .' ' zonefile: zone' >"$work/dns/nsd.conf"
	echo 'nameserver 127.0.0.1' >/etc/resolv.conf
	printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
	nsd -c "$work/dns/nsd.conf" || return 1
	until exim -C /dev/null -be '${lookup dnsdb{a=gw.remote.example}}' 2>/dev/null | grep -q 198; do
		n=$((n + 1))
		[ $n -lt 100 ] || { echo "real: no DNS" >&2; return 1; }
		sleep 0.1
	done
}

# ask FILE: what Exim has to say about the configuration that lies there now.
ask() {
	local out=$1
	{
		exim -C "$conf" -bV >/dev/null
		echo "status $?"
		exim -C "$conf" -bP
		exim -C "$conf" -bP routers transports authenticators
		case $name in
			data-*) exim -C "$conf" -bt x@{a,b,c.c,d,e,f,g,h}.example ;;
			*) exim -C "$conf" -bt x@{a,b}.example x@gw.remote.example ;;
		esac
		echo "status $?"
	} >"$out" 2>"$out.err" </dev/null
}

lay_out() {
	rm -rf /etc/exim4 && mkdir -p /etc/exim4
	cp -R "$case/in/." /
	[ ! -d "$1" ] || cp -R "$1/." /
	chown -R root:root /etc/exim4 && chmod -R u=rwX,go=rX /etc/exim4
	echo cluster.example >/etc/mailname
	[ "$conf" = "$config" ] && return 0
	rm -f "$conf"
	update-exim4.conf 2>>"$work/generate.err" || fault "update-exim4.conf: $(cat "$work/generate.err")"
}

# What it said, but for what may differ.
neutral() {
	grep -Ev '^(interface|helo_data|host_find_failed) =' "$1" | sed -E \
		-e 's/2001(::|:)db8(::|:)25(::::|::)7/@v6@/g; s/gw6\.remote\.example/@v6@/g; s/\[@v6@\]/@v6@/g' \
		-f "$work/neutral.sed" -e 's/(@[^@]*@) [:;] (! )?\1/\1/g; s/ +/ /g'
}

# "transport address port" of all hosts that -bt found, in their order.
hosts_found() {
	sed -nE 's/.*transport = ([^ ]*).*/\1/p; s/^ *host [^ ]+ +\[([^]]*)\](.*)/\1\2/p' "$1" |
		sed -E 's/ +/ /g'
}

# The value of an option of each smtp transport.
smtp_options() {
	awk -v option="$2" '
		/ transport:$/ { name = $1; smtp = 0 }
		/^driver = smtp$/ { smtp = 1 }
		index($0, option " =") == 1 { value[name] = substr($0, length(option) + 4) }
		{ is[name] = is[name] || smtp }
		END { for (n in is) if (n != "" && is[n]) print n " " value[n] }' "$1" | sort
}

check_settings() {
	local v4 v6 name transport value
	v4=$(stack_value vip4 | grep . || echo 192.0.0.8)
	v6=$(stack_value vip6 | grep . || echo 100::1)
	while read -r transport value; do
		[ -z "$value" ] && [ -e "$case/left-alone" ] && continue
		value=$(tr -d ' ' <<<"$value" | sed 's/^<;//; s/:100::::1/;100::1/')
		[ "$value" = "$v4;$v6" ] || fault "interface of $transport is \"$value\""
	done < <(smtp_options "$work/after" interface)
	name=$(stack_value name)
	while read -r transport value; do
		[ -z "$name" ] || [ "$value" = "$name" ] || [ -e "$case/left-alone" ] ||
			{ [ "$value" = '$primary_hostname' ] && grep -q "^primary_hostname = $name" "$work/after"; } ||
			fault "helo_data of $transport is \"$value\""
	done < <(smtp_options "$work/after" helo_data)
}

# Without date and time.
objections() {
	sed -E 's/^[0-9-]+ [0-9:]+ //' "$1" | sort -u
}

accepted() {
	local objections
	: >"$work/generate.err"
	lay_out /nowhere
	ask "$work/before"
	lay_out "$case/want/files"
	ask "$work/after"
	grep -q '^status 0' "$work/before" || fault "Exim refuses it: $(cat "$work/before.err")"
	has_said "$work/before" "$work/after"
	neutral_script >"$work/neutral.sed"
	diff <(neutral "$work/before") <(neutral "$work/after") >"$work/diff" ||
		fault "more than addresses and settings changed: $(cat "$work/diff")"
	diff <(hosts_found "$work/before") <(hosts_found "$work/after") >"$work/diff" ||
		fault "mail goes elsewhere: $(cat "$work/diff")"
	objections=$(comm -13 <(objections "$work/before.err") <(objections "$work/after.err"))
	[ -z "$objections" ] || fault "new objections: $objections"
	check_settings
}

refused() {
	lay_out /nowhere
	ask "$work/before"
	[ "$(head -n 1 "$work/before")" != "status 0" ] || fault "Exim has nothing against it"
}

real_case() {
	local config conf
	config=$(stack_value config)
	conf=$config
	case $config in
		*/update-exim4.conf.conf) conf=/var/lib/exim4/config.autogenerated ;;
	esac
	if [ -e "$case/want/error" ]; then
		refused
	else
		accepted
	fi
}

real_main "$@"
