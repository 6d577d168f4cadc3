#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: mta-stack-cib and `mta-stack vip` on the CIBs in cases/ and, where there is a root with
# Pacemaker in it, against Pacemaker's own answers and a live daemon.
#
#   tests/cib/run.sh MTA_STACK_CIB [CASE…]
#
# cases/NAME.want has for each line `$ ARGUMENTS` what the program prints with those and
# --cib-file cases/NAME.xml, and `[exit CODE]`. UPDATE=1 writes what it prints now into the file, for a person
# to read; ONLY_FIXTURES=1 leaves Pacemaker out. Last line: `N passed, N failed, N skipped`.

set -u
export LC_ALL=C TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
program=$(readlink -f "${1:?usage: run.sh MTA_STACK_CIB [CASE…]}")
shift
PATH=$here/stub:$PATH # its crm_resource, not one that this machine may have
# shellcheck source=tests/cib/tap.sh
. "$here/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# answer CASE: what the program says to each question of the case
answer() {
	local question words status
	while IFS= read -r question; do
		printf '%s\n' "$question"
		read -ra words <<<"${question#\$ }"
		"$program" --cib-file "$here/cases/$1.xml" "${words[@]}" 2>&1
		status=$?
		printf '[exit %d]\n' $status
	done < <(grep '^\$ ' "$here/cases/$1.want")
}

cases() {
	local name
	for name in "$here"/cases/*.xml; do
		name=${name##*/}
		[ $# -eq 0 ] || [[ " $* " == *" ${name%.xml} "* ]] || continue
		printf '%s\n' "${name%.xml}"
	done
}

for name in $(cases "$@"); do
	answer "$name" >"$work/got"
	[ -z "${UPDATE:-}" ] || cp "$work/got" "$here/cases/$name.want"
	if cmp -s "$here/cases/$name.want" "$work/got"; then
		ok "$name"
	else
		not_ok "$name" "$(diff -u "$here/cases/$name.want" "$work/got")"
	fi
done

if [ $# -eq 0 ]; then
	"$here/vip.sh" "${program%-cib}" >"$work/log" 2>&1
	take_counts "$work/log"
fi
if [ $# -eq 0 ] && [ -z "${ONLY_FIXTURES:-}" ]; then
	"$here/headers.sh" >"$work/log" 2>&1
	take_counts "$work/log"
	"$here/oracle.sh" "$program" >"$work/log" 2>&1
	take_counts "$work/log"
	"$here/live.sh" "$program" >"$work/log" 2>&1
	take_counts "$work/log"
fi
done_testing
