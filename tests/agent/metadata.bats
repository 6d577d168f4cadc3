# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# meta-data, validate-all, usage, and what no action may do.

load helper

setup_file() {
	make_root
	env -i PATH=/bin:/usr/bin OCF_ROOT="$ROOT" "$AGENT" meta-data >"$ROOT/metadata.xml"
}
teardown_file() { remove_root; }
setup() { make_node; }

xpath() {
	xmllint --xpath "$1" "$ROOT/metadata.xml"
}

@test "meta-data works for nobody, with nothing installed and nothing in the environment" {
	local as=()
	if [ "$(id -u)" -eq 0 ]; then
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	fi
	mv "$ROOT/lib/heartbeat" "$ROOT/away-lib"
	mv "$ROOT/mta-stack" "$ROOT/away"
	run --separate-stderr "${as[@]}" env -i PATH=/bin:/usr/bin "$AGENT" meta-data
	mv "$ROOT/away-lib" "$ROOT/lib/heartbeat"
	mv "$ROOT/away" "$ROOT/mta-stack"
	ended 0
	uncomplaining
	[ "$output" = "$(cat "$ROOT/metadata.xml")" ]
}

@test "meta-data satisfies the OCF 1.1 schema of pcs" {
	run xmllint --noout --relaxng "$FROM/usr/share/pcs/data/ocf-1.1.rng" "$ROOT/metadata.xml"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[ "$(xpath 'string(/resource-agent/version)')" = 1.1 ]
	[ "$(xpath 'string(/resource-agent/@name)')" = stack ]
	[ -n "$(xpath 'string(/resource-agent/@version)')" ]
}

@test "nothing is left unsubstituted" {
	run ! grep -nE '@[A-Za-z_]+@' "$ROOT/metadata.xml" "$BUILD/stack" "$BUILD/mta-stack.sh"
	run ! grep -nE '[$`]' "$ROOT/metadata.xml"
}

@test "the OCF root that is built in is a root, not its resource.d" {
	grep -q 'OCF_ROOT:=/' "$BUILD/stack"
	run ! grep -E 'OCF_ROOT:=[^}]*resource\.d' "$BUILD/stack"
}

@test "elements stand in OCF's order" {
	local n got=
	for n in 1 2 3 4 5 6; do
		got+="$(xpath "name(/resource-agent/*[$n])") "
	done
	[ "$got" = "version longdesc shortdesc parameters actions  " ]
	n=$(xpath 'count(//parameter)')
	[ "$n" -gt 0 ]
	[ "$(xpath 'count(//parameter[longdesc[@lang="en"]][shortdesc[@lang="en"]][content/@type])')" = "$n" ]
	# Each select has options, and its default is one of them.
	[ "$(xpath 'count(//content[@type="select"][not(option)])')" = 0 ]
	[ "$(xpath 'count(//content[@default][option][not(option/@value=@default)])')" = 0 ]
}

@test "the defaults of the metadata are those that the agent uses" {
	local p want
	# shellcheck source=/dev/null
	. "$BUILD/mta-stack.sh"
	for p in $(xpath '//parameter[content/@default]/@name' | tr -d '"' | sed 's/ *name=//'); do
		want=OCF_RESKEY_${p}_default
		[ -n "${!want}" ] || explain "$p has a default that no code knows"
		[ "$(xpath "string(//parameter[@name='$p']/content/@default)")" = "${!want}" ]
		unset "OCF_RESKEY_$p"
	done
	mta_stack_defaults
	for p in $(compgen -v | grep -E '^OCF_RESKEY_.*_default$'); do
		p=${p#OCF_RESKEY_} p=${p%_default}
		want=OCF_RESKEY_$p
		[ "$(xpath "string(//parameter[@name='$p']/content/@default)")" = "${!want}" ] ||
			explain "$p: the metadata does not give the default ${!want}"
	done
}

@test "actions: exactly what works, each with a time-out in seconds, monitors that differ" {
	[ "$(xpath '//action/@name' | tr -d ' "' | sed 's/name=//' | sort -u | paste -sd ' ')" = \
		"meta-data monitor reload-agent start stop validate-all" ]
	[ "$(xpath 'count(//action)')" = "$(xpath '//action/@timeout' | grep -Ec '"[0-9]+s"')" ]
	[ "$(xpath '//action[@name="monitor"]/@depth' | tr -dc '0-9\n' | paste -sd ' ')" = "0 10 20" ]
	[ "$(xpath '//action[@name="monitor"]/@interval' | sort -u | grep -c .)" = 3 ]
}

@test "every advertised action is known to the agent" {
	local action
	answer monitor 0
	for action in $(xpath '//action/@name' | tr -d '"' | sed 's/ *name=//'); do
		agent "$action"
		ended 0
	done
}

@test "reloadable is what changes without a restart" {
	[ "$(xpath '//parameter[@reloadable="1"]/@name' | tr -d ' "' | sed 's/name=//' | sort |
		paste -sd ' ')" = "drift leak monitor_remotes name names remote_names" ]
}

@test "unique has its group, required is mta alone" {
	[ "$(xpath 'count(//parameter[(@unique="1") != boolean(@unique-group)])')" = 0 ]
	[ "$(xpath '//parameter[@required="1"]/@name' | tr -d ' "')" = "name=mta" ]
}

@test "validate-all: the level is passed on, and so is what mta-stack says" {
	agent validate-all
	ended 0
	[ "$(cat "$T/calls")" = "validate --level 0" ] || explain "level 0"
	with OCF_CHECK_LEVEL=10
	: >"$T/calls"
	agent validate-all
	[ "$(cat "$T/calls")" = "validate --level 10" ] || explain "level 10"
	answer validate 6 "cannot use mta=postfx: this version knows postfix"
	agent validate-all
	ended 6
	reason "cannot use mta=postfx: this version knows postfix"
}

@test "an unknown action is 3, with the usage" {
	local action
	for action in status promote notify frobnicate ""; do
		agent "$action"
		ended 3
		reason "cannot do '$action': no such action"
		complained '^usage: .*stack {start'
	done
	agent
	ended 3
	called
}

@test "usage says how, and is no error" {
	agent usage
	ended 0
	grep -q '^usage: .*stack {start|stop|monitor|reload-agent|validate-all|meta-data}' <<<"$output"
	uncomplaining
}

@test "extra arguments are ignored" {
	answer monitor 0
	agent monitor 10 --frobnicate
	ended 0
	[ "$(cat "$T/calls")" = "monitor --level 0" ] || explain "an argument leaked"
	agent meta-data extra
	ended 0
	agent validate-all extra
	ended 0
}

@test "sourcing the functions runs nothing and prints nothing" {
	run --separate-stderr env -i PATH=/nowhere /bin/sh -c ". $BUILD/mta-stack.sh; echo done"
	[ "$output" = "done" ] || explain "wanted no more than done"
	uncomplaining
}
