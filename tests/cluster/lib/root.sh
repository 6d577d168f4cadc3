# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# root: the Debian roots that machines are made of, built once and cached.
#
# $CACHE/base-KEY is a whole root; $CACHE/mta-NAME-KEY is an overlay on it with one mail server.
# KEY is a hash of all that went in: packages, apt sources, suite, architecture, this file.
#
# Guarantees: a root is complete or absent (built aside, then renamed); builders wait for each
# other; packages come from the machine's own apt sources; nothing is mounted outside of the
# builder's own namespace and no service is started.
# Does not: follow updates of the archive; `lab clean` and build again for that.

CACHE=${MTA_STACK_CACHE:-/var/cache/mta-stack-lab}

# resource-agents and pacemaker bring libqb, libxml2, libcib, libcmap and libquorum.
ROOT_PACKAGES="corosync pacemaker pacemaker-cli-utils pcs crmsh resource-agents
	systemd systemd-sysv dbus iproute2 iputils-arping iputils-ping kmod procps nftables conntrack
	tcpdump strace diffutils python3 attr acl nsd libc-ares2 libjansson4 libmnl0"

# One line for each mail server.
declare -A ROOT_MTA=(
	[postfix]="postfix postfix-lmdb postfix-pcre postfix-cdb libsasl2-modules sasl2-bin openssl"
	[exim]="exim4-base exim4-config exim4-daemon-light"
	[opensmtpd]="opensmtpd"
	[sendmail]="sendmail-bin sendmail-cf m4"
)

# A node that has pacemaker may be a remote node in a scene. The two packages exclude each other, so that
# only this program of the other is there.
ROOT_REMOTED=usr/sbin/pacemaker-remoted

# What would only cost time in a machine that lives for minutes.
ROOT_MASKED="apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
	e2scrub_reap.service fstrim.timer logd.service pcsd.service pcsd-ruby.service nsd.service
	systemd-resolved.service modprobe@.service"

root_suite() {
	# shellcheck source=/dev/null
	(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:?}")
}

# The machine's apt sources that speak of its own suite.
root_sources() {
	local f suite
	suite=$(root_suite) || return 1
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] && grep -Eq "^(deb .*|Suites:.*) ?$suite( |/|-|\$)" "$f" && printf '%s\n' "$f"
	done
}

# root_key WORD…
root_key() {
	local sources
	mapfile -t sources < <(root_sources)
	{
		printf '%s\n' "$@" "$(root_suite)" "$(dpkg --print-architecture)"
		cat "${sources[@]}" "$LAB_DIR/lib/root.sh"
	} | sha256sum | cut -c1-16
}

root_base_path() {
	printf '%s/base-%s\n' "$CACHE" "$(root_key "$ROOT_PACKAGES")"
}

# root_mta_path MTA
root_mta_path() {
	printf '%s/mta-%s-%s\n' "$CACHE" "$1" "$(root_key "$ROOT_PACKAGES" "${ROOT_MTA[$1]}")"
}

# root_lock: one builder or cleaner at a time, on descriptor 8; children of a killed builder keep
# it until they end. A cleaner removes the file: what we locked must still be there.
root_lock() {
	while :; do
		[ -d "$CACHE" ] || { mkdir -p "$CACHE" && chmod 0700 "$CACHE"; } || return 1
		exec 8>"$CACHE/lock" || return 1
		flock -n 8 || { say "waiting for another build of the root …"; flock 8; }
		[ "$CACHE/lock" -ef /proc/self/fd/8 ] && return 0
	done
}

root_command() {
	local mta=postfix
	[ "${1:-}" = --mta ] && mta=${2:?}
	root_ensure "$mta" && printf '%s\n%s\n' "$(root_base_path)" "$(root_mta_path "$mta")"
}

# root_ensure MTA…: build what is not there, and keep it as long as descriptor 6 is open, here or
# in a lab.
root_ensure() {
	local mta
	for mta in "$@"; do
		[ -n "${ROOT_MTA[$mta]:-}" ] || die "no mail server '$mta'; there is: ${!ROOT_MTA[*]}"
	done
	root_lock && root_build_base || return 1
	for mta in "$@"; do
		root_build_mta "$mta" || return 1
	done
	exec 6>"$CACHE/in-use" && flock -s 6 && exec 8>&-
}

