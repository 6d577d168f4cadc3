# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# life: the birth and the end of a lab.
#
# A lab is one process, the first of a process namespace, with a mount and a network namespace of
# its own and a private /run. All of the lab's machines live below it. Killing it ends them all,
# and the kernel takes their mounts and networks away.
#
# $RUN/ID/alive      locked as long as that process lives
# $RUN/ID/init.pid   its pid
# $RUN/ID/cgroups    control groups to remove
# $RUN/ID/options    what it was started with
#
# Guarantees: `down` works whatever became of `up`, also after a SIGKILL of it at any point.

RUN=/run/mta-stack-lab
# Inside of a lab: the private directory of its machines.
IN=/run/lab

life_ids() {
	local d
	for d in "$RUN"/*/; do
		[ -d "$d" ] && basename "$d"
	done
}

life_is_alive() {
	[ -e "$RUN/$1/alive" ] && ! flock -n "$RUN/$1/alive" true
}

life_list() {
	local id
	for id in $(life_ids); do
		if life_is_alive "$id"; then
			(
				# shellcheck source=/dev/null
				. "$RUN/$id/options"
				printf '%s\t%s nodes\t%s\t%s\n' "$id" "$NODES" "$MTA" "${INSTALL:+with $INSTALL}"
			)
		else
			printf '%s\tdead (lab --lab %s down removes it)\n' "$id" "$id"
		fi
	done
}

# Set LAB to the chosen lab or the only one.
life_choose() {
	local ids
	if [ -z "$LAB" ]; then
		mapfile -t ids < <(life_ids)
		[ ${#ids[@]} -gt 0 ] || die "there is no lab; lab up makes one"
		[ ${#ids[@]} -eq 1 ] || die "which lab? set LAB to one of: ${ids[*]}"
		LAB=${ids[0]}
	fi
	[ -d "$RUN/$LAB" ] || die "there is no lab '$LAB'; there is: $(life_ids | tr '\n' ' ')"
}

# life_claim [ID]: make the state directory; sets LAB. The directory is the claim.
life_claim() {
	local n
	mkdir -p "$RUN" && chmod 0711 "$RUN" || die "cannot make $RUN"
	if [ -n "$1" ]; then
		[[ $1 =~ ^[a-z][a-z0-9]{0,11}$ ]] || die "'$1' is no lab id: a letter, then letters or digits"
		mkdir -m 0700 "$RUN/$1" 2>/dev/null || die "there is a lab '$1' already"
		LAB=$1
		return
	fi
	for ((n = 1; n < 100; n++)); do
		mkdir -m 0700 "$RUN/lab$n" 2>/dev/null && { LAB=lab$n; return; }
	done
	die "no free lab id below $RUN"
}

# Start the first process of $LAB. It inherits descriptor 6, which keeps the cached root.
life_start() {
	local state=$RUN/$LAB scope=()
	if [ -d /run/systemd/system ]; then
		scope=(systemd-run --quiet --scope -p Delegate=yes --unit="mta-stack-lab-$LAB")
	fi
	(
		exec 9>"$state/alive" </dev/null >>"$state/log" 2>&1 && flock -n 9 || exit 1
		exec setsid "${scope[@]}" unshare -m -n -p -f --propagation slave \
			"$BASH" "$LAB_DIR/lab" --init "$LAB"
	) &
	disown
	poll 10 test -s "$state/init.pid" || die "the lab did not start: $(tail -n 1 "$state/log")"
}

# The first process: say who we are, as the machine sees us; make a private world; reap.
life_init() {
	local state=$RUN/$1 pid
	# Opened now: the new /run hides it. Written when the world is ready.
	exec 5>"$state/init.pid"
	read -r pid _ </proc/self/stat
	cgroup_make "$1" >"$state/cgroups"
	{
		mount -t proc proc /proc &&
			mount -t tmpfs -o mode=0755 tmpfs /run && mkdir -p "$IN" /run/netns
	} || exit 1
	printf '%s\n' "$pid" >&5
	exec 5>&-
	trap : CHLD
	while :; do
		sleep 86400 6>&- 9>&- &
		wait $!
	done
}

# The pid of the first process, if the lab lives.
life_pid() {
	local pid
	life_is_alive "$1" && read -r pid 2>/dev/null <"$RUN/$1/init.pid" &&
		grep -qz -- "--init" "/proc/$pid/cmdline" 2>/dev/null && printf '%s\n' "$pid"
}

# inside FUNCTION ARG…: run a function of ours inside of $LAB.
inside() {
	local pid
	pid=$(life_pid "$LAB") || die "the lab '$LAB' is dead; lab --lab $LAB down removes it"
	nsenter -t "$pid" -m -n -p -- "$BASH" "$LAB_DIR/lab" --inside "$LAB" "$@"
}

life_inside() {
	LAB=$1
	shift
	# shellcheck source=/dev/null
	. "$IN/options" || exit 1
	"$@"
}

life_down() {
	local state=$RUN/$1 pid groups=()
	[ -n "$1" ] && [ -d "$state" ] || return 0
	if life_is_alive "$1"; then
		poll 3 life_pid "$1" >/dev/null
		pid=$(life_pid "$1") && kill -KILL "$pid"
		poll 30 life_is_dead "$1" || die "the lab '$1' does not die; its pid is ${pid:-unknown}"
	fi
	[ -r "$state/cgroups" ] && mapfile -t groups <"$state/cgroups"
	poll 10 cgroup_remove "${groups[@]}" || say "lab: control groups stay: ${groups[*]}"
	rm -rf "$state"
	rmdir "$RUN" 2>/dev/null
	return 0
}

life_is_dead() {
	! life_is_alive "$1"
}
