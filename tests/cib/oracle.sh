#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# oracle: mta-stack-cib against Pacemaker's own tools, on the CIBs in cases/ and on generated ones, and
# its table of agents against their meta-data.
#
#   tests/cib/oracle.sh MTA_STACK_CIB [SEED [COUNT]]
#
# Needs the lab's Debian root (built if it is not there). SEED makes the generated CIBs; a failure
# prints it, so that they can be made again. Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "${1:?usage: oracle.sh MTA_STACK_CIB [SEED [COUNT]]}")
seed=${2:-1} count=${3:-25}
# shellcheck source=tests/cib/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/cib/root.sh
. "$here/root.sh"

why=$(no_root)
if [ -n "$why" ] || ! use_root; then
	skip "Pacemaker's own answers" "${why:-the root could not be built}"
	done_testing
	exit
fi
box=$(mktemp -d) || exit 1
trap 'rm -rf "$box"' EXIT
mkdir "$box/generated" && cp -r "$here/cases" "$here"/*.py "$program" \
	"$here/../../helper/pure/cib_agents.c" "$box/" || exit 1
in_root "$box" python3 /mnt/agents.py /mnt/cib_agents.c >"$box/log" 2>&1
take_counts "$box/log"
in_root "$box" python3 /mnt/generate.py "$seed" "$count" /mnt/generated >"$box/log" 2>&1 ||
	not_ok "generate $seed $count" "$(cat "$box/log")"
for zone in UTC Asia/Kolkata America/New_York America/St_Johns; do
	in_root "$box" env TZ=$zone python3 /mnt/oracle.py "/mnt/${program##*/}" /mnt/generated \
		$((count * 2 / 3)) >"$box/log" 2>&1
	sed -i "s|^\(not \)\?ok - |&seed $seed, $zone: |" "$box/log"
	take_counts "$box/log"
done
in_root "$box" python3 /mnt/oracle.py "/mnt/${program##*/}" /mnt/cases 60 --simulate \
	>"$box/log" 2>&1
take_counts "$box/log"
done_testing
