# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# cgroup: a control group of its own for each machine.
#
# Why: without, two booted nodes would see each other's services in one tree.
# Guarantees: only directories named mta-stack-lab-ID below our own group are made and removed.

# The directories of our own group in the hierarchies that systemd uses.
cgroup_bases() {
	local id controllers path
	while IFS=: read -r id controllers path; do
		case $id:$controllers in
			0:) cgroup_mount cgroup2 "$path" ;;
			*:name=systemd) cgroup_mount name=systemd "$path" ;;
		esac
	done </proc/self/cgroup
}

# cgroup_mount KIND PATH: where PATH of that hierarchy is seen.
cgroup_mount() {
	awk -v kind="$1" -v path="$2" '
		{
			for (i = 7; $i != "-"; i++)
				;
			if (kind == "cgroup2" ? $(i + 1) == kind : $(i + 3) ~ kind) {
				sub("/$", "", path)
				print $5 path
				exit
			}
		}' /proc/self/mountinfo
}

# cgroup_make LAB: make the lab's groups and print them.
cgroup_make() {
	local d
	for d in $(cgroup_bases); do
		mkdir -p "$d/mta-stack-lab-$1" && printf '%s\n' "$d/mta-stack-lab-$1"
	done
}

# cgroup_join MACHINE GROUP…: put this shell into the machine's groups.
cgroup_join() {
	local machine=$1 d
	shift
	for d in "$@"; do
		mkdir -p "$d/$machine" && printf '%s\n' "$BASHPID" >"$d/$machine/cgroup.procs" || return 1
	done
}

# cgroup_join_payload MACHINE GROUP…: the same, for a process that enters a running machine. It
# must be a part of the machine's tree, so that what it starts looks as if started there.
cgroup_join_payload() {
	local machine=$1 d
	shift
	for d in "$@"; do
		[ -d "$d/$machine/payload" ] || continue
		mkdir -p "$d/$machine/payload/entered" 2>/dev/null &&
			printf '%s\n' "$BASHPID" >"$d/$machine/payload/entered/cgroup.procs"
	done 2>/dev/null
	return 0
}

# cgroup_remove GROUP…: succeeds when they are gone.
cgroup_remove() {
	local d gone=0
	for d in "$@"; do
		case $d in
			*/mta-stack-lab-*) ;;
			*) continue ;;
		esac
		[ -d "$d" ] && find "$d" -depth -type d -exec rmdir {} \; 2>/dev/null
		[ -d "$d" ] && gone=1
	done
	return $gone
}
