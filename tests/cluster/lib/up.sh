# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# up: start a lab, step by step.
#
# Guarantees: each step has a bound; a lab that does not come up, or whose `up` is interrupted, is
# taken down again.

up_command() {
	local id='' start
	NODES=2 MTA=postfix INSTALL='' SHARED=''
	while [ $# -gt 0 ]; do
		case $1 in
			--nodes) NODES=${2:?} && shift 2 ;;
			--mta) MTA=${2:?} && shift 2 ;;
			--install) INSTALL=${2:?} && shift 2 ;;
			--shared) SHARED=yes && shift ;;
			--id) id=${2:?} && shift 2 ;;
			*) die "up does not know '$1'" ;;
		esac
	done
	[[ $NODES =~ ^[1-9]$ ]] || die "--nodes needs a number from 1 to 9"
	[ -z "$INSTALL" ] || [ -d "$INSTALL/usr" ] || die "$INSTALL/usr is no directory"
	host_check --installed || exit 1
	root_ensure postfix "$MTA" || exit 1

	start=$(now_ms)
	life_claim "${id:-$LAB}"
	trap 'life_down "$LAB"' EXIT
	trap 'exit 130' INT TERM HUP
	life_start
	up_options >"$RUN/$LAB/options"
	up_push || die "cannot fill the lab"
	say "$LAB: booting $NODES nodes, a remote site, a DNS server and a client …"
	inside up_machines || exit 1
	say "$LAB: booted after $(seconds_since "$start") s; the cluster forms …"
	inside up_cluster || exit 1
	trap - EXIT INT TERM HUP
	say "$LAB: up after $(seconds_since "$start") s"
	printf '%s\n' "$LAB"
}

# What the inside needs to know, as shell words.
up_options() {
	local name
	MTA_ROOT=$(root_mta_path "$MTA")
	POSTFIX_ROOT=$(root_mta_path postfix)
	BASE_ROOT=$(root_base_path)
	for name in NODES MTA INSTALL SHARED MTA_ROOT POSTFIX_ROOT BASE_ROOT; do
		printf '%s=%q\n' "$name" "${!name}"
	done
}

# Hand over the options and a copy of the installed tree: the lab then needs neither.
up_push() {
	local in
	in=/proc/$(life_pid "$LAB")/root$IN
	cp "$RUN/$LAB/options" "$RUN/$LAB/cgroups" "$in/" && mkdir "$in/tree" || return 1
	[ -z "$INSTALL" ] || cp -a "$INSTALL/." "$in/tree/" || return 1
	up_fit_tree "$in/tree" "$(root_base_path)"
}

# up_fit_tree TREE ROOT: as dpkg would unpack it. A directory of TREE that ROOT has too keeps
# ROOT's owner and mode, and one that is a link in ROOT (/lib) goes to where the link leads.
up_fit_tree() {
	local tree=$1 root=$2 d
	for d in bin sbin lib lib64; do
		[ -d "$tree/$d" ] && [ -L "$root/$d" ] || continue
		mkdir -p "$tree/usr/$d" && cp -a "$tree/$d/." "$tree/usr/$d/" && rm -rf "${tree:?}/$d" ||
			return 1
	done
	chown -R 0:0 "$tree" || return 1
	find "$tree" -depth -type d -printf '%P\n' | while read -r d; do
		[ -d "$root/$d" ] || continue
		chown --reference="$root/$d" "$tree/$d" && chmod --reference="$root/$d" "$tree/$d" || exit 1
	done
}

up_machines() {
	local n
	net_switch_up && node_keys || { say "lab: no network"; return 1; }

	machine_mount dns "$BASE_ROOT" && machine_identity dns && dns_configure &&
		machine_start dns plain && dns_start || return 1
	machine_mount client "$BASE_ROOT" && machine_identity client &&
		machine_start client plain || return 1
	machine_mount remote "$POSTFIX_ROOT" "$BASE_ROOT" && machine_identity remote &&
		rm -f "$IN"/remote/root/etc/systemd/system/multi-user.target.wants/{corosync,pacemaker}.service &&
		postfix_remote remote && machine_start remote boot || return 1
	for ((n = 1; n <= NODES; n++)); do
		machine_mount "node$n" "$IN/tree" "$MTA_ROOT" "$BASE_ROOT" && machine_identity "node$n" &&
			node_configure "node$n" && "${MTA}_node" "node$n" || return 1
		[ -z "$SHARED" ] || machine_share "node$n" || return 1
	done
	for ((n = 1; n <= NODES; n++)); do
		machine_start "node$n" boot || return 1
	done
	for ((n = 1; n <= NODES; n++)); do
		machine_wait_booted "node$n" || return 1
	done
	machine_wait_booted remote && poll 20 postfix_remote_is_up ||
		{ say "lab: the remote's Postfix does not listen"; return 1; }
}

up_cluster() {
	poll 60 cluster_all_online && return 0
	say "lab: the nodes did not all come online within 60 s"
	cluster_crm >&2
	return 1
}
