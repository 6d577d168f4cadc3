#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build: the Debian and the RPM package from what `make dist` would ship.
#
#   packaging/build.sh deb|rpm BUILDDIR
#
# Guarantees: the result and its log lie in BUILDDIR/packages/, nothing else is changed; the package
# tools' own tests (unit and golden) ran.

set -eu
kind=${1:?deb or rpm} build=$(cd "${2:?the build directory}" && pwd)
src=$(cd "$(dirname "$0")/.." && pwd)
out=$build/packages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

make -C "$build" -s distdir distdir="$work/mta-stack-0" >"$out/$kind.log" 2>&1 ||
	{ tail "$out/$kind.log" >&2; exit 1; }
version=$(sed -n 's/^PACKAGE_VERSION = //p' "$build/Makefile")
tree=$work/mta-stack-$version
mv "$work/mta-stack-0" "$tree"

say() { printf '%s\n' "packages: $*"; }

build_deb() {
	cp -r "$src/packaging/debian" "$tree/debian"
	tar -C "$work" -cJf "$work/mta-stack_$version.orig.tar.xz" --exclude=debian "mta-stack-$version"
	(cd "$tree" && dpkg-buildpackage -us -uc -b -j2) >>"$out/deb.log" 2>&1
	rm -f "$out"/*.deb "$out"/*.changes "$out"/*.buildinfo
	mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$out/"
}

# Debian's packages satisfy what the spec asks for by other names.
build_rpm() {
	mkdir -p "$work/rpm/SOURCES"
	tar -C "$work" -cJf "$work/rpm/SOURCES/mta-stack-$version.tar.xz" "mta-stack-$version"
	rpmbuild --define "_topdir $work/rpm" --define "_unitdir /usr/lib/systemd/system" \
		--define "_smp_mflags -j2" --nodeps -ba "$src/packaging/rpm/mta-stack.spec" >>"$out/rpm.log" 2>&1
	rm -f "$out"/*.rpm
	mv "$work"/rpm/RPMS/*/*.rpm "$work"/rpm/SRPMS/*.rpm "$out/"
}

if ! "build_$kind"; then
	tail -n 30 "$out/$kind.log" >&2
	say "the whole log: $out/$kind.log" >&2
	exit 1
fi
say "$(cd "$out" && ls -- *."$kind" | tr '\n' ' ')in $out"
