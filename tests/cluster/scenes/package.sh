# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: the Debian package: nothing but itself, no way to lose the originals with it
#
# Guarantees: mta-stack on the nodes is what dpkg installed there (story.sh --deb).

scene_package() {
	local config
	config=$(fingerprint node1)
	is "its files are dpkg's" "$(on node1 dpkg -S /usr/sbin/mta-stack $AGENT)" \
		"mta-stack: /usr/sbin/mta-stack
mta-stack: $AGENT"
	# A lab's root has no documents: dpkg is told to leave them out there.
	is "none of them is changed" "$(on node1 dpkg --verify mta-stack | grep -v /usr/share/)" ""
	is "what puts back after a power cut is enabled" \
		"$(on node1 systemctl is-enabled mta-stack-restore.service)" enabled
	unchanged "nothing was done to the configuration" node1 "$config"

	ok "one line makes the VIP" create_vip
	ok "one line makes the resource" create_mta
	ok "they start" lab wait-started mail-mta node1 || return
	sends 3 packed
	from_the_vip 3 packed
	package_goes
}

package_goes() {
	local said
	said=$(on node1 env DEBIAN_FRONTEND=noninteractive dpkg --remove mta-stack 2>&1)
	like "while the resource runs, dpkg does not remove it" "$said" \
		'mta-stack: resource mail-mta is applied on this node: stop or move it first'
	ok "and the resource stays in order" on node1 mta-stack check --resource mail-mta
	is "the package is whole" "$(on node1 dpkg-query -W -f '${db:Status-Status}' mta-stack)" installed
	on node1 pcs resource disable mail-mta --wait=60 >/dev/null 2>&1
	ok "stopped, it goes" on node1 dpkg --purge mta-stack
	is "and leaves nothing" "$(on node1 sh -c 'find / -xdev -name "*mta-stack*" ! -path "/proc/*" \
		! -path "/run/*" ! -path "/tmp/*" ! -path "/usr/share/mta-stack-lab*" ! -path "/var/log/*" \
		! -path "/var/lib/pacemaker/*" ! -path "/root/*"')" ""
	restored "after all" node1
	ok "and it can be installed again" on node1 dpkg --install /root/mta-stack.deb
}
