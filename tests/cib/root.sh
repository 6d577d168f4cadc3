# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# root: a command inside the cached Debian root of the lab, which has Pacemaker in it.
#
# Guarantees: the root itself is not written to (all that a command may write to is a tmpfs of its
# own mount namespace); nothing is mounted outside of that namespace; no process outlives it.

: "${here:?set by who reads this}"
cib_lab=$here/../cluster/lab

# Why there is no root, in one line; nothing if there is one, or can be.
no_root() {
	[ "$(id -u)" -eq 0 ] || { echo "needs root, to enter the lab's Debian root"; return; }
	"$cib_lab" check-machine --installed 2>&1 | head -n 1
}

# use_root: sets root; it stays until this script ends.
use_root() {
	local cache=${MTA_STACK_CACHE:-/var/cache/mta-stack-lab}
	root=$("$cib_lab" root 2>/dev/null | head -n 1)
	[ -d "$root" ] || return 1
	exec 5>"$cache/in-use" && flock -s 5 && [ -d "$root" ]
}

# in_root FOLDER COMMAND…: FOLDER appears as /mnt, read-write.
in_root() {
	local folder=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m -n -p -f --kill-child --propagation private bash -c '
		root=$1 folder=$2
		shift 2
		mount --bind "$root" "$root" && mount -o remount,bind,ro "$root" || exit 99
		for d in run tmp dev/shm var/log var/lib/pacemaker var/lib/corosync; do
			[ -d "$root/$d" ] || continue
			mount -t tmpfs -o mode=1777 tmpfs "$root/$d" || exit 99
		done
		mount -t proc proc "$root/proc" && mount --bind /dev/null "$root/dev/null" || exit 99
		mkdir -p "$root/var/lib/pacemaker/cib"
		mount --bind "$folder" "$root/mnt" || exit 99
		ip link set lo up 2>/dev/null
		exec chroot "$root" "$@"' bash "$root" "$folder" "$@"
}
