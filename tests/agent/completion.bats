# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion for bash offers what the program itself knows.

SRC=${MTA_STACK_SRC:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
BUILD=${MTA_STACK_BUILD:-$SRC/build}

# completed WORD…: what is offered for the last of these words.
completed() {
	# shellcheck source=/dev/null
	. "$SRC/packaging/completion/mta-stack"
	COMP_WORDS=("$BUILD/mta-stack" "$@")
	COMP_CWORD=$#
	_mta_stack
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "every command of --help is offered" {
	local word
	for word in $("$BUILD/mta-stack" --help | sed -En "s/^  ([a-z]+)  .*/\1/p"); do
		completed "${word:0:2}" | grep -qx "$word"
	done
}

@test "every option of --help is offered, and nothing else" {
	diff <(completed plan -- | sort) \
		<("$BUILD/mta-stack" --help | sed -En 's/^  (--[a-z-]+).*/\1/p' | sort)
}

# known OPTION: the values that the program's own objection lists.
known() {
	local command=(validate --mta postfix)
	[ "$1" != --for ] || command=(peer --offline)
	"$BUILD/mta-stack" "${command[@]}" --vip 192.0.2.1 "$1" nonsense 2>&1 |
		sed -En 's/.*: (this version knows|give --for with one of|give) //; s/, | or /\n/g; p'
}

@test "the values that are offered are those that the program knows" {
	local option
	for option in --mta --config-mode --remote-names --unnamed --service --leak --drift \
		--monitor-remotes --output-as --for; do
		echo "$option"
		[ -n "$(known "$option")" ]
		diff <(completed plan "$option" "" | sort) <(known "$option" | sort)
	done
}
