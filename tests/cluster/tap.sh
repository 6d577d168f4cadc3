# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# tap: assertions that speak TAP, to be sourced.
#
# Guarantees: a failing assertion shows what was got, and TAP_REPEAT if set; the last line of `tap_end` is
# `N passed, N failed, N skipped`, and its exit status says the same.

TAP_PASSED=0 TAP_FAILED=0 TAP_SKIPPED=0

tap_note() {
	printf '# %s\n' "$@"
}

# tap_verdict RC WHAT [EVIDENCE]
tap_verdict() {
	local n=$((TAP_PASSED + TAP_FAILED + TAP_SKIPPED + 1))
	if [ "$1" -eq 0 ]; then
		TAP_PASSED=$((TAP_PASSED + 1))
		printf 'ok %d - %s\n' "$n" "$2"
		return 0
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	printf 'not ok %d - %s\n' "$n" "$2"
	[ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/#   /'
	[ -z "${TAP_REPEAT:-}" ] || printf '#   repeat: %s\n' "$TAP_REPEAT"
	return 1
}

# ok WHAT CMD…: CMD succeeds; else its output and itself, to be repeated, are shown.
ok() {
	local what=$1 out rc
	shift
	out=$("$@" 2>&1)
	rc=$?
	tap_verdict "$rc" "$what" "exit $rc of: $(printf '%q ' "$@")
$out"
}

# is WHAT GOT WANT
is() {
	[ "$2" = "$3" ]
	tap_verdict $? "$1" "got:  $2
want: $3"
}

# like WHAT GOT REGEX (extended)
like() {
	grep -Eq -- "$3" <<<"$2"
	tap_verdict $? "$1" "got:  $2
want: /$3/"
}

# unlike WHAT GOT REGEX (extended)
unlike() {
	! grep -Eq -- "$3" <<<"$2"
	tap_verdict $? "$1" "got:      $2
unwanted: /$3/"
}

tap_skip() {
	TAP_SKIPPED=$((TAP_SKIPPED + 1))
	printf 'ok %d - %s # SKIP %s\n' $((TAP_PASSED + TAP_FAILED + TAP_SKIPPED)) "$1" "$2"
}

tap_end() {
	printf '1..%d\n' $((TAP_PASSED + TAP_FAILED + TAP_SKIPPED))
	printf '%d passed, %d failed, %d skipped\n' "$TAP_PASSED" "$TAP_FAILED" "$TAP_SKIPPED"
	[ "$TAP_FAILED" -eq 0 ]
}
