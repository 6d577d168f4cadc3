#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# headers: helper/cib compiles against Pacemaker 3.x too.
#
#   tests/cib/headers.sh [INCLUDE_DIR]
#
# headers-3/ declares, as 3.x does, the few functions that may be used and nothing else; INCLUDE_DIR
# may be the include directory of a real 3.x instead. Two more checks keep it honest: a use of
# anything else must fail, and the program must not link anything else of Pacemaker's.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../helper
# shellcheck source=tests/cib/tap.sh
. "$here/tap.sh"
shim=${1:-$here/headers-3}

if ! command -v "${CC:=cc}" >/dev/null || ! pkg-config --exists glib-2.0 libxml-2.0 libcmap libquorum; then
	skip "Pacemaker 3.x headers" "no compiler or no headers"
	done_testing
	exit
fi
read -ra flags < <(pkg-config --cflags glib-2.0 libxml-2.0 libcmap libquorum)
flags+=(-std=gnu11 -D_GNU_SOURCE -DPCMK_ALLOW_DEPRECATED=1 -Wall -Wextra -Werror -fsyntax-only
	-I "$src" -I "$shim" -include "$src/banned.h")

wrong=$("$CC" "${flags[@]}" "$src"/cib/*.c 2>&1)
if [ -z "$wrong" ]; then
	ok "helper/cib compiles against 3.x headers"
else
	not_ok "helper/cib compiles against 3.x headers" "$wrong"
fi

if [ $# -eq 0 ]; then
	if printf '#include <crm/crm.h>\nchar *f(void) { return crm_element_name(0); }\n' |
		"$CC" "${flags[@]}" -x c - 2>/dev/null; then
		not_ok "a use of anything else does not compile"
	else
		ok "a use of anything else does not compile"
	fi
fi

program=${MTA_STACK_BUILD:-}/mta-stack-cib
if [ -x "$program" ] && command -v nm >/dev/null; then
	more=$(nm -D --undefined-only "$program" | awk '{ print $2 }' | sed 's/@.*//' |
		grep -E '^_?(cib|crm|pcmk|pe|stonith|lrmd|attrd)_|^free_xml$' |
		grep -vxE 'cib_new|cib_delete|crm_log_init|free_xml')
	if [ -z "$more" ]; then
		ok "nothing else of Pacemaker's is linked"
	else
		not_ok "nothing else of Pacemaker's is linked" "$more"
	fi
else
	skip "nothing else of Pacemaker's is linked" "no build at hand"
fi
done_testing
