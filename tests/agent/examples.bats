# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Real pcs and Pacemaker accept the metadata and the examples, without --force.

load helper

setup_file() {
	local root
	for root in "${MTA_STACK_CACHE:-/var/cache/mta-stack-lab}"/base-*; do
		case $root in
		*.new) ;;
		*) [ ! -x "$root/usr/sbin/pcs" ] || export LAB_ROOT=$root ;;
		esac
	done
	ROOT=$(mktemp -d /tmp/mta-stack-agent.XXXXXX)
	export ROOT
	[ -n "${LAB_ROOT:-}" ] && [ "$(id -u)" -eq 0 ] || return 0
	# No systemd answers in a chroot: only its own resources may be forced.
	cat >"$ROOT/all" <<-'END'
		set -eu
		mkdir /out /wrapped
		cat >/wrapped/pcs <<-'WRAP'
			#!/bin/sh
			case "$*" in *" systemd:"*) exec /usr/sbin/pcs "$@" --force 2>/dev/null ;; esac
			exec /usr/sbin/pcs "$@"
		WRAP
		chmod 755 /wrapped/pcs
		pcs resource describe ocf:mta:stack >/out/describe 2>&1
		crm_resource --show-metadata ocf:mta:stack >/out/metadata.xml 2>/out/metadata.err
		for example in /examples/*.pcs.sh; do
			name=${example##*/}
			name=${name%.pcs.sh}
			cibadmin --empty >/out/$name.xml
			pcs -f /out/$name.xml property set stonith-enabled=false
			PATH=/wrapped:$PATH CIB=/out/$name.xml "$example" >/out/$name.said 2>&1 ||
				echo "failed" >>/out/$name.said
			crm_verify -x /out/$name.xml >>/out/$name.said 2>&1 || echo "not valid" >>/out/$name.said
		done
		cd /out && tar cf - .
	END
	"$SRC/tests/agent/in-root" "$LAB_ROOT" "$BUILD" "$SRC" sh -c "$(cat "$ROOT/all")" |
		tar xf - -C "$ROOT"
}

teardown_file() { remove_root; }

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -n "${LAB_ROOT:-}" ] || skip "the lab's root is not built: tests/cluster/lab root"
}

# of EXAMPLE XPATH: values, sorted, one a line.
of() {
	xmllint --xpath "$2" "$ROOT/$1.xml" | sed -E 's/^ *[a-z-]+="(.*)"$/\1/' | sort
}

@test "Pacemaker gives the metadata without a complaint" {
	[ ! -s "$ROOT/metadata.err" ]
	grep -q '<resource-agent name="stack"' "$ROOT/metadata.xml"
}

@test "pcs resource describe tells every parameter, and warns of nothing" {
	local p
	run cat "$ROOT/describe"
	for p in mta config vip name names remote_names unnamed service drift state_dir; do
		grep -q "^  ${p}[ :]" <<<"$output"
	done
	grep -q '^  mta (required)' <<<"$output"
	run ! grep -qi warning "$ROOT/describe"
}

@test "pcs creates each example without --force, and Pacemaker finds it valid" {
	local name n=0
	for name in "$SRC"/examples/*.pcs.sh; do
		name=$(basename "$name" .pcs.sh)
		n=$((n + 1))
		# crm_verify has this to say of every cluster without nodes.
		run grep -vE 'Blind faith|lack of quorum' "$ROOT/$name.said"
		[ -z "$output" ] || { echo "$name: $output"; false; }
		[ "$(of "$name" '//primitive[@provider="mta"]/@type')" = stack ]
	done
	[ "$n" -ge 5 ]
}

@test "all monitors get into the CIB, with their depth and different intervals" {
	[ "$(of plain-group '//primitive[@type="stack"]//op[@name="monitor"]/@interval' | paste -sd ' ')" = "120s 30s 600s" ]
	[ "$(of plain-group '//primitive[@type="stack"]//op[@interval="120s"]//nvpair[@name="OCF_CHECK_LEVEL"]/@value')" = 10 ]
	[ "$(of plain-group '//primitive[@type="stack"]//op[@interval="600s"]//nvpair[@name="OCF_CHECK_LEVEL"]/@value')" = 20 ]
	[ "$(of plain-group 'count(//primitive[@type="stack"]//op[@interval="30s"]//nvpair)')" = 0 ]
}

@test "the crmsh form of an example says the same as the pcs form" {
	local file name id
	for file in "$SRC"/examples/*.crm.sh; do
		name=$(basename "$file" .crm.sh)
		# Logical lines: primitive ID TYPE params A=B …, group ID MEMBER…
		sed -e ':a' -e '/\\$/{N;s/ *\\\n[[:space:]]*/ /;ta' -e '}' "$file" >"$ROOT/lines"
		[ "$(sed -n 's/^group mail //p' "$ROOT/lines" | tr ' ' '\n')" = \
			"$(xmllint --xpath '//group[@id="mail"]/primitive/@id' "$ROOT/$name.xml" |
				sed -E 's/^ *id="(.*)"$/\1/')" ]
		for id in $(of "$name" '//primitive/@id'); do
			[ "$(sed -n "s/^primitive $id [^ ]* params //p" "$ROOT/lines" | sed 's/ op .*//' |
				grep -oE '[a-z_]+=("[^"]*"|[^ ]+)' | tr -d '"' | sort)" = \
				"$(paste -d = <(xmllint --xpath "//primitive[@id='$id']/instance_attributes/nvpair/@name" \
					"$ROOT/$name.xml" 2>/dev/null | cut -d'"' -f2) \
					<(xmllint --xpath "//primitive[@id='$id']/instance_attributes/nvpair/@value" \
						"$ROOT/$name.xml" 2>/dev/null | cut -d'"' -f2) | sort)" ] ||
				{ echo "$name: $id differs"; false; }
		done
	done
}
