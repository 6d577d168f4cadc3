# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# machine: one machine of a lab, a container with a disk that survives its power cuts.
#
# $IN/NAME/upper, work   the disk: an overlay over the cached root; it lives in the lab's memory
# $IN/NAME/root          the mounted root
# $IN/NAME/nspawn.pid    the supervisor, seen from inside of the lab
# $IN/NAME/binds         more disks, as options of systemd-nspawn
#
# A machine of kind `boot` runs systemd; one of kind `plain` only sleeps and is entered.
#
# Guarantees: nothing of a machine is visible in the machine that runs the lab, but its processes.

# machine_mount NAME LOWER…: the topmost first.
machine_mount() {
	local m=$1 lower
	shift
	lower=$(IFS=: && printf '%s' "$*")
	mkdir -p "$IN/$m/upper" "$IN/$m/work" "$IN/$m/root" &&
		root_overlay "$lower" "$IN/$m/upper" "$IN/$m/work" "$IN/$m/root"
}

# machine_identity NAME: host name, machine id, hosts, resolver.
machine_identity() {
	local m=$1 R=$IN/$1/root domain=cluster.example address
	case $m in remote | dns) domain=remote.example ;; esac
	address=$(net_cables "$m" | awk 'NR == 1 { sub("/.*", "", $3); print $3 }')
	echo "$m" >"$R/etc/hostname" &&
		tr -d - </proc/sys/kernel/random/uuid >"$R/etc/machine-id" &&
		printf 'nameserver %s\n' "$NET_DNS" >"$R/etc/resolv.conf" &&
		printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n%s\t%s.%s %s\n' \
			"$address" "$m" "$domain" "$m" >"$R/etc/hosts"
}

# machine_share NAME: a directory that all such machines see, as if on a storage network (it loses
# nothing when one of them loses its power), and a small disk, so that a test can fill it.
machine_share() {
	local m=$1
	mkdir -p "$IN/shared" "$IN/$m/state" &&
		mount -t tmpfs -o size=2m,mode=0700 tmpfs "$IN/$m/state" &&
		printf '%s\n' "--bind=$IN/shared:/srv/shared" "--bind=$IN/$m/state:/var/lib/mta-stack" \
			>"$IN/$m/binds"
}

# machine_start NAME boot|plain: power on.
machine_start() {
	local m=$1 groups binds=() run=(-b)
	[ "$2" = plain ] && run=(-a sleep infinity)
	[ ! -e "$IN/$m/binds" ] || mapfile -t binds <"$IN/$m/binds"
	mapfile -t groups <"$IN/cgroups"
	net_plug "$m" || { say "lab: no network for $m"; return 1; }
	(
		cgroup_join "$m" "${groups[@]}" || exit 1
		export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
		exec setsid systemd-nspawn -q --register=no --keep-unit \
			-M "$LAB-$m" --hostname="$m" -D "$IN/$m/root" \
			--network-namespace-path="/run/netns/$LAB-$m" \
			--resolv-conf=off --timezone=off --link-journal=no --capability=all \
			--console=pipe "${binds[@]}" "${run[@]}" </dev/null >>"$IN/$m/console" 2>&1
	) &
	echo $! >"$IN/$m/nspawn.pid"
	poll 20 machine_leader "$m" >/dev/null ||
		{ say "lab: $m did not start: $(tail -n 3 "$IN/$m/console")"; return 1; }
}

# machine_wait_booted NAME
machine_wait_booted() {
	poll 60 machine_is_booted "$1" || { say "lab: $1 did not boot"; return 1; }
}

machine_is_booted() {
	case $(machine_enter "$1" systemctl is-system-running 2>/dev/null) in
		running | degraded) return 0 ;;
	esac
	return 1
}

# The pid of a living machine's first process: the supervisor's child in another pid namespace.
machine_leader() {
	local pid child ours theirs
	read -r pid 2>/dev/null <"$IN/$1/nspawn.pid" || return 1
	ours=$(readlink /proc/self/ns/pid)
	for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
		# A child of the supervisor's start that has just ended has no namespace at all.
		theirs=$(readlink "/proc/$child/ns/pid") && [ "$theirs" != "$ours" ] || continue
		printf '%s\n' "$child"
		return 0
	done
	return 1
}

machine_is_off() {
	! kill -0 "$(cat "$IN/$1/nspawn.pid" 2>/dev/null || echo x)" 2>/dev/null
}

machine_names() {
	local d
	for d in "$IN"/*/root; do
		d=${d%/root}
		printf '%s\n' "${d##*/}"
	done
}

machine_must_exist() {
	[ -n "$1" ] && [ -d "$IN/$1/root" ] ||
		die "there is no machine '$1'; there is: $(machine_names | tr '\n' ' ')"
}

# machine_enter NAME CMD…: as a process of that machine, with a clean environment.
machine_enter() {
	local m=$1 leader groups
	shift
	leader=$(machine_leader "$m") || { say "lab: $m is off"; return 125; }
	mapfile -t groups <"$IN/cgroups"
	(
		cgroup_join_payload "$m" "${groups[@]}"
		exec nsenter -t "$leader" -m -p -n -u -i -C -r -w -- /usr/bin/env -i \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 TERM="${TERM:-dumb}" SHELL=/bin/bash "$@"
	)
}

# The user's `lab enter`: a terminal only if there is one and no command.
machine_enter_from_host() {
	local m=$1
	shift
	inside machine_must_exist "$m" || exit 1
	if [ $# -gt 0 ]; then
		inside machine_enter "$m" "$@"
	elif [ -t 0 ] && [ -t 1 ]; then
		inside machine_enter "$m" script -qec "bash -l" /dev/null
	else
		inside machine_enter "$m" bash -l
	fi
}

# machine_cut NAME: nobody hears the machine any more, then it is dead.
machine_cut() {
	local leader pid
	net_unplug "$1"
	leader=$(machine_leader "$1") && kill -KILL "$leader"
	read -r pid 2>/dev/null <"$IN/$1/nspawn.pid"
	poll 3 machine_is_off "$1" || kill -KILL "$pid"
	poll 10 machine_is_off "$1" || { say "lab: $1 does not die"; return 1; }
	net_remove "$1"
}

# machine_shutdown NAME: as an admin would.
machine_shutdown() {
	machine_enter "$1" systemctl poweroff || return 1
	poll 120 machine_is_off "$1" || { say "lab: $1 does not shut down"; return 1; }
	net_remove "$1"
}

# machine_read NAME CMD…: run CMD in the machine's root, whether it is on or off, outside of it.
machine_read() {
	local m=$1
	shift
	chroot "$IN/$m/root" "$@"
}
