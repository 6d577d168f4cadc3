#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# live: mta-stack-cib with real daemons, running and stopped, in namespaces of their own.
#
#   tests/cib/live.sh MTA_STACK_CIB
#
# Needs the lab's Debian root (built if it is not there). Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "${1:?usage: live.sh MTA_STACK_CIB}")
# shellcheck source=tests/cib/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/cib/root.sh
. "$here/root.sh"

why=$(no_root)
if [ -n "$why" ] || ! use_root; then
	skip "live daemons" "${why:-the root could not be built}"
	done_testing
	exit
fi
box=$(mktemp -d) || exit 1
trap 'rm -rf "$box"' EXIT
chmod 755 "$box" && cp -r "$here/cases" "$here/live.py" "$program" "${program%/*}/mta-stack" "$box/" || exit 1
in_root "$box" python3 /mnt/live.py "/mnt/${program##*/}" /mnt/cases >"$box/log" 2>&1
take_counts "$box/log"
done_testing
