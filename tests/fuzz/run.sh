#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh: fuzz the parsers, or replay what was found before.
#
#   tests/fuzz/run.sh SECONDS [NAME…]     libFuzzer on each target (or those named) for SECONDS
#   tests/fuzz/run.sh replay [NAME…]      feed the corpora once, with the C compiler
#
# Everything that is made goes to $MTA_STACK_BUILD/fuzz (default ./build/fuzz): NAME/corpus grows from
# run to run, NAME/found holds the inputs that broke something. Fuzzing tries those first: one that
# breaks no more moves to the grown corpus, and a target fails as long as one is left. An input worth
# keeping is copied by hand to tests/fuzz/corpus/NAME. Fuzzing prints a table; its "in all" sums the runs
# on the same code, so that an hour can be done in pieces, and its finds are all that are left. The last
# line is `N passed, N failed, N skipped`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
src=${here%/tests/fuzz}
out=${MTA_STACK_BUILD:-$src/build}/fuzz
flags=(-std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -I"$src/helper" -I"$here"
	-include "$src/helper/banned.h")
sanitizers=address,undefined

usage() {
	sed -n 's/^# \{0,1\}//; 5,16p' "$0"
	exit 2
}

# links NAME: what else a target says that it links, a word a line.
links() {
	sed -n 's/^ \* Links: //p' "$here/fuzz_$1.c" | tr ' ' '\n'
}

