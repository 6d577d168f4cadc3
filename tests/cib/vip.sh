#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vip: what `mta-stack vip` tells of the CIBs in cases/, as text and as JSON.
#
#   tests/cib/vip.sh MTA_STACK
#
# vip/NAME.want has lines `% COMMAND`, which make the addresses of a network namespace of its own, and
# for each line `$ CASE ARGUMENTS` what the program prints with those and --cib-file cases/CASE.xml,
# and `[exit CODE]`. UPDATE=1 writes what it prints now into the file, for a person to read. Needs root,
# for the namespace. Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cib/tap.sh
. "$here/tap.sh"

# answer FILE: in the namespace
answer() {
	local line words status
	while IFS= read -r line; do
		printf '%s\n' "$line"
		read -ra words <<<"${line#? }"
		if [ "${line:0:1}" = % ]; then
			"${words[@]}" 2>&1
			continue
		fi
		"$program" vip --cib-file "$here/cases/${words[0]}.xml" "${words[@]:1}" 2>&1
		status=$?
		printf '[exit %d]\n' $status
	done < <(grep '^[%$] ' "$1")
}

program=$(readlink -f "${1:?usage: vip.sh MTA_STACK}")
if [ "${2:-}" = --answer ]; then
	answer "$3"
	exit
fi
if [ "$(id -u)" -ne 0 ]; then
	skip "mta-stack vip" "needs root, for a network namespace"
	done_testing
	exit
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for want in "$here"/vip/*.want; do
	name=${want##*/}
	unshare -n "$0" "$program" --answer "$want" >"$work/got" 2>&1
	[ -z "${UPDATE:-}" ] || cp "$work/got" "$want"
	if cmp -s "$want" "$work/got"; then
		ok "vip: ${name%.want}"
	else
		not_ok "vip: ${name%.want}" "$(diff -u "$want" "$work/got")"
	fi
done
done_testing
