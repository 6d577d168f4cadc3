# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# C: clang-format has nothing to change, cppcheck nothing to complain of.
. "$(dirname "$0")/lib.sh" "$@"

if command -v clang-format >/dev/null; then
	while read -r file; do
		said=$(clang-format --dry-run -Werror --style=file "$file" 2>&1 | grep -E 'error:' | head -n 3)
		verdict "clang-format $file" "$said"
	done < <(c_files)
else
	skip "clang-format" "clang-format is not installed"
fi

if command -v cppcheck >/dev/null; then
	mapfile -t files < <(c_files | grep '^helper/.*\.c$')
	said=$(cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.suppress --template=gcc \
		--error-exitcode=3 -I helper -I "$BUILD" "${files[@]}" 2>&1 | grep -E '(error|warning|performance|portability|style):')
	verdict "cppcheck ${#files[@]} files" "$said"
else
	skip "cppcheck" "cppcheck is not installed"
fi
