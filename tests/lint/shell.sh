# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Shell: shellcheck has nothing to say at the level of warnings, and the agent is POSIX.
. "$(dirname "$0")/lib.sh" "$@"

while read -r file; do
	said=$(shellcheck -x -S warning -f gcc "$file" 2>&1)
	verdict "shellcheck $file" "$said"
done < <(shell_files)

for file in agent/stack.in ocf/mta-stack.sh.in; do
	said=$(shellcheck -x -s sh -S style -f gcc "$file" 2>&1)
	verdict "POSIX, and style too: $file" "$said"
done

# A test waits for a condition with a bound, it does not hope for a time.
said=$(shell_files | grep '^tests/' | xargs grep -nE '^[^#]*\bsleep +([2-9]|[0-9]{2,})' | grep -v '&$')
verdict "no test sleeps for two seconds or more" "$said"

# Disabling a check needs a reason beside it.
said=$(shell_files | xargs grep -nE '# *shellcheck disable=[A-Z0-9,]+ *$')
verdict "each disabled shellcheck warning says why" "$said"
