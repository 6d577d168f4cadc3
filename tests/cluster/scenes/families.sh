# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a VIP of one family: the other one is closed, and nothing bounces
#
# Guarantees: the dual-stack remote listens on both families, so mail over IPv6 would leave.

scene_families() {
	local before
	ok "the admin adds a partner that has IPv6 only" on node1 sh -ec "$MTA_SIX"
	ok "the set-up runs" started || return
	is "the remote listens on IPv6" "$(on node1 timeout 5 bash -c \
		'exec 3<>/dev/tcp/2001:db8:2::26/25; read -r code _ <&3; echo $code')" 220
	ok "and writes down who calls" poll 10 families_has_called
	before=$(node_calls_over_6)
	sends 12 dual dual.remote.example
	from_the_vip 12 dual
	sends 1 six six.example
	ok "mail that needs IPv6 waits" poll 20 mta_deferred six
	is "and is not bounced" "$(lab bounced six)" ""
	is "nor refused: it never left" "$(lab refused six)" ""
	is "no node's IPv6 address has called since, for mail or not" "$(node_calls_over_6)" "$before"
}

families_has_called() {
	[ "$(node_calls_over_6)" -gt 0 ]
}
