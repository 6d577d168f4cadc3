#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run: what a hostile user may try, and what it gains: nothing. Each line of the threat model in HACKING.md
# names its tests here; a line without one, or with one that is not here, is a failure.
#
#   tests/threat/run.sh BUILDDIR [TEST…]
#
# All of it happens in network and mount namespaces of its own, which end with the test. The hostile user
# is nobody. Speaks TAP. Needs root and Python.

set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILDDIR [TEST…]}" && pwd) || exit 2
shift
if [ "${1:-}" != --inside ]; then
	exec unshare --net --mount --pid --fork --mount-proc --propagation private "$0" "$build" --inside "$@"
fi
shift

n=0 bad=0
ok() { n=$((n + 1)) && printf 'ok %d - %s: %s\n' "$n" "$name" "$1"; }
not_ok() {
	n=$((n + 1)) bad=$((bad + 1))
	printf 'not ok %d - %s: %s\n' "$n" "$name" "$1"
	printf '    %s\n' "${2//$'\n'/$'\n'    }"
	printf '    repeat: tests/threat/run.sh %s %s\n' "$build" "$name"
}
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $3"$'\n'"got:    $2"; fi; }
has() { case $2 in *"$3"*) ok "$1" ;; *) not_ok "$1" "wanted: …$3…"$'\n'"got:    $2" ;; esac; }
lacks() { case $2 in *"$3"*) not_ok "$1" "$2" ;; *) ok "$1" ;; esac; }

work=$(mktemp -d /tmp/mta-stack-threat.XXXXXX) || exit 2
server='' fake=''
finish() {
	[ -z "$server" ] || kill "$server"
	[ -z "$fake" ] || kill "$fake"
	wait
	rm -rf "$work"
} 2>/dev/null
trap finish EXIT
chmod 755 "$work"
ip link set lo up
ip addr add 192.0.2.10/32 dev lo

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }

# --- a configuration that root owns, with a password in it ------------------------------------

