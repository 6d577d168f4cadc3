# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# cluster: what one does to a running cluster. All of it runs inside of a lab.
#
# Guarantees: each command returns when its effect is there (cut: the node is dead; boot and
# reboot: it is online again), or fails with the reason within its bound.

# A node whose pacemaker answers.
cluster_living() {
	local n
	for ((n = 1; n <= NODES; n++)); do
		machine_leader "node$n" >/dev/null &&
			machine_enter "node$n" timeout 5 crm_mon -1 >/dev/null 2>&1 && {
			printf 'node%d\n' "$n"
			return 0
		}
	done
	return 1
}

# cluster_ask CMD…: on a living node.
cluster_ask() {
	local node
	node=$(cluster_living) || { say "lab: no node's pacemaker answers"; return 1; }
	machine_enter "$node" "$@"
}

cluster_crm() {
	cluster_ask crm_mon -1A
}

cluster_nodes_online() {
	machine_enter "$1" timeout 5 crm_mon -1 --output-as=xml 2>/dev/null |
		grep -c '<node .*online="true".*pending="false"'
}

# cluster_all_online: every node sees all nodes online.
cluster_all_online() {
	local n
	for ((n = 1; n <= NODES; n++)); do
		[ "$(cluster_nodes_online "node$n")" = "$NODES" ] || return 1
	done
}

cluster_node_is_online() {
	cluster_ask crm_mon -1 --output-as=xml 2>/dev/null |
		grep -q "<node name=\"$1\" .*online=\"true\".*pending=\"false\"" &&
		machine_enter "$1" timeout 5 crm_mon -1 >/dev/null 2>&1
}

cluster_must_be_node() {
	case ${1:-} in
		node[0-9]*) machine_must_exist "$1" ;;
		*) die "'${1:-}' is no node; there is: $(machine_names | grep ^node | tr '\n' ' ')" ;;
	esac
}

cluster_cut() {
	cluster_must_be_node "${1:-}"
	machine_leader "$1" >/dev/null || die "$1 is off"
	machine_cut "$1"
}

cluster_boot() {
	cluster_must_be_node "${1:-}"
	machine_leader "$1" >/dev/null && die "$1 is on"
	machine_start "$1" boot && machine_wait_booted "$1" || return 1
	poll 60 cluster_node_is_online "$1" || { say "lab: $1 does not come online"; return 1; }
}

cluster_reboot() {
	cluster_must_be_node "${1:-}"
	machine_shutdown "$1" && cluster_boot "$1"
}

cluster_standby() {
	cluster_must_be_node "${1:-}"
	cluster_ask pcs node standby "$1"
}

cluster_unstandby() {
	cluster_must_be_node "${1:-}"
	cluster_ask pcs node unstandby "$1"
}

cluster_move() {
	local rc
	[ $# -eq 2 ] || die "usage: lab move RESOURCE NODE"
	cluster_must_be_node "$2"
	cluster_is_started "$1" "$2" && return 0
	cluster_ask crm_resource --move --resource "$1" --node "$2" >/dev/null || return 1
	cluster_wait_started "$1" "$2"
	rc=$?
	cluster_ask crm_resource --clear --resource "$1" >/dev/null
	return $rc
}

# cluster_where RESOURCE: the nodes where it is started, and nothing while it is on its way.
cluster_where() {
	cluster_ask crm_mon -1 --output-as=xml 2>/dev/null | awk -v id="$1" '
		/<resource / { hit = index($0, "id=\"" id "\"") && / role="Started"/ &&
			/failed="false"/ && !/pending=/ }
		/<node / && hit && match($0, /name="[^"]*"/) {
			print substr($0, RSTART + 6, RLENGTH - 7)
		}
		/<\/resource>/ { hit = 0 }'
}

cluster_is_started() {
	local where
	where=$(cluster_where "$1")
	[ -n "$where" ] && { [ -z "${2:-}" ] || [ "$where" = "$2" ]; }
}

# Neither started nor on the way.
# target_role="Stopped" is what shall be, role="Stopped" what is.
cluster_is_stopped() {
	cluster_ask crm_mon -1 --inactive --output-as=xml 2>/dev/null |
		grep "<resource id=\"$1\" " | grep ' role="Stopped"' | grep -vq ' pending='
}

cluster_wait_started() {
	[ $# -ge 1 ] || die "usage: lab wait-started RESOURCE [NODE [SECONDS]]"
	poll "${3:-60}" cluster_is_started "$1" "${2:-}" && return 0
	say "lab: $1 is not started${2:+ on $2} after ${3:-60} s"
	cluster_crm >&2
	return 1
}

cluster_wait_stopped() {
	[ $# -ge 1 ] || die "usage: lab wait-stopped RESOURCE [SECONDS]"
	poll "${2:-60}" cluster_is_stopped "$1" && return 0
	say "lab: $1 is not stopped after ${2:-60} s"
	cluster_crm >&2
	return 1
}
