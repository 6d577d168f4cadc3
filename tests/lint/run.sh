#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: look at the sources as a careful reviewer would.
#
#   tests/lint/run.sh BUILDDIR [CHECK…]      all checks, or those named (shell, floors, …)
#
# Nothing is changed. The last line is `N passed, N failed, N skipped`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR [CHECK…]}" && pwd) || exit 2
shift
source=$(cd "$here/../.." && pwd)

if [ $# -eq 0 ]; then
	for check in "$here"/*.sh; do
		check=${check##*/}
		case $check in
		run.sh | lib.sh) ;;
		*) set -- "$@" "${check%.sh}" ;;
		esac
	done
fi

passed=0 failed=0 skipped=0 failures=''
for name; do
	printf '# %s\n' "$name"
	before=$((passed + failed + skipped))
	bad=''
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		'not ok '*) bad=yes ;;
		'    '*) ;;
		*) bad='' ;;
		esac
		[ -z "$bad" ] || failures+="# $line"$'\n'
		case $line in
		'ok '*' # skip '*) skipped=$((skipped + 1)) ;;
		'ok '*) passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		esac
	done < <(bash "$here/$name.sh" "$source" "$build" 2>&1)
	if [ $((passed + failed + skipped)) -eq "$before" ]; then
		printf 'not ok %s: it looked at nothing\n' "$name"
		failed=$((failed + 1))
	fi
done
# Once more at the end, where a reader of a long log looks.
printf '%s' "$failures"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
