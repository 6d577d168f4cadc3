# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A file fits into a head: no source of more than 400 lines, no line of more than 100 columns.
. "$(dirname "$0")/lib.sh" "$@"

sources() {
	{
		c_files
		shell_files
	} | sort -u
}

said=$(sources | while read -r file; do
	n=$(wc -l <"$file")
	[ "$n" -le 400 ] || echo "$file: $n lines"
done)
verdict "no source has more than 400 lines" "$said"

said=$(sources | grep '^helper/' | xargs perl -CSD -ne '
	chomp;
	s/\t/" " x (8 - $-[0] % 8)/e while /\t/;
	print "$ARGV:$.: ", length, " columns\n" if length > 100;
	close ARGV if eof')
verdict "no line of C has more than 100 columns" "$said"

said=$(sources | xargs grep -nE '[[:space:]]+$')
verdict "no blanks at the end of a line" "$said"
