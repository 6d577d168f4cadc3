# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A file fits into a head: no source of more than 400 lines (a test, being a list of cases: 700), no
# line of C of more than 100 columns.
. "$(dirname "$0")/lib.sh" "$@"

sources() {
	{
		c_files
		shell_files
	} | sort -u
}

said=$(sources | while read -r file; do
	n=$(wc -l <"$file")
	case $file in
	tests/*) most=700 ;;
	*) most=400 ;;
	esac
	[ "$n" -le "$most" ] || echo "$file: $n lines, $most are allowed"
done)
verdict "no source is too long" "$said"

said=$(sources | grep '^helper/' | xargs perl -CSD -ne '
	chomp;
	s/\t/" " x (8 - $-[0] % 8)/e while /\t/;
	print "$ARGV:$.: ", length, " columns\n" if length > 100;
	close ARGV if eof')
verdict "no line of C has more than 100 columns" "$said"

said=$(sources | xargs grep -nE '[[:space:]]+$')
verdict "no blanks at the end of a line" "$said"
