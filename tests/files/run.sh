#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: mta-stack on real files, mounts and disks: what is in force, what another node brought, what a
# full or read-only disk does, and that a copy leaves the original as it is.
#
#   tests/files/run.sh BUILDDIR [TEST…]
#
# In network and mount namespaces of its own, which end with the test. Speaks TAP. Needs root.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR [TEST…]}" && pwd) || exit 2
shift
if [ "${1:-}" != --inside ]; then
	exec unshare --net --mount --propagation private "$here/run.sh" "$build" --inside "$@"
fi
shift

n=0 bad=0
ok() { n=$((n + 1)) && printf 'ok %d - %s: %s\n' "$n" "$name" "$1"; }
not_ok() {
	n=$((n + 1)) bad=$((bad + 1))
	printf 'not ok %d - %s: %s\n    %s\n' "$n" "$name" "$1" "${2//$'\n'/$'\n'    }"
	printf '    repeat: tests/files/run.sh %s %s\n' "$build" "$name"
}
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $3"$'\n'"got:    $2"; fi; }
has() { case $2 in *"$3"*) ok "$1" ;; *) not_ok "$1" "wanted: …$3…"$'\n'"got:    $2" ;; esac; }

work=$(mktemp -d /tmp/mta-stack-files.XXXXXX) || exit 2
chmod 755 "$work"
trap 'umount -R "$work"/*/ 2>/dev/null; rm -rf "$work"' EXIT
ip link set lo up
ip addr add 192.0.2.10/32 dev lo

