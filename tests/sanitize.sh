#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sanitize: the C tests once more, built with AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   sanitize.sh BUILDDIR                builds in BUILDDIR/sanitized; leaks are errors too
#   sanitize.sh BUILDDIR SCENARIO…      instead: every call of these fault scenarios fails (minutes)
#
# Closes with `N passed, N failed, N skipped`, as tests/run counts them.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1/sanitized
mkdir -p "$build" && cd "$build" || exit 1
if [ ! -f Makefile ]; then
	"${here%/tests}/configure" --quiet --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
		--enable-developer --enable-sanitizers CFLAGS='-g -O1' || exit 1
fi
# The root with Pacemaker in it has no sanitizers' libraries.
export ONLY_FIXTURES=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
make -s -j2 all || exit 1
if [ $# -gt 1 ]; then
	shift
	make -s faults || exit 1
	# The shim stands before malloc(3), the sanitizer's too.
	printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -n 1 "$here/fault/guarded" ./faults fail | tee faults.log
	points=$(awk '/^total /{ n += $2 } END { print n }' faults.log)
	wrong=$(grep -c '^FAILED' faults.log)
	[ "${points:-0}" -gt 0 ] || wrong=$((wrong + 1))
	echo "${points:-0} passed, $wrong failed, 0 skipped"
	exit $((wrong > 0))
fi
exec make -s check SUITES="unit golden cib"
