# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# dns: the lab's only DNS server.
#
# It is authoritative for the root zone, so that what is not in the zone does not exist; it
# forwards nothing. Forward and reverse names come from net_names.
#
# Guarantees: start and stop return when it answers or is gone.

dns_zone_text() {
	local name a
	cat <<-'END'
		$ORIGIN .
		$TTL 60
		. IN SOA dns.remote.example. hostmaster.remote.example. 1 3600 600 86400 60
		. IN NS dns.remote.example.
		cluster.example. IN MX 10 mail.cluster.example.
		remote.example. IN MX 10 mx1.remote.example.
		plant.example. IN MX 10 dual.remote.example.
	END
	net_names | while read -r name addresses; do
		for a in $addresses; do
			case $a in
				*:*) printf '%s. IN AAAA %s\n' "$name" "$a" ;;
				*) printf '%s. IN A %s\n' "$name" "$a" ;;
			esac
			printf '%s IN PTR %s.\n' "$(dns_reverse_name "$a")" "$name"
		done
	done
}

# dns_reverse_name ADDRESS: IPv6 only in the form 2001:db8:X::YY.
dns_reverse_name() {
	local a b c d left right
	case $1 in
		*:*)
			left=${1%%::*} right=${1#*::}
			IFS=: read -r a b c d <<<"$left"
			printf '%04x%04x%04x%04x%04x%04x%04x%04x' $((16#$a)) $((16#$b)) $((16#$c)) \
				$((16#${d:-0})) 0 0 0 $((16#$right)) | rev | sed 's/./&./g'
			printf 'ip6.arpa.\n'
			;;
		*)
			IFS=. read -r a b c d <<<"$1"
			printf '%s.%s.%s.%s.in-addr.arpa.\n' "$d" "$c" "$b" "$a"
			;;
	esac
}

dns_configure() {
	local R=$IN/dns/root
	mkdir -p "$R/etc/nsd/zones" "$R/run/nsd" && dns_zone_text >"$R/etc/nsd/zones/root.zone" &&
		cat >"$R/etc/nsd/nsd.conf" <<-'END'
			server:
			    ip-address: 0.0.0.0
			    ip-address: ::0
			    username: ""
			    server-count: 1
			    zonesdir: "/etc/nsd/zones"
			    database: ""
			    pidfile: "/run/nsd.pid"
			    xfrdir: "/tmp"
			    xfrdfile: "/tmp/xfrd.state"
			    zonelistfile: "/tmp/zone.list"
			    cookie-secret-file: ""
			    rrl-ratelimit: 0
			    rrl-whitelist-ratelimit: 0
			remote-control:
			    control-enable: no
			zone:
			    name: "."
			    zonefile: "root.zone"
		END
}

dns_command() {
	case ${1:-} in
		start | stop | pause | resume | zone) "dns_$1" ;;
		add)
			shift
			dns_add "$@"
			;;
		*) die "usage: lab dns start|stop|pause|resume|zone|add RECORD…" ;;
	esac
}

dns_start() {
	dns_is_up && return 0
	machine_enter dns nsd -c /etc/nsd/nsd.conf 2>>"$IN/dns/console" && poll 10 dns_answers ||
		{ say "lab: the DNS server did not start: $(tail -n 5 "$IN/dns/console")"; return 1; }
}

dns_stop() {
	dns_signal KILL
	poll 10 dns_is_down
}

dns_pause() {
	dns_signal STOP
}

dns_resume() {
	dns_signal CONT && poll 10 dns_answers
}

dns_zone() {
	cat "$IN/dns/root/etc/nsd/zones/root.zone"
}

# dns_add RECORD…: one line, and read the zone again.
dns_add() {
	[ $# -ge 3 ] || die "usage: lab dns add NAME TYPE VALUE…"
	local name=$1
	shift
	printf '%s. IN %s\n' "${name%.}" "$*" >>"$IN/dns/root/etc/nsd/zones/root.zone"
	dns_stop && dns_start
}

# Signals nsd alone: the machine has nothing else but what was entered.
dns_signal() {
	# shellcheck disable=SC2016 # for the shell over there
	machine_enter dns sh -c 'for p in /proc/[0-9]*; do
			[ "$(readlink $p/exe)" = /usr/sbin/nsd ] && kill -$0 ${p#/proc/}
		done; :' "$1" 2>/dev/null
}

dns_is_up() {
	machine_enter dns sh -c 'readlink /proc/[0-9]*/exe' | grep -qx /usr/sbin/nsd
}

dns_is_down() {
	! dns_is_up
}

# One query over TCP would do; getent also proves the reverse zone.
dns_answers() {
	machine_enter dns timeout 2 getent hosts "$NET_REMOTE" 2>/dev/null | grep -q mx1.remote.example
}
