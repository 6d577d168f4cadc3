#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh: fuzz the parsers, or replay what was found before.
#
#   tests/fuzz/run.sh SECONDS [NAME…]     libFuzzer on each target (or those named) for SECONDS
#   tests/fuzz/run.sh replay [NAME…]      feed the corpora once, with the C compiler
#
# Everything that is made goes to $MTA_STACK_BUILD/fuzz (default ./build/fuzz): NAME/corpus grows from
# run to run, NAME/found holds the inputs that broke something. An input worth keeping is copied by
# hand to tests/fuzz/corpus/NAME. The last line is `N passed, N failed, N skipped`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
src=${here%/tests/fuzz}
out=${MTA_STACK_BUILD:-$src/build}/fuzz
flags=(-std=gnu11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -I"$src/helper" -I"$here"
	-include "$src/helper/banned.h")
sanitizers=address,undefined

usage() {
	sed -n 's/^# \{0,1\}//; 5,13p' "$0"
	exit 2
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
	# what else a target says that it links
	read -ra more < <(sed -n 's/^ \* Links: //p' "$here/fuzz_$name.c")
	(cd "$src" && "$compiler" "${flags[@]}" -fno-sanitize-recover=undefined "$@" "$here/fuzz_$name.c" \
		"${more[@]}" "$out"/common/*.o -o "$out/$name/program")
}

# golden_seeds DIR MTA PATH FILE FILE: configurations of the golden cases as inputs, made anew each
# time: two files below PATH, and one of the others.
golden_seeds() {
	local case dir=$1 cases=$src/tests/golden/$2 path=$3 file table
	shift 3
	for case in "$cases"/[a-z]*/; do
		case=${case%/}
		table=$(find "$case/in" -type f ! -name "$1" ! -name "$2" 2>/dev/null | sort | head -n 1)
		for file in "$@"; do
			cat "$case/in$path/$file" 2>/dev/null || cat "$cases/_common/in$path/$file" 2>/dev/null
			printf '\036'
		done >"$dir/${case##*/}"
		[ -z "$table" ] || cat "$table" >>"$dir/${case##*/}"
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

fuzz() {
	local name=$1 dir=$out/$1
	build "$name" -fsanitize=fuzzer,$sanitizers || return
	mkdir -p "$dir/corpus" "$dir/found"
	mapfile -t inputs < <(seeds "$name")
	"$dir/program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$dir/found/" "$dir/corpus" "${inputs[@]}"
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

passed=0 failed=0
case $action in
replay) compile -fsanitize=$sanitizers ;;
fuzz) compile -fsanitize=fuzzer-no-link,$sanitizers ;;
esac
for name in "${all[@]}"; do
	[ -f "$here/fuzz_$name.c" ] || { echo "run.sh: there is no target $name"; exit 2; }
	mkdir -p "$out/$name"
	log=$out/$name/log
	if $action "$name" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok $name: $(grep -Eo '# [0-9]+ inputs|number_of_executed_units: [0-9]+' "$log" | tail -n 1)"
	else
		failed=$((failed + 1))
		echo "not ok $name"
		tail -n 40 "$log" | sed 's/^/    /'
		echo "    whole log: $log"
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
