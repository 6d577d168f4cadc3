#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sanitize: the C tests once more, built with AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   sanitize.sh BUILDDIR        builds in BUILDDIR/sanitized; leaks are errors too
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
exec make -s check SUITES="unit golden cib"