# code NAME: a checksum of what that target tests: all but the scanners of other MTAs.
code() {
	{
		sources
		find "$src/helper" -name '*.h' | sort
		printf '%s\n' "$here"/*.h "$here/fuzz_$1.c"
		links "$1" | grep '\.c$' | sed "s|^|$src/|"
	} | grep -Ev "/helper/mta/[^/]*/" | cat - <(find "$src/helper/mta/$1/" -type f 2>/dev/null | sort) |
		xargs cat | sha256sum | cut -c -16
}

# The modules that touch nothing but memory; those that the CIB reader alone uses are another's.
sources() {
	find "$src/helper/data" "$src/helper/pure" "$src/helper/mta" -name '*.c' ! -name 'cib_*' | sort
}

targets() {
	local t
	for t in "$here"/fuzz_*.c; do
		t=${t##*/fuzz_}
		echo "${t%.c}"
	done
}

# compile FLAGS…: the modules that all targets have in common, once for all of them.
compile() {
	local file
	rm -rf "$out/common" && mkdir -p "$out/common" || return
	while read -r file; do
		printf '%s\0' "$out/common/$(tr / _ <<<"${file#"$src/helper/"}").o" "$file"
	done < <(sources) | xargs -0 -n 2 -P 2 \
		"$compiler" "${flags[@]}" -fno-sanitize-recover=undefined "$@" -c -o ||
		{ echo "run.sh: the modules do not compile"; exit 1; }
}

# build NAME EXTRA-SOURCE-OR-FLAG…
build() {
	local name=$1 more
	shift
	mapfile -t more < <(links "$name")
	(cd "$src" && "$compiler" "${flags[@]}" -fno-sanitize-recover=undefined "$@" "$here/fuzz_$name.c" \
		"${more[@]}" "$out"/common/*.o -o "$out/$name/program")
}

# golden_seeds DIR MTA PATH FILE…: configurations of the golden cases as inputs, made anew each time:
# the files below PATH, and one of the others, for a VIP of each kind (config.h). $begin is put before
# each; a case without the first file is left out.
begin=
golden_seeds() {
	local case dir=$1 cases=$src/tests/golden/$2 path=$3 file others
	shift 3
	for case in "$cases"/[a-z]*/; do
		case=${case%/}
		[ -z "$begin" ] || [ -e "$case/in$path/$1" ] || continue
		others=()
		for file in "$@"; do
			others+=(! -path "*/${file##*/}")
		done
		{
			printf '%s' "$begin"
			for file in "$@"; do
				cat "$case/in$path/$file" 2>/dev/null ||
					cat "$cases/_common/in$path/$file" 2>/dev/null
				printf '\036'
			done
			find "$case/in" -type f "${others[@]}" -print0 2>/dev/null | sort -z | head -z -n 1 |
				xargs -0 -r cat
		} >"$dir/${case##*/}"
		cat <(printf '\033') "$dir/${case##*/}" >"$dir/${case##*/}.ipv6"
		cat <(printf '\034') "$dir/${case##*/}" >"$dir/${case##*/}.both"
	done
}

seeds_opensmtpd() {
	golden_seeds "$1" opensmtpd /etc smtpd.conf mail/relays.conf
}

seeds_postfix() {
	golden_seeds "$1" postfix /etc/postfix main.cf master.cf
}

seeds_exim() {
	golden_seeds "$1" exim /etc/exim4 exim4.conf hubs
	begin=$'\035' golden_seeds "$1" exim /etc/exim4 update-exim4.conf.conf exim4.conf.localmacros \
		exim4.conf.template conf.d/main/00_localmacros conf.d/main/01_macros \
		conf.d/router/00_header conf.d/router/200_primary conf.d/router/300_own.rul \
		conf.d/transport/00_header conf.d/transport/30_smtp conf.d/auth/00_header
}

seeds_sendmail() {
	golden_seeds "$1" sendmail /etc/mail sendmail.cf sendmail.mc
}

# The folders of inputs to start with.
seeds() {
	local name=$1
	echo "$here/corpus/$name"
	if declare -F "seeds_$name" >/dev/null; then
		mkdir -p "$out/$name/seeds" && "seeds_$name" "$out/$name/seeds" && echo "$out/$name/seeds"
	fi
}

limits=(-timeout=10 -rss_limit_mb=1024)

# retry NAME: what was found before, on whatever code.
retry() {
	local dir=$out/$1 file
	for file in "$dir"/found/*; do
		[ -e "$file" ] || continue
		if "$dir/program" "${limits[@]}" -artifact_prefix="$dir/retried." "$file"; then
			mv "$file" "$dir/corpus/" || return
		fi
		rm -f "$dir"/retried.*
	done
}

# found NAME: how many inputs break it.
found() {
	find "$out/$1/found" -type f 2>/dev/null | wc -l
}

fuzz() {
	local name=$1 dir=$out/$1 status=0
	build "$name" -fsanitize=fuzzer,$sanitizers || return
	mkdir -p "$dir/corpus" "$dir/found" && retry "$name" || return
	left=$(found "$name")
	mapfile -t inputs < <(seeds "$name")
	# its own limit does not count reading what is there
	timeout -k 5 $((seconds + 120)) "$dir/program" -max_total_time="$seconds" -max_len=4096 \
		"${limits[@]}" -print_final_stats=1 -artifact_prefix="$dir/found/" \
		"$dir/corpus" "${inputs[@]}" || status=$?
	[ "$(found "$name")" -eq 0 ] || status=1
	return $status
}

# row TARGET EXECUTIONS SECONDS COVERAGE FINDS RUNS EXECUTIONS SECONDS FINDS
row() {
	printf '%-10s %12s %8s %9s %6s %5s %13s %8s %6s\n' "$@"
}

# account NAME STATUS: a row of the table, and the sum with earlier runs on the same code.
account() {
	local name=$1 log=$out/$1/log total=$out/$1/total finds units lasted coverage what
	local -a old=(- 0 0 0 0)
	finds=$(($(found "$name") - left))
	units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
	lasted=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log" | tail -n 1)
	[ -n "$lasted" ] || lasted=$((SECONDS - started))
	coverage=$(grep -aEo 'cov: [0-9]+' "$log" | tail -n 1)
	what=$(code "$name")
	[ ! -e "$total" ] || read -ra old <"$total"
	[ "${old[0]}" = "$what" ] || old=("$what" 0 0 0 0)
	old=("$what" $((old[1] + 1)) $((old[2] + ${units:-0})) $((old[3] + lasted)) "$(found "$name")")
	printf '%s\n' "${old[*]}" >"$total"
	row "$name" "${units:-0}" "$lasted" "${coverage#cov: }" "$finds" "${old[@]:1}"
	sum=($((sum[0] + ${units:-0})) $((sum[1] + lasted)) $((sum[2] + finds)) $((sum[3] + old[1]))
		$((sum[4] + old[2])) $((sum[5] + old[3])) $((sum[6] + old[4])))
}

# report NAME STATUS: how it went.
report() {
	if [ "$action" = fuzz ]; then
		account "$1" "$2"
	elif [ "$2" -eq 0 ]; then
		echo "ok $1: $(grep -Eo '# [0-9]+ inputs' "$out/$1/log" | tail -n 1)"
	fi
	[ "$2" -ne 0 ] || return
	echo "not ok $1"
	[ "$action" = replay ] || find "$out/$1/found" -type f -printf '    breaks it: %p\n' 2>/dev/null
	tail -n 40 "$out/$1/log" | sed 's/^/    /'
	echo "    whole log: $out/$1/log"
}

replay() {
	local name=$1
	build "$name" -fsanitize=$sanitizers "$here/replay.c" || return
	mapfile -t inputs < <(seeds "$name")
	"$out/$name/program" "${inputs[@]}"
}

case ${1:-} in
replay) action=replay seconds=0 compiler=cc ;;
'' | *[!0-9]*) usage ;;
*) action=fuzz seconds=$1 compiler=${FUZZ_CC:-clang} ;;
esac
shift
[ $# -gt 0 ] || mapfile -t all < <(targets)
[ $# -eq 0 ] || all=("$@")

passed=0 failed=0 sum=(0 0 0 0 0 0 0)
case $action in
replay) compile -fsanitize=$sanitizers ;;
fuzz)
	compile -fsanitize=fuzzer-no-link,$sanitizers
	row '' 'this run:' '' '' '' 'in all:' '' '' ''
	row target executions seconds coverage finds runs executions seconds finds
	;;
esac
for name in "${all[@]}"; do
	[ -f "$here/fuzz_$name.c" ] || { echo "run.sh: there is no target $name"; exit 2; }
	mkdir -p "$out/$name"
	started=$SECONDS left=$(found "$name")
	$action "$name" >"$out/$name/log" 2>&1
	status=$?
	[ $status -eq 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
	report "$name" $status
done
[ "$action" = replay ] || row sum "${sum[0]}" "${sum[1]}" '' "${sum[@]:2}"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
