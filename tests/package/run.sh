#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: the packages, built and looked at by the distributions' own tools, and one of them installed.
#
#   tests/package/run.sh BUILDDIR [--rpm]
#
# With --rpm the RPM package is built too; else its spec alone is looked at.
#
# Guarantees: the nodes that the Debian package is installed on are a lab's; what is built lies in
# BUILDDIR/packages/. The last line is `N passed, N failed, N skipped`.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
src=${here%/tests/package}
build=$(cd "${1:?usage: run.sh BUILDDIR}" && pwd) || exit 2
# shellcheck source=tests/cluster/tap.sh
. "$src/tests/cluster/tap.sh"
export TAP_REPEAT="$0 $build"

# There is no bug that asks for a first upload.
not_ours=initial-upload-closes-no-bugs

# What a package installs, without what each kind of package adds of its own.
files_of_deb() {
	dpkg-deb --fsys-tarfile "$1" | tar -t | grep -v '/$' | sed 's,^\.,,; s,\.gz$,,' |
		grep -vE '/doc/mta-stack/(changelog|copyright|README|HACKING)' | sort
}

files_of_tree() {
	(cd "$build/tests/tree" && find . -type f | sed 's,^\.,,' | sort)
}

# The reasons of packaging/rpm/rpmlintrc are for the spec or for the packages, never for both.
rpm_lint() {
	rpmlint --rpmlintrc "$src/packaging/rpm/rpmlintrc" "$@" 2>&1 | grep -E '^[^ ]+: [EW]: ' |
		grep -v ' unused-rpmlintrc-filter '
}

ok "the Debian package is built" env DEB_BUILD_OPTIONS=nocheck make -C "$build" -s deb ||
	{ tap_end; exit 1; }
deb=$(find "$build/packages" -name 'mta-stack_*.deb')
is "lintian has nothing to say" \
	"$(lintian --allow-root --fail-on none --suppress-tags "$not_ours" "$build"/packages/*.changes 2>&1)" ""
[ -d "$build/tests/tree" ] || make -C "$build" -s install-tree
is "it installs what make install does" "$(files_of_deb "$deb")" "$(files_of_tree)"
like "it depends on what its scripts call" "$(dpkg-deb --field "$deb" Depends)" \
	'diffutils, pacemaker .*resource-agents'
ok "rpm reads the spec" rpmspec --parse "$src/packaging/rpm/mta-stack.spec"
is "rpmlint has nothing to say about it" "$(rpm_lint "$src/packaging/rpm/mta-stack.spec")" ""
if [ "${2:-}" = --rpm ]; then
	ok "the RPM package is built" make -C "$build" -s rpm
	is "nor about the packages" "$(rpm_lint "$build"/packages/*.rpm)" ""
fi
is "the spec lists what make install installs" \
	"$(sed -n '/^%files/,/^%changelog/{s,%dir .*,,; s,%{_sbindir},/usr/sbin,; s,%{_libexecdir},/usr/libexec,
		s,%{_prefix},/usr,; s,%{_unitdir},/lib/systemd/system,; s,%{_datadir},/usr/share,
		s,%{_mandir},/usr/share/man,; s,\*$,,; /^\//p}' "$src/packaging/rpm/mta-stack.spec" | sort)" \
	"$(files_of_tree | grep -v '/examples/')"
is "both packages and configure are of one version" "$(sed -n 's/^Version: *//p' \
	"$src/packaging/rpm/mta-stack.spec") $(dpkg-deb --field "$deb" Version)" \
	"$(sed -n 's/^PACKAGE_VERSION = //p' "$build/Makefile") $(sed -n \
	's/^PACKAGE_VERSION = //p' "$build/Makefile")-1"

# The story from the installed files, in a lab that counts for itself.
log=$build/packages/story.log
"$src/tests/cluster/story.sh" --deb "$deb" --scene package --scene failover >"$log" 2>&1
rc=$?
counts=$(tail -n 1 "$log")
tap_verdict $rc "installed with dpkg, the story goes well: $counts" "$(grep -A8 '^not ok' "$log")"
tap_end
