# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Words that are not left behind: work that was put off, places that only the author knows.
. "$(dirname "$0")/lib.sh" "$@"

# Spelled so that this file does not find itself.
late="TO""DO|FIX""ME|X""XX|HA""CK:"
places="/wor""k/|DESIGN""\\.md|/tmp/te""am"
numbers="(issue|ticket)"" #?[0-9]|[Mm]ile""stone"

look() {
	all_files | while read -r file; do
		is_data "$file" || [ "$file" = COPYING ] || printf '%s\n' "$file"
	done | xargs -d '\n' grep -nIE -e "$1" --
}

verdict "no work that was put off" "$(look "(^|[^A-Za-z])($late)([^A-Za-z]|\$)")"
verdict "no places that only an author knows" "$(look "$places")"
verdict "no numbers of a tracker" "$(look "$numbers")"
