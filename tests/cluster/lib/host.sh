# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# host: can this machine run a lab?
#
# Guarantees: asks by trying, in namespaces that vanish with the question; changes nothing; needs
# nothing but bash, coreutils and util-linux. Prints one line that names everything missing.
# Does not: promise that packages can be downloaded.

# A machine sold with 4 GB shows a little less; so does a disk.
HOST_MEMORY_KB=3700000
HOST_DISK_KB=3000000
HOST_DISK_CACHED_KB=500000

host_can_unshare() {
	unshare -m -n -p -u -i -f --mount-proc --kill-child true
}

host_can_overlay() {
	unshare -m --propagation private sh -c '
		mount -t tmpfs tmpfs /run && mkdir /run/a /run/b /run/c /run/d &&
		mount -t overlay -o lowerdir=/run/a,upperdir=/run/b,workdir=/run/c overlay /run/d &&
		: >/run/d/x && test -e /run/b/x'
}

# What systemd-nspawn needs of the kernel and of a surrounding container, without itself.
host_can_contain() {
	unshare -m -n -p -f --kill-child --propagation private sh -c '
		mount -t tmpfs tmpfs /run && cd /run && mkdir p s d &&
		mount -t proc proc p && mount -t sysfs sysfs s && mount -t devpts devpts d &&
		mknod null c 1 3 && echo >null'
}

host_can_cgroup() {
	local d
	for d in $(cgroup_bases); do
		mkdir "$d/mta-stack-lab-check.$$" || return 1
		rmdir "$d/mta-stack-lab-check.$$"
	done
	[ -n "$(cgroup_bases)" ]
}

host_can_bridge() {
	unshare -n sh -c '
		ip link add name br0 type bridge && ip link add name ve0 type veth peer name ve1 &&
		ip link set ve0 master br0 && ip -6 addr add 2001:db8::1/64 dev br0'
}

# A container out of the machine's own /usr, read-only, in a control group that vanishes.
host_can_nspawn() {
	local groups rc
	mapfile -t groups < <(cgroup_make "check$$")
	(cgroup_join nspawn "${groups[@]}" && host_try_nspawn)
	rc=$?
	poll 5 cgroup_remove "${groups[@]}"
	return $rc
}

host_try_nspawn() {
	unshare -m -n -p -f --mount-proc --kill-child --propagation private sh -c '
		mount -t tmpfs tmpfs /run && mkdir -p /run/r/usr /run/r/etc && cd /run/r &&
		mount --bind /usr usr && mount -o remount,bind,ro usr && : >etc/os-release &&
		for l in bin sbin lib lib64; do test ! -d /usr/$l || ln -s usr/$l $l; done &&
		systemd-nspawn -q --register=no --keep-unit -M lab-check -D /run/r \
			--resolv-conf=off --timezone=off -a true'
}

host_disk_free_kb() {
	local d=$CACHE
	until [ -d "$d" ]; do
		d=$(dirname "$d")
	done
	df -Pk "$d" | awk 'NR == 2 { print $4 }'
}

host_check() {
	local missing=() want_disk=$HOST_DISK_KB tool kb
	if [ "$(id -u)" -ne 0 ]; then
		missing+=("root")
	else
		for tool in unshare:host_can_unshare overlayfs:host_can_overlay \
			containers:host_can_contain cgroups:host_can_cgroup; do
			"${tool#*:}" >/dev/null 2>&1 </dev/null || missing+=("$(host_words "${tool%%:*}")")
		done
		if [ "${1:-}" = --installed ]; then
			for tool in mmdebstrap systemd-nspawn ip nsenter flock; do
				command -v "$tool" >/dev/null || missing+=("$tool")
			done
			host_can_nspawn >/dev/null 2>&1 </dev/null || missing+=("a systemd-nspawn that starts")
		fi
		if command -v ip >/dev/null; then
			host_can_bridge >/dev/null 2>&1 || missing+=("bridges, veth and IPv6 in a namespace")
		fi
	fi
	compgen -G "$CACHE/base-*" >/dev/null && want_disk=$HOST_DISK_CACHED_KB
	kb=$(host_disk_free_kb)
	[ "${kb:-0}" -ge "$want_disk" ] ||
		missing+=("$((want_disk / 1000)) MB of disk at $CACHE (there are $((kb / 1000)))")
	kb=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	[ "${kb:-0}" -ge "$HOST_MEMORY_KB" ] || missing+=("4 GB of memory (there are $((kb / 1000)) MB)")

	[ ${#missing[@]} -eq 0 ] && return 0
	local line
	printf -v line '%s, ' "${missing[@]}"
	printf 'lab: this machine cannot run the lab; missing: %s\n' "${line%, }" >&2
	return 1
}

host_words() {
	case $1 in
		unshare) printf 'unshare (mount, network and process namespaces)\n' ;;
		overlayfs) printf 'overlayfs mounts\n' ;;
		containers) printf 'the right to mount proc, sysfs, devpts and to make devices\n' ;;
		cgroups) printf 'writable control groups\n' ;;
	esac
}
