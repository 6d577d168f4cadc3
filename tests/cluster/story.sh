#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# story: what mta-stack promises, as assertions on a real two-node cluster.
#
#   story.sh [--mta NAME] [--install TREE | --deb FILE] [--scene NAME]… [--list]
#
# NAME is the mail server of both nodes, Postfix without it; mta/ has what there is to know of each.
# TREE is what `make install DESTDIR=TREE` gave; without it `make install-tree` makes one in
# $MTA_STACK_BUILD; FILE is the Debian package, which dpkg then installs on each node. Scenes are the files in scenes/, in the order below; each stands alone.
# KEEP=1 leaves the lab up.
#
# Guarantees: a lab of its own, taken down on every way out; nothing of the machine is touched; a
# failing assertion shows what was got and the command that repeats its scene; the last line is
# `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
# shellcheck source=tests/cluster/tap.sh
. "$HERE/tap.sh"
# shellcheck source=tests/cluster/lib/say.sh
. "$HERE/lib/say.sh"
# shellcheck source=tests/cluster/stage.sh
. "$HERE/stage.sh"

usage() {
	sed -n 's/^# \{0,1\}//; 4,13p' "$0"
}

scenes='' tree='' deb='' MTA=postfix list=''
while [ $# -gt 0 ]; do
	case $1 in
	--mta) MTA=${2:?} && shift 2 ;;
	--install) tree=${2:?} && shift 2 ;;
	--deb) deb=${2:?} && shift 2 ;;
	--scene) scenes="$scenes ${2:?}" && shift 2 ;;
	--list) list=yes && shift ;;
	-h | --help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
done
[ -r "$HERE/mta/$MTA.sh" ] || { say "story: no mail server '$MTA'"; exit 2; }
# shellcheck source=tests/cluster/mta/postfix.sh
. "$HERE/mta/$MTA.sh"
if [ -n "$list" ]; then
	for s in $MTA_SCENES; do
		printf '%-10s %s\n' "$s" "$(sed -n 's/^# scene: //p' "$HERE/scenes/$s.sh")"
	done
	exit 0
fi
for s in ${scenes:=$MTA_SCENES}; do
	[ -r "$HERE/scenes/$s.sh" ] || { say "story: no scene '$s'; there is: $MTA_SCENES"; exit 2; }
	# shellcheck source=/dev/null
	. "$HERE/scenes/$s.sh"
done

if [ -z "$tree$deb" ]; then
	: "${MTA_STACK_BUILD:?give --install TREE, or MTA_STACK_BUILD for make install-tree}"
	make -C "$MTA_STACK_BUILD" -s install-tree >&2 || { say "story: cannot build"; exit 1; }
	tree=$MTA_STACK_BUILD/tests/tree
fi

LAB=story$$
LAB=${LAB:0:12}

cleanup() {
	[ -d "/run/mta-stack-lab/$LAB" ] || return 0
	if [ -n "${KEEP:-}" ]; then
		say "the lab stays up: $HERE/lab --lab $LAB enter node1, … down"
	else
		lab down
	fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# install_deb NODE: as an admin would.
install_deb() {
	on "$1" sh -c 'cat >/root/mta-stack.deb' <"$deb" &&
		on "$1" env DEBIAN_FRONTEND=noninteractive dpkg --install /root/mta-stack.deb
}

# What a person would look at first when a scene has failed.
evidence() {
	local n
	lab crm 2>&1 | sed 's/^/# /'
	for n in node1 node2; do
		on "$n" journalctl -q --no-pager -o short-iso --since "$1" 2>/dev/null |
			grep -E 'mta-stack|stack\(|postfix/(master|postfix-script)|exim|smtpd|sendmail|sm-mta' | tail -n 25 | sed "s/^/# $n: /"
	done
}

# perform SCENE
perform() {
	local start failed=$TAP_FAILED since
	start=$(now_ms)
	since=$(date '+%Y-%m-%d %H:%M:%S')
	export TAP_REPEAT="$HERE/story.sh --mta $MTA ${deb:+--deb $deb} ${tree:+--install $tree} --scene $1"
	tap_note "scene $1: $(sed -n 's/^# scene: //p' "$HERE/scenes/$1.sh")"
	if ok "the stage is set" stage_reset; then
		"scene_$1"
	fi
	[ "$TAP_FAILED" -eq "$failed" ] || evidence "$since"
	tap_note "scene $1: $(seconds_since "$start") s"
}

begin=$(now_ms)
ok "the lab comes up${tree:+, with mta-stack installed on its nodes}" \
	"$HERE/lab" up --id "$LAB" --mta "$MTA" ${tree:+--install "$tree"} || { tap_end; exit 1; }
for n in ${deb:+node1 node2}; do
	ok "$n gets the package" install_deb "$n" || { tap_end; exit 1; }
done
ok "the nodes have a configuration that is easily damaged" stage_prepare || { tap_end; exit 1; }
for s in $scenes; do
	perform "$s"
done
tap_note "figure: the story took $(seconds_since "$begin") s"
tap_end