root_build_base() {
	local root sources
	root=$(root_base_path)
	[ -d "$root" ] && return 0
	root_prune
	mapfile -t sources < <(root_sources)
	[ ${#sources[@]} -gt 0 ] || die "no apt source of this machine speaks of $(root_suite)"
	root_fetch_words
	patiently "building the Debian root (about a minute, once)" "$CACHE/build.log" \
		unshare -m -p -f --kill-child --mount-proc --propagation private \
		mmdebstrap --mode=root --variant=minbase --include="${ROOT_PACKAGES//[[:space:]]/ }" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' "${ROOT_APT_OPTIONS[@]}" \
		"$(root_suite)" "$root.new" "${sources[@]}" || return 1
	patiently "finishing the root" "$CACHE/build.log" root_apart root_finish_base "$root.new" || return 1
	mv -T "$root.new" "$root"
}

# The machine's own way to the archive (proxies, time-outs), as options for mmdebstrap.
root_fetch_words() {
	ROOT_APT_OPTIONS=()
	local line
	while IFS= read -r line; do
		ROOT_APT_OPTIONS+=(--aptopt="$line")
	done < <(apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Queue-Mode|Force)[:": ]')
}

# root_apart FUNCTION ARG…: run a function of ours in namespaces that vanish.
root_apart() {
	unshare -m -p -f --kill-child --propagation private "$BASH" "$LAB_DIR/lab" --call "$@"
}

root_finish_base() {
	local R=$1 unit
	mount -t proc proc "$R/proc" || return 1
	for unit in $ROOT_MASKED; do
		ln -sf /dev/null "$R/etc/systemd/system/$unit"
	done
	rm -f "$R"/etc/machine-id "$R"/var/lib/dbus/machine-id "$R"/etc/hostname "$R"/etc/resolv.conf
	: >"$R/etc/machine-id"
	# As after `pcs cluster enable`.
	chroot "$R" systemctl -q enable corosync pacemaker || return 1
	root_seed_cib "$R"
}

# A CIB whose first election does not wait for nodes that never come.
root_seed_cib() {
	local R=$1 seed=/usr/share/mta-stack-lab/cib.xml
	mkdir -p "$R/usr/share/mta-stack-lab"
	chroot "$R" sh -ec "
		cibadmin --empty | sed 's/ *<cib /<cib /' >$seed
		pcs -f $seed property set stonith-enabled=false dc-deadtime=2s
		CIB_file=$seed cibadmin --query >/dev/null
		rm -f $seed.sig"
}

# root_build_mta MTA: the overlay with that mail server.
root_build_mta() {
	local mta=$1 layer
	layer=$(root_mta_path "$mta")
	[ -d "$layer" ] && return 0
	root_prune
	mkdir -p "$layer.new/upper" "$layer.new/work" "$layer.new/root" || return 1
	patiently "adding $mta to the root" "$CACHE/build.log" \
		root_apart root_fill_mta "$(root_base_path)" "$layer.new" "${ROOT_MTA[$mta]}" || return 1
	mv -T "$layer.new/upper" "$layer" && rm -rf "$layer.new"
}

# root_fill_mta BASE DIR PACKAGES: in a private namespace; apt sees the machine's configuration.
root_fill_mta() {
	local base=$1 dir=$2 packages=$3 R=$2/root path
	root_overlay "$base" "$dir/upper" "$dir/work" "$R" || return 1
	mount -t proc proc "$R/proc" || return 1
	for path in /var/lib/apt/lists /var/cache/apt /run /tmp; do
		mount -t tmpfs -o mode=1777 tmpfs "$R$path" || return 1
	done
	for path in /etc/apt /usr/share/keyrings; do
		[ -d "$path" ] && [ -d "$R$path" ] || continue
		mount --bind "$path" "$R$path" && mount -o remount,bind,ro "$R$path" || return 1
	done
	: >"$R/etc/resolv.conf"
	: >"$R/etc/hosts"
	cat /etc/resolv.conf >"$R/etc/resolv.conf" 2>/dev/null
	cat /etc/hosts >"$R/etc/hosts"
	cp /etc/ssl/certs/ca-certificates.crt "$R/run/ca.crt" 2>/dev/null
	printf '#!/bin/sh\nexit 101\n' >"$R/usr/sbin/policy-rc.d"
	chmod 755 "$R/usr/sbin/policy-rc.d"
	echo 'postfix postfix/main_mailer_type select Local only' | chroot "$R" debconf-set-selections
	# shellcheck disable=SC2086 # a list of packages
	DEBIAN_FRONTEND=noninteractive chroot "$R" sh -ec '
		ca=
		! [ -e /run/ca.crt ] || ca=-oAcquire::https::CAInfo=/run/ca.crt
		apt-get -q $ca update
		apt-get -q -y $ca --no-install-recommends install "$@"
		cd /tmp
		apt-get -q $ca download pacemaker-remote
		dpkg-deb --fsys-tarfile pacemaker-remote_*.deb | tar -x -C / ./'"$ROOT_REMOTED"'' sh $packages || return 1
	rm -f "$R/usr/sbin/policy-rc.d" "$R/etc/resolv.conf" "$R/etc/hosts"
	rm -f "$R"/etc/systemd/system/multi-user.target.wants/{postfix,exim4,opensmtpd,sendmail}.service
}

# root_overlay LOWER UPPER WORK TARGET
root_overlay() {
	mount -t overlay overlay \
		-o "lowerdir=$1,upperdir=$2,workdir=$3,redirect_dir=off,metacopy=off,index=off" "$4"
}

# Remove what an interrupted build left, and roots of other keys that no lab uses.
root_prune() {
	local d base
	rm -rf "$CACHE"/*.new
	base=$(root_base_path)
	exec 7>"$CACHE/in-use"
	if flock -n -x 7; then
		for d in "$CACHE"/base-* "$CACHE"/mta-*; do
			[ "$d" = "$base" ] || root_is_current_mta "$d" || rm -rf "$d"
		done
	fi
	exec 7>&-
}

root_is_current_mta() {
	local mta
	for mta in "${!ROOT_MTA[@]}"; do
		[ "$1" = "$(root_mta_path "$mta")" ] && return 0
	done
	return 1
}

clean_command() {
	local id
	for id in $(life_ids); do
		life_is_alive "$id" || life_down "$id"
	done
	if [ -d "$CACHE" ]; then
		root_lock && exec 7>"$CACHE/in-use" || return 1
		flock -n -x 7 || die "a lab still uses the root: $(life_ids | tr '\n' ' ')(lab down first)"
		rm -rf "$CACHE"/base-* "$CACHE"/mta-* "$CACHE"/*.new
		rm -f "$CACHE/in-use" "$CACHE/build.log" "$CACHE/lock"
		rmdir "$CACHE" 2>/dev/null
	fi
	rmdir "$RUN" 2>/dev/null
	return 0
}
