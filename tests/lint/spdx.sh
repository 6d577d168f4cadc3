# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Every source file begins with its licence.
. "$(dirname "$0")/lib.sh" "$@"

missing=
n=0
while read -r file; do
	is_data "$file" && continue
	case $file in
	*.c | *.h | *.sh | *.bash | *.bats | *.py | *.in | *.ac | *.am | *.spec | *.service | *.timer) ;;
	*) [ "$(head -c 2 "$file")" = '#!' ] || continue ;;
	esac
	n=$((n + 1))
	head -n 5 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || missing+="$file"$'\n'
done < <(all_files)
[ "$n" -gt 0 ] || not_ok "found no source files"
verdict "SPDX line in $n files" "${missing%$'\n'}"

[ -s COPYING ] && ok "COPYING is there" || not_ok "COPYING is missing"
