# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# tap: counting, for the scripts in this folder.

passed=0 failed=0 skipped=0 number=0

ok() {
	number=$((number + 1)) passed=$((passed + 1))
	printf 'ok %d - %s\n' $number "$1"
}

# not_ok NAME [DETAIL]
not_ok() {
	number=$((number + 1)) failed=$((failed + 1))
	printf 'not ok %d - %s\n' $number "$1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip() {
	number=$((number + 1)) skipped=$((skipped + 1))
	printf 'ok %d - %s # SKIP %s\n' $number "$1" "$2"
}

# take_counts LOG: another script's result becomes part of ours
take_counts() {
	local line p f s
	line=$(grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$1" | tail -n 1)
	grep -Evx '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$1"
	if [ -z "$line" ]; then
		not_ok "a script ended without its counts"
		return
	fi
	read -r p _ f _ s _ <<<"${line//,/ }"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	number=$((number + p + f + s))
}

done_testing() {
	printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
	[ $failed -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
}
