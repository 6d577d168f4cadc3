#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# valgrind: the C tests and a few commands once more, watched by valgrind(1): no byte read that was not
# written, none outside of what was allocated, none that is lost in the end.
#
#   valgrind.sh BUILDDIR [PROGRAM…]      test programs, golden, and mta-stack itself; or those named, as in
#                                        test_plan golden mta-stack
#
# What a child of a test does after fork(2) is its own affair. A test that fails only because it is slow
# under valgrind is not counted here: the suites count it. Closes with `N passed, N failed, N skipped`.

set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: valgrind.sh BUILDDIR [PROGRAM…]}" && pwd) || exit 2
# In a process namespace, where nothing outlives us: a test's daemon is a session of its own.
if [ "${CONTAINED:-}" != yes ]; then
	export CONTAINED=yes
	exec "$here/contained" "$0" "$@"
fi
shift
command -v valgrind >/dev/null || { echo "skip: no valgrind"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
log=$(mktemp -d) || exit 2
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 skipped=0

# The kernel allows what the manual shows: no type where a mount is only moved or bound.
cat >"$log/suppressions" <<-'END'
	{
	   mount-without-type
	   Memcheck:Param
	   mount(type)
	   fun:mount
	}
END

# What valgrind cannot do itself.
preload=
if ! ${CC:-cc} -O2 -D_GNU_SOURCE -shared -fPIC -o "$log/calls.so" "$here/valgrind/calls.c" 2>"$log/cc"; then
	sed 's/^/    /' "$log/cc" | head -n 3
else
	preload=$log/calls.so
fi

# under NAME LEAK-CHECK COMMAND…: sets `errors`; the status is the command's.
under() {
	local name=$1 leaks=$2 status
	shift 2
	rm -f "$log/$name".*
	LD_PRELOAD=$preload timeout -k 5 300 valgrind -q --log-file="$log/$name.%p" --child-silent-after-fork=yes \
		--leak-check="$leaks" --show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible \
		--suppressions="$log/suppressions" "$@" >"$log/out" 2>&1 </dev/null
	status=$?
	# What starts with dashes is about valgrind itself.
	errors=$(grep -h '^==' "$log/$name".* 2>/dev/null)
	ls "$log/$name".* >/dev/null 2>&1 || errors="valgrind did not start"
	return $status
}

# watch NAME COMMAND…
watch() {
	local name=$1 errors status
	shift
	under "$name" full "$@"
	status=$?
	case $status:$name in
	124:*) errors="not over after 300 s" ;;
	0:* | *:mta-stack-*) ;;
	*)
		# An assertion that failed leaves what it had in hand.
		grep -h -e '^\[ *LINE' -e '^\[  ERROR' -e ': error: ' "$log/out" | head -n 5 | sed 's/^/    /'
		under "$name" no "$@"
		echo "skip   $name for leaks: its tests do not all work under valgrind, see above; the sanitized" \
			"build looks for them"
		skipped=$((skipped + 1))
		;;
	esac
	if [ -z "$errors" ]; then
		echo "ok     $name"
		passed=$((passed + 1))
		return
	fi
	echo "FAILED $name"
	head -n 60 <<<"$errors"
	echo "  repeat: tests/valgrind.sh $build $name"
	failed=$((failed + 1))
}

# mta_stack COMMAND [OPTION…]: on a small configuration.
mta_stack() {
	watch "mta-stack-$1" "$build/mta-stack" "$@" --mta postfix --vip 192.0.2.10 --resource mail --offline \
		--config "$log/etc" --names "$log/names" --state-dir "$log/state" --copy-dir "$log/run"
}

commands() {
	local mode
	mkdir -p "$log/etc"
	printf 'relayhost = [198.51.100.7]\ntransport_maps = texthash:%s/etc/transport\n' "$log" >"$log/etc/main.cf"
	printf 'smtp unix - - y - - smtp\n' >"$log/etc/master.cf"
	printf 'example.org smtp:[198.51.100.8]\n' >"$log/etc/transport"
	printf '198.51.100.7 gw.example.net\n198.51.100.8 gx.example.net\n' >"$log/names"
	for mode in in-place copy; do
		mta_stack plan --config-mode "$mode"
		mta_stack apply --config-mode "$mode" --output-as=json
		mta_stack apply --config-mode "$mode"
		printf '# more\n' >>"$log/etc/main.cf"
		mta_stack check --config-mode "$mode"
		mta_stack monitor --config-mode "$mode" --service external
		mta_stack restore --config-mode "$mode"
	done
	mta_stack validate
}

if [ $# -gt 0 ]; then
	for name; do
		case $name in
		golden) watch golden "$build/golden" "$here/golden" ;;
		mta-stack*) commands ;;
		*) watch "$name" "$build/$name" ;;
		esac
	done
else
	for program in "$build"/test_*; do
		[ -x "$program" ] && watch "${program##*/}" "$program"
	done
	watch golden "$build/golden" "$here/golden"
	commands
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
