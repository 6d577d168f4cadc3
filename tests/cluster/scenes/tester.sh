# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: ocf-tester and crmsh take it
#
# Guarantees: of ocf-tester one line is changed, and that is shown: its DTD is the one of OCF 1.0, which
# knows neither <version>1.1</version> nor `reloadable`, so it refuses every agent of OCF 1.1. The copy
# holds the metadata against pcs's schema of OCF 1.1 in its place; all else is as it was packaged.

scene_tester() {
	ok "a VIP" create_vip
	ok "runs" lab wait-started mail-vip node1 || return
	tester_ocf
	tester_one_line
	tester_example
	is "nothing failed on the way" "$(failures)" ""
}

tester_ocf() {
	local said
	ok "a resource that the CIB knows, since the agent asks it, and that Pacemaker lets alone" \
		create_mta vip=mail-vip --disabled
	ok "has been probed" on node1 crm_resource --wait --timeout 30
	ok "a copy of ocf-tester with a schema of OCF 1.1" on node1 sh -ec '
		sed "s|^METADATA_LINT=.*|METADATA_LINT=\"python3 /root/metadata-lint\"|" \
			/usr/sbin/ocf-tester >/root/ocf-tester
		cat >/root/metadata-lint <<-END
			import sys
			from lxml import etree
			schema = etree.RelaxNG(file="/usr/share/pcs/data/ocf-1.1.rng")
			schema.assertValid(etree.parse(sys.stdin.buffer))
		END'
	is "it differs in that line alone" \
		"$(on node1 diff /usr/sbin/ocf-tester /root/ocf-tester | grep '^[<>]')" \
		'< METADATA_LINT="xmllint --noout --valid -"
> METADATA_LINT="python3 /root/metadata-lint"'
	said=$(on node1 timeout 240 sh /root/ocf-tester -n mail-mta -o mta="$MTA" -o vip=mail-vip \
		"$AGENT" 2>&1)
	is "ocf-tester says" "$(grep -v '(optional)$' <<<"$said")" "Beginning tests for $AGENT...
$AGENT passed all tests"
	is "no mail server runs after it" "$(mta_pids node1)" ""
	restored "after ocf-tester" node1
	ok "a schema that does find fault" on node1 sh -c \
		'! "$0" meta-data | sed "s/actions>/deeds>/" | python3 /root/metadata-lint' "$AGENT"
	ok "the resource goes" on node1 pcs resource delete --force mail-mta
}

tester_one_line() {
	like "crm ra info lists the parameter mta" "$(on node1 crm ra info ocf:mta:stack 2>&1)" \
		'^mta\* \('
	ok "one line of crmsh makes the resource" on node1 crm configure primitive mail-mta \
		ocf:mta:stack params mta="$MTA" meta target-role=Stopped
	ok "one puts it after its VIP" on node1 crm configure modgroup mail add mail-mta
	ok "one starts it" on node1 crm resource start mail-mta
	ok "it starts" lab wait-started mail-mta node1 || return
	sends 3 line
	from_the_vip 3 line
	ok "crmsh stops it" on node1 crm resource stop mail-mta
	ok "it stops" lab wait-stopped mail-mta
	restored "after that" node1
	ok "the group goes" on node1 pcs resource delete --force mail
}

tester_example() {
	on node1 sh -c 'cat >/root/plain-group' <"$HERE/../../examples/plain-group.crm.sh"
	ok "the example for crmsh is taken as it is" on node1 sh /root/plain-group
	ok "all starts" lab wait-started mail-mta node1 || return
	like "with the deep monitor" "$(on node1 crm configure show mail-mta | grep -A 1 interval=120s)" \
		'OCF_CHECK_LEVEL=10( |$)'
	sends 3 example
	from_the_vip 3 example
	ok "it is told to stop" on node1 crm resource stop mail-mta
	ok "and stops" lab wait-stopped mail-mta
	restored "after the example" node1
}
