# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Floor 1 computes: what its archive calls of libc is on a list of functions that touch no
# descriptor, clock, environment or global, and it has no variables of its own.
#
# The archive is BUILD/libpure.a, or a third argument.
archive=${3:-$2/libpure.a}
. "$(dirname "$0")/lib.sh" "$1" "$2"

if [ ! -f "$archive" ]; then
	not_ok "there is no $archive: run make first"
	exit
fi

# What the compiler puts in by itself: sanitizers, stack protection, fortified twins of listed ones.
compiler='^(__(asan|ubsan|lsan|sanitizer|gcov|stack_chk)_.*|_GLOBAL_OFFSET_TABLE_|__gcov.*)$'

undefined=$(comm -23 <(nm -u "$archive" | sed -n 's/^ *U //p' | sort -u) \
	<(nm --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u))
[ -n "$undefined" ] || not_ok "nm sees no calls in $archive"
listed=$(sed -E '/^(#|$)/d; s/[[:space:]].*//' tests/lint/pure.allow | sort -u)
said=$(grep -vE "$compiler" <<<"$undefined" | sed -E 's/^__(.*)_chk$/\1/; s/^__isoc99_//' | sort -u |
	comm -23 - <(printf '%s\n' "$listed"))
verdict "libpure.a calls only what tests/lint/pure.allow lists" "$said"

# The linker takes the first of two functions of one name from an archive, and says nothing.
said=$(nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort | uniq -d)
verdict "no name is defined twice in libpure.a" "$said"

# Bytes of .data and .bss, object by object; constant tables that need relocation are read-only.
if nm "$archive" 2>/dev/null | grep -qE ' __asan_'; then
	skip "libpure.a has no variables" "the sanitizer adds its own"
	exit
fi
said=$(readelf -SW "$archive" 2>/dev/null | awk '
	/^File:/ { object = $0; sub(/.*\(/, "", object); sub(/\).*/, "", object) }
	{ sub(/^ *\[ *[0-9]+\] */, "") }
	$1 ~ /^\.(data|bss)($|\.)/ && $1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ {
		print object, $1, "0x" $5, "bytes"
	}' | while read -r object section rest; do
	grep -qE "^# variables: ${object//./\\.} " tests/lint/pure.allow || echo "$object $section $rest"
done)
verdict "libpure.a has no variables" "$said"
