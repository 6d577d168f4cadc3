# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Python: every program compiles without a warning, and pyflakes has nothing to say.
. "$(dirname "$0")/lib.sh" "$@"

mapfile -t files < <(by_language py python3)
[ ${#files[@]} -gt 0 ] || not_ok "found no Python"

compiled=$(mktemp -d) || exit 2
trap 'rm -rf "$compiled"' EXIT
verdict "${#files[@]} programs in Python compile" \
	"$(PYTHONPYCACHEPREFIX=$compiled python3 -W error -m py_compile "${files[@]}" 2>&1)"

if command -v pyflakes3 >/dev/null; then
	verdict "pyflakes has nothing to say about them" "$(pyflakes3 "${files[@]}" 2>&1)"
else
	skip "pyflakes has nothing to say about them" "pyflakes3 is not installed"
fi