begin() {
	rm -rf "${work:?}"/*
	mkdir -p "$work/etc" "$work/queue/pid" "$work/daemons"
	cat >"$work/etc/main.cf" <<-END
		queue_directory = $work/queue
		daemon_directory = $work/daemons
		relayhost = [198.51.100.7]:25
		transport_maps = texthash:$work/etc/transport
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = texthash:$work/etc/passwords
	END
	printf 'smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\n' >"$work/etc/master.cf"
	printf 'example.org smtp:[198.51.100.8]\n' >"$work/etc/transport"
	printf '[198.51.100.7]:25 user:hunter2\n' >"$work/etc/passwords"
	chmod 600 "$work/etc/passwords"
	printf '198.51.100.7 gw.example.net\n198.51.100.8 gx.example.net\n' >"$work/names"
	printf 'root only\n' >"$work/victim"
	chmod 600 "$work/victim"
}

# run COMMAND [OPTION…]: sets rc, out, err.
run() {
	local command=$1
	shift
	"$build/mta-stack" "$command" --mta postfix --vip 192.0.2.10 --resource mail --config "$work/etc" \
		--names "$work/names" --state-dir "$work/state" --deadline 10 "$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
	out=$(<"$work/out") err=$(<"$work/err")
}

refused() {
	is "$1" "$((rc != 0)) $(wc -l <"$work/err")" "1 1"
	has "in these words" "$err" "$2"
	is "nothing was rewritten" "$(grep -c gw.example.net "$work/etc/main.cf")" 0
}

victim() { is "what it wanted to reach is untouched" "$(cat "$work/victim") $(stat -c %a "$work/victim")" "root only 600"; }

# --- planting -----------------------------------------------------------------------------------

threat_open_directory() {
	chmod 1777 "$work/etc"
	run apply --offline
	refused "a directory that everybody may write is refused" "everybody may write to its directory"
}

threat_symlink() {
	ln -s "$work/victim" "$work/etc/main.cf.tmp"
	run apply --offline
	refused "a link in the place of the lock file is not followed" "main.cf.tmp"
	victim
}

threat_hard_link() {
	ln "$work/etc/main.cf" "$work/second"
	run apply --offline
	refused "a file with a second name is refused" "it has a second name (hard link)"
	begin
	ln "$work/victim" "$work/etc/main.cf.tmp"
	run apply --offline
	is "a hard link in the place of the lock file is given up, not written to" "$rc" 0
	victim
}

threat_fifo() {
	local start=$SECONDS
	rm "$work/etc/transport"
	mkfifo "$work/etc/transport"
	run apply --offline
	is "a FIFO in the place of a table stops nobody" "$((SECONDS - start < 9))" 1
	has "it is told" "$out" "transport"
	begin
	mkfifo "$work/etc/main.cf.tmp"
	run apply --offline
	is "nor one in the place of the lock file" "$((SECONDS - start < 18))" 1
	is "which is given up" "$rc" 0
}

threat_temporary_name() {
	# Whoever can list the directory sees a name that is there already, or one he cannot guess.
	strace -f -qq -e trace=openat -o "$work/trace" "$build/mta-stack" apply --mta postfix --vip 192.0.2.10 \
		--resource mail --config "$work/etc" --names "$work/names" --state-dir "$work/state" --offline \
		>/dev/null 2>&1
	is "two temporary files have two names" "$(grep -o '\.[a-z]*\.mta-stack\.[A-Za-z0-9]*' "$work/trace" |
		sed 's/.*\.//' | sort -u | wc -l)" 2
	is "each made with O_EXCL and O_NOFOLLOW" "$(grep '\.mta-stack\.' "$work/trace" | grep O_CREAT |
		grep -vc 'O_EXCL.*O_NOFOLLOW')" 0
	is "and 0600" "$(grep '\.mta-stack\.' "$work/trace" | grep O_CREAT | grep -vc ', 0600)')" 0
}

threat_copy_directory() {
	mkdir -m 1777 "$work/tmp"
	mkdir "$work/elsewhere"
	as_nobody ln -s "$work/elsewhere" "$work/tmp/mta-stack"
	run apply --offline --config-mode copy --copy-dir "$work/tmp/mta-stack"
	refused "a link on the way to the copy is not followed" "cannot make the copy"
	is "nothing is where it leads" "$(ls -A "$work/elsewhere")" ""
	is "and nothing is applied" "$(run check; echo $rc)" 7
}

threat_copy_links() {
	run apply --offline --config-mode copy --copy-dir "$work/run"
	is "a copy is made" "$rc" 0
	ln -sfn "$work/victim" "$work/run/mail$work/etc/master.cf"
	mkdir "$work/keep"
	printf 'k\n' >"$work/keep/file"
	ln -s "$work/keep" "$work/run/mail/keep"
	run restore
	is "a restore removes links in it, not what they lead to" "$(ls -A "$work/run") $(cat "$work/keep/file")" " k"
	victim
}

# --- reading --------------------------------------------------------------------------------------

threat_state_modes() {
	(umask 000 && run apply --offline && exit "$rc")
	is "applied with umask 0" $? 0
	is "nobody but root may enter or read anything" \
		"$(find "$work/state" \( -perm /077 -o ! -user root \) -print)" ""
	is "nor see that it is there" "$(as_nobody ls "$work/state/mail" 2>&1 | grep -c 'Permission denied')" 1
	printf 'more = 1\n' >>"$work/etc/main.cf"
	sed -i s/gw.example.net/night.example.net/ "$work/etc/main.cf" "$work/etc/passwords"
	(umask 000 && run restore)
	is "what could not be put back neither" "$(find "$work/state" \( -perm /077 -o ! -user root \) -print)" ""
	is "a password file that was rewritten keeps its mode" "$(stat -c %a "$work/etc/passwords")" 600
}

threat_state_directory() {
	mkdir "$work/state"
	chown 65534 "$work/state"
	run apply --offline
	refused "a state directory that is somebody else's is refused" "$work/state"
	rm -r "$work/state"
	mkdir "$work/state" "$work/theirs"
	chmod 700 "$work/state"
	chown 65534 "$work/theirs"
	ln -s "$work/theirs" "$work/state/mail"
	run apply --offline
	refused "a link in the place of an instance is not followed" "mail"
	is "nothing is where it leads" "$(ls -A "$work/theirs")" ""
}

threat_secrets() {
	local command all=
	for command in plan apply check probe restore; do
		run "$command" --offline --output-as=json
		all+=$out$err
		run "$command" --offline
		all+=$out$err
	done
	lacks "no command prints a password" "$all" hunter2
	has "though the file has been rewritten" "$all" passwords
	begin
	strace -f -qq -s 4096 -e trace=execve,sendto,sendmsg,connect -o "$work/trace" "$build/mta-stack" apply \
		--mta postfix --vip 192.0.2.10 --resource mail --config "$work/etc" --names "$work/names" \
		--state-dir "$work/state" --offline >/dev/null 2>&1
	is "none is in a child's arguments, or sent to a log" "$(grep -c hunter2 "$work/trace")" 0
	is "though it has been read" "$(grep -c 'gw.example.net.*hunter2' "$work/etc/passwords")" 1
	sed -i 's/gw.example.net\(.*\)hunter2/night.example.net\1hunter3/' "$work/etc/passwords"
	run restore
	lacks "nor is what overlaps an edit" "$out$err" hunter
}

threat_environment() {
	mkdir "$work/bin"
	printf '#!/bin/sh\ntouch %s/ran\n' "$work" | tee "$work/bin/diff" >"$work/bin/postconf"
	chmod 755 "$work/bin/"*
	PATH=$work/bin:$PATH LD_PRELOAD=$work/none.so run apply --offline
	printf 'x = y\n' >>"$work/etc/main.cf"
	PATH=$work/bin:$PATH run restore
	is "the caller's PATH decides about no program" "$([ -e "$work/ran" ] && echo "it ran")" ""
}

# --- processes ------------------------------------------------------------------------------------

threat_fake_mta() {
	cp /bin/sleep "$work/daemons/master"
	cp /bin/sleep "$work/master"
	chmod 755 "$work/master"
	as_nobody "$work/master" 600 &
	fake=$!
	printf '%13d\n' "$fake" >"$work/queue/pid/master.pid"
	run apply --offline
	run service status
	has "a process of that name is not the mail server: another program" "$rc $err" "7 "
	run service stop --ours
	is "so it is not stopped" "$rc $(kill -0 "$fake" && echo alive)" "0 alive"
	kill "$fake"
	wait "$fake" 2>/dev/null
	as_nobody "$work/daemons/master" 600 &
	fake=$!
	printf '%13d\n' "$fake" >"$work/queue/pid/master.pid"
	run service status
	has "nor is the right program that holds no lock on the pid file" "$rc $err" "7 "
	run service stop --ours
	is "it is not stopped either" "$rc $(kill -0 "$fake" && echo alive)" "0 alive"
	kill "$fake"
	wait "$fake" 2>/dev/null
	fake=''
	printf '1\n' >"$work/queue/pid/master.pid"
	run service stop --ours
	is "nor is process 1, or this test" "$rc" 0
}

# --- names ----------------------------------------------------------------------------------------

dns() {
	: >"$work/names"
	printf '%s\n' "$@" >"$work/zone"
	if [ -z "$server" ]; then
		printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$work.resolv"
		touch "$work.resolv" && mount --bind "$work.resolv" /etc/resolv.conf && rm "$work.resolv"
		coproc SERVER { exec python3 "$here/dns.py" "$work/zone"; }
		server=$SERVER_PID
		read -r -t 10 _ <&"${SERVER[0]}" || { echo "Bail out! no name server"; exit 1; }
	fi
	printf 'relayhost = [198.51.100.8]:25\nqueue_directory = %s\n' "$work/queue" >"$work/etc/main.cf"
}

threat_ptr_liar() {
	dns '8.100.51.198.in-addr.arpa PTR evil.example' 'evil.example A 203.0.113.66'
	run plan
	lacks "a name that leads elsewhere is not used" "$(grep '^[-+]' <<<"$out")" evil.example
	dns '8.100.51.198.in-addr.arpa PTR evil.example' 'evil.example A 198.51.100.8' 'evil.example A 203.0.113.66'
	run plan
	lacks "nor one that leads there and elsewhere" "$(grep '^[-+]' <<<"$out")" evil.example
	dns '8.100.51.198.in-addr.arpa PTR evil.example' 'evil.example A 198.51.100.8' \
		'8.100.51.198.in-addr.arpa PTR two.example' 'two.example A 198.51.100.8'
	run plan
	lacks "nor one of two" "$(grep '^[-+]' <<<"$out")" evil.example
	dns '8.100.51.198.in-addr.arpa PTR evil.example' 'evil.example A 198.51.100.8' 'evil.example A 192.0.2.10'
	run plan
	lacks "nor one that leads to ourselves" "$(grep '^[-+]' <<<"$out")" evil.example
	dns '8.100.51.198.in-addr.arpa PTR good.example' 'good.example A 198.51.100.8'
	run plan
	has "one that is confirmed is used: so these tests can tell" "$out" "[good.example]:25"
}

threat_credentials() {
	dns '8.100.51.198.in-addr.arpa PTR good.example' 'good.example A 198.51.100.8'
	cat >>"$work/etc/main.cf" <<-END
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = texthash:$work/etc/passwords
	END
	printf '[198.51.100.8]:25 user:hunter2\n' >"$work/etc/passwords"
	run plan
	lacks "a remote with a password is not renamed by DNS alone" "$(grep '^[-+]' <<<"$out")" good.example
	printf '198.51.100.8 good.example\n' >"$work/names"
	run plan
	has "but if it is pinned" "$out" "[good.example]:25"
}

threat_forged_answers() {
	dns 'forge 8.100.51.198.in-addr.arpa PTR evil.example' '8.100.51.198.in-addr.arpa PTR good.example' \
		'evil.example A 198.51.100.8' 'forge good.example A 203.0.113.66' 'good.example A 198.51.100.8'
	run plan
	lacks "an answer with another id or from elsewhere is none" "$(grep '^[-+]' <<<"$out")" evil.example
	has "the true one counts" "$out" "[good.example]:25"
	dns 'good.example A 203.0.113.66'
	printf '198.51.100.8 good.example\n' >"$work/names"
	run plan
	lacks "a pinned name that DNS leads elsewhere is not used" "$(grep '^[-+]' <<<"$out")" good.example
}

threat_odd_names() {
	# shellcheck disable=SC2016 # nobody expands it
	dns '8.100.51.198.in-addr.arpa PTR $(touch${IFS}x).example' \
		'8.100.51.198.in-addr.arpa PTR a]:25,[203.0.113.66.example'
	run plan
	is "what is no host name never gets into a configuration" \
		"$(grep '^[-+]' <<<"$out" | grep -c -e touch -e 203.0.113.66)" 0
}

# --- all of them ----------------------------------------------------------------------------------

all=$(declare -F | sed -n 's/^declare -f threat_//p')
mapfile -t wanted <<<"$all"
[ $# -eq 0 ] || wanted=("$@")
for name in "${wanted[@]}"; do
	begin
	"threat_$name"
done

# The table in HACKING.md: `who | what | why | tests`, names in backquotes.
if [ $# -eq 0 ]; then
	name='threat model'
	# shellcheck disable=SC2016 # backquotes of Markdown
	while IFS='|' read -r _ who what _ tests _; do
		is "a test for:$what(${who# })" "$(grep -c '`' <<<"$tests")" 1
		for t in $(grep -o '`[a-z_]*`' <<<"$tests" | tr -d '`'); do
			is "the test $t is there" "$(grep -cx "$t" <<<"$all")" 1
		done
	done < <(sed -n '/^## Threat model/,/^## /p' "$here/../../HACKING.md" | grep '^| a \|^| who ' | grep -v '^| who | what')
	for t in $all; do
		is "$t stands in it" "$(sed -n '/^## Threat model/,/^## /p' "$here/../../HACKING.md" | grep -c "\`$t\`")" 1
	done
fi
echo "1..$n"
[ "$bad" -eq 0 ]