begin() {
	umount "$work"/*/ 2>/dev/null
	rm -rf "${work:?}"/*
	mkdir -p "$work/etc" "$work/queue/pid"
	cat >"$work/etc/main.cf" <<-END
		queue_directory = $work/queue
		relayhost = [198.51.100.7]:25
		transport_maps = texthash:$work/etc/transport
	END
	printf 'smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\nrelay unix - - y - - smtp\n' >"$work/etc/master.cf"
	printf 'example.org smtp:[198.51.100.8]\n' >"$work/etc/transport"
	printf '198.51.100.7 gw.example.net\n198.51.100.8 gx.example.net\n' >"$work/names"
	cp -a "$work/etc" "$work/before"
	mode=in-place state=$work/state
}

# run COMMAND [OPTION…]: sets rc, err.
run() {
	local command=$1
	shift
	"$build/mta-stack" "$command" --mta postfix --vip 192.0.2.10 --resource mail --config "$work/etc" \
		--names "$work/names" --state-dir "$state" --copy-dir "$work/run" --config-mode "$mode" --offline \
		--service external --deadline 20 "$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
	err=$(<"$work/err")
}

applied() {
	run apply
	is "applied ($mode)" "$rc" 0
}

# All that can be told of the admin's files.
fingerprint() {
	(cd "$work/etc" && find . ! -name '*.tmp' -printf '%P %y %m %U:%G %s %T@ %C@ %i %n %l\n' | sort && sha256sum main.cf master.cf transport)
}

unchanged() { is "$1" "$(diff -r "$work/before" "$work/etc" 2>&1)" ""; }
one_line() { is "one line tells it" "$((rc != 0)) $(wc -l <"$work/err")" "1 1"; }

# --- what is in force ---------------------------------------------------------------------------

# beaten WHAT FILE TEXT: our lines are all there, but another counts.
beaten() {
	local live=$work/etc
	begin
	mode=$4
	applied
	[ "$mode" = in-place ] || live=$work/run/mail$work/etc
	run monitor
	is "monitor is content" "$rc" 0
	[ -L "$live/$2" ] && cp --remove-destination "$work/etc/$2" "$live/$2"
	printf '%b' "$3" >>"$live/$2"
	is "our lines stand" "$(grep -c '^smtp_bind_address = 192.0.2.10$' "$live/main.cf")" 1
	run monitor
	is "failed: $1 ($mode)" "$rc" 1
	has "and says so" "$err" "no longer keeps mail on the VIP"
}

files_in_force() {
	beaten "a later bind" main.cf 'smtp_bind_address = 192.0.2.99\n' in-place
	beaten "a later bind" main.cf 'smtp_bind_address = 192.0.2.99\n' copy
	beaten "the other family opened" main.cf 'smtp_bind_address6 =\n' in-place
	beaten "no enforcing any more" main.cf 'smtp_bind_address_enforce = no\n' in-place
	begin
	printf 'old unix - - y - - smtp\n' >>"$work/etc/master.cf"
	printf '  -o smtp_bind_address=192.0.2.98\n' >>"$work/etc/master.cf"
	applied
	is "an override is edited where it stands" "$(grep -c -- '-o smtp_bind_address=192.0.2.10$' "$work/etc/master.cf")" 1
	printf 'relay unix - - y - - smtp\n  -o smtp_bind_address=192.0.2.99\n' >>"$work/etc/master.cf"
	run monitor
	is "failed: a service of master.cf that binds otherwise" "$rc" 1
	has "and says so" "$err" "no longer keeps mail on the VIP"
}

files_harmless() {
	applied
	printf 'biff = no\n' >>"$work/etc/main.cf"
	printf 'extra unix - - y - - smtp\n' >>"$work/etc/master.cf"
	run monitor
	is "other edits are drift" "$rc" 190
	run monitor --drift fail
	is "or failed, if that is wanted" "$rc" 1
	run restore
	is "and stay" "$rc $(diff "$work/before/main.cf" "$work/etc/main.cf" | grep -c '^[<>]')" "0 1"
}

# Written into our files, not put in their place: they keep what else is on them.
files_reverted() {
	applied
	has "our mark is on it" "$(getfattr -d "$work/etc/main.cf" "$work/etc/transport" 2>/dev/null)" mta-stack
	cat "$work/before/transport" >"$work/etc/transport"
	cat "$work/before/main.cf" >"$work/etc/main.cf"
	run restore
	is "there is nothing to put back" "$rc" 0
	unchanged "and nothing is"
	is "our mark is gone" "$(getfattr -d "$work/etc/main.cf" "$work/etc/transport" 2>/dev/null)" ""
}

# --- brought from another node --------------------------------------------------------------------

# As csync2, plain rsync and scp do it: bytes and dates, no attributes.
files_brought() {
	local before
	applied
	is "the mark is in each rewritten file" "$(grep -lc '^# mta-stack wrote this' "$work"/etc/* | wc -l)" 2
	cp "$work/etc/main.cf" "$work/main.cf"
	cp "$work/etc/transport" "$work/transport"
	run restore
	unchanged "on the node that wrote it, it goes with the rest"
	# The other node has a state of its own: none.
	state=$work/state2
	cat "$work/main.cf" >"$work/etc/main.cf"
	before=$(fingerprint)
	run apply
	is "refused" "$rc" 5
	one_line
	has "with the reason and the cure" "$err" "was rewritten by mta-stack (resource mail) and brought here"
	has "the cure" "$err" "put the admin's version in its place"
	is "nothing has changed" "$(fingerprint)" "$before"
	is "and nothing is saved as an original" "$(find "$state" -name '*.original' 2>/dev/null | wc -l)" 0
	run plan
	is "plan says the same" "$rc" 5
	run monitor
	is "a probe says not applied" "$rc" 7
	run restore
	is "a restore has nothing to do" "$rc $(fingerprint)" "0 $before"
	mode=copy
	run apply
	is "nor is it copied" "$rc $(ls "$work/run" 2>/dev/null)" "5 "
	mode=in-place
	cp "$work/before/main.cf" "$work/etc/main.cf"
	cat "$work/transport" >"$work/etc/transport"
	run apply
	is "a table alone is recognised, too" "$rc" 5
	has "by its name" "$err" "$work/etc/transport: it was rewritten"
}

# --- copies -----------------------------------------------------------------------------------------

files_copy_untouched() {
	local before
	mode=copy
	before=$(fingerprint)
	for _ in 1 2; do
		applied
		is "not a byte, date, inode or change of status" "$(fingerprint)" "$before"
		run check
		is "in sync" "$rc" 0
		run monitor
		is "monitor is content" "$rc" 0
	done
	run restore
	is "restored" "$rc $(fingerprint)" "0 $before"
	is "nothing of it is left" "$(ls -A "$work/run")" ""
	applied
	printf '198.51.100.7 other.example.net\n198.51.100.8 gx.example.net\n' >"$work/names"
	mode=in-place
	run apply --names-only
	is "a timer that does not know of the copy refreshes it" "$rc $(fingerprint)" "0 $before"
	is "and nothing else" "$(grep -c other.example.net "$work/run/mail$work/etc/main.cf")" 1
	run restore
	mode=copy
	mount --bind "$work/etc" "$work/etc"
	mount -o remount,ro,bind "$work/etc"
	applied
	is "also from a read-only mount" "$(fingerprint)" "$before"
	run restore
	is "and back" "$rc $(ls -A "$work/run")" "0 "
}

files_modes_change() {
	applied
	mode=copy
	applied
	unchanged "from in place to a copy: the files are the admin's again"
	mode=in-place
	applied
	is "and back: the copy is gone" "$(ls -A "$work/run")" ""
	run restore
	unchanged "then restored"
}

# --- disks ------------------------------------------------------------------------------------------

files_full() {
	mkdir "$state"
	mount -t tmpfs -o size=12k,mode=700 tmpfs "$state"
	head -c 200000 /dev/zero | tr '\0' '#' >>"$work/etc/transport"
	printf '\n' >>"$work/etc/transport"
	cp "$work/etc/transport" "$work/before/transport"
	run apply
	one_line
	has "why" "$err" "No space left on device"
	unchanged "a full disk for the state: nothing has changed"
	umount "$state"
	applied
	run restore
	is "with room it works" "$rc" 0
	unchanged "restored"
}

# A configuration that moves to another node, without the state.
files_other_mount() {
	local before
	mount -t tmpfs -o mode=755 tmpfs "$work/etc"
	cp -a "$work/before/." "$work/etc"
	before=$(fingerprint)
	run apply
	is "a configuration on a mount of its own: refused" "$rc" 6
	one_line
	has "with the line to add" "$err" "on a mount of its own"
	has "the line" "$err" "; add state_dir=$work/etc/.mta-stack"
	is "nothing has changed" "$(fingerprint)" "$before"
	state=$work/etc/.mta-stack
	applied
	run restore
	is "and with it restored" "$rc" 0
	rm -rf "$state"
	unchanged "as before"
}

files_read_only() {
	mount --bind "$work/etc" "$work/etc"
	mount -o remount,ro,bind "$work/etc"
	run apply
	one_line
	has "why" "$err" "Read-only file system"
	unchanged "a read-only configuration: nothing has changed"
	run check
	is "and nothing is applied" "$rc" 7
	mount -o remount,rw,bind "$work/etc"
	applied
	mount -o remount,ro,bind "$work/etc"
	run restore
	one_line
	has "why" "$err" "Read-only file system"
	is "it is still applied" "$(run check; echo $rc)" 0
	mount -o remount,rw,bind "$work/etc"
	run restore
	is "writable again, it works" "$rc" 0
	unchanged "restored"
}

files_no_descriptors() {
	run apply
	run restore
	(ulimit -n 5 && run apply && exit "$rc")
	rc=$? err=$(<"$work/err")
	one_line
	has "why" "$err" "Too many open files"
	unchanged "no descriptors: nothing has changed"
	applied
	(ulimit -n 5 && run restore && exit "$rc")
	rc=$? err=$(<"$work/err")
	one_line
	has "why" "$err" "Too many open files"
	run restore
	unchanged "with descriptors it works"
}

# --- all of them ------------------------------------------------------------------------------------

mapfile -t wanted < <(declare -F | sed -n 's/^declare -f files_//p')
[ $# -eq 0 ] || wanted=("$@")
for name in "${wanted[@]}"; do
	begin
	"files_$name"
done
echo "1..$n"
[ "$bad" -eq 0 ]
