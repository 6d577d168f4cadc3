# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# lib: what the checks have in common. Each check is a script `NAME.sh SOURCE BUILD` that prints one
# `ok …`, `not ok …` or `ok … # skip reason` line for each thing that it looked at, with the details
# of a failure indented below. run.sh counts them.

set -u
SRC=$1
export BUILD=$2
cd "$SRC" || exit 2

ok() { printf 'ok %s\n' "$*"; }

skip() { printf 'ok %s # skip %s\n' "$1" "$2"; }

# not_ok NAME [DETAILS]
not_ok() {
	printf 'not ok %s\n' "$1"
	[ -z "${2:-}" ] || sed 's/^/    /' <<<"$2"
}

# verdict NAME DETAILS: ok if there are none.
verdict() {
	if [ -z "$2" ]; then ok "$1"; else not_ok "$1" "$2"; fi
}

# Every file of the project: what git knows or would add, or in an unpacked archive everything that
# is no product of autotools or of a build.
all_files() {
	if [ -e .git ]; then
		git ls-files -co --exclude-standard | while read -r f; do
			[ ! -f "$f" ] || printf '%s\n' "$f"
		done
	else
		find . \( -name autom4te.cache -o -name build-aux -o -name build -o -name _build \) -prune \
			-o -type f ! -name configure ! -name 'configure~' ! -name aclocal.m4 \
			! -name Makefile.in ! -name 'config.h.in*' ! -name 'config.*' ! -name Makefile \
			! -name '*.o' ! -name '*.a' ! -name '*.log' -printf '%P\n'
	fi | sort
}

# Test input: bytes that are as they are for a reason.
is_data() {
	case $1 in
	tests/golden/* | tests/cib/*.xml | tests/*/fixtures/* | tests/*/etc/* | tests/fuzz/corpus/*) true ;;
	*) false ;;
	esac
}

c_files() {
	all_files | grep -E '^(helper|tests)/.*\.[ch]$'
}

# by_language ENDINGS INTERPRETERS: files by their name or else their first line; words set apart by |.
by_language() {
	local f line
	all_files | while read -r f; do
		is_data "$f" && continue
		if [[ ! $f =~ \.($1)$ ]]; then
			IFS= read -r line <"$f" 2>/dev/null
			[[ $line =~ ^#!.*[/\ ]($2)$ ]] || continue
		fi
		printf '%s\n' "$f"
	done
}

shell_files() {
	by_language 'sh|bash|bats|sh\.in' 'sh|bash'
}
