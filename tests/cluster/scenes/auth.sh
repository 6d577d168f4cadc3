# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# scene: a gateway with a password and a TLS policy: by its name if pinned, else by its address
#
# Guarantees: the remote's own log tells who logged in and from where; the password is looked for in
# all that was said on the way.

AUTH_SECRET=xyzzy-plugh-42

scene_auth() {
	auth_remote || return
	auth_node
	ok "the set-up with the gateway pinned runs" started names=/etc/mta-stack/names || return
	is "no operation failed" "$(failures)" ""
	auth_pinned
	ok "the resource stops" on node1 pcs resource disable mail-mta --wait=60
	auth_masked
	ok "the admin's files are back, byte for byte" on node1 diff -r /root/auth /etc/postfix
	is "owners and modes too" "$(on node1 stat -c '%n %U %a' /etc/postfix/sasl_passwd \
		/etc/postfix/sasl_passwd.lmdb)" "/etc/postfix/sasl_passwd root 600
/etc/postfix/sasl_passwd.lmdb root 600"
	auth_unpinned
	auth_clean
}

# A submission service for those who log in, with a certificate of an authority of the lab's.
auth_remote() {
	on remote sh -c 'cat >/run/auth.py' <"$HERE/lib/auth.py"
	ok "the remote wants a password over TLS" on remote sh -ec "
		mkdir -p /run/tls && cd /run/tls
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \\
			-out ca.pem -subj /CN=lab -days 2 2>/dev/null
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out csr \\
			-subj /CN=mx1.remote.example 2>/dev/null
		echo subjectAltName=DNS:mx1.remote.example >ext
		openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext \\
			-out cert 2>/dev/null
		cp /etc/postfix/main.cf /etc/postfix/master.cf /run/tls
		systemd-run -q --unit=auth --collect python3 -u /run/auth.py 10143 relay $AUTH_SECRET
		postconf -e smtpd_tls_cert_file=/run/tls/cert smtpd_tls_key_file=/run/tls/key \\
			'virtual_mailbox_domains = remote.example dual.remote.example secure.example'
		cat >>/etc/postfix/master.cf <<-END
			587 inet n - n - - smtpd
			  -o smtpd_tls_security_level=encrypt -o smtpd_tls_received_header=yes
			  -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot
			  -o smtpd_sasl_path=inet:127.0.0.1:10143
			  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
			  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
		END
		postfix reload" || return
	ok "and listens" poll 20 on remote sh -c 'ss -Hltn sport = :587 | grep -q LISTEN'
}

# The admin: everything leaves through the gateway, told by its address in three files.
auth_node() {
	local ca
	ca=$(on remote cat /run/tls/ca.pem)
	ok "the admin sends all mail through it" on node1 sh -ec "
		cd /etc/postfix
		sed -i 's/^relayhost .*/relayhost   =[198.51.100.25]:587/' main.cf
		cat >>main.cf <<-END
			smtp_sasl_auth_enable = yes
			smtp_sasl_security_options = noanonymous
			smtp_sasl_password_maps = lmdb:/etc/postfix/sasl_passwd
			smtp_tls_policy_maps = texthash:/etc/postfix/tls_policy
			smtp_tls_CAfile = /etc/postfix/ca.pem
			smtp_tls_loglevel = 1
		END
		echo '$ca' >ca.pem
		umask 077
		echo '[198.51.100.25]:587	relay:$AUTH_SECRET' >sasl_passwd
		postmap lmdb:/etc/postfix/sasl_passwd
		echo '[198.51.100.25]:587 verify match=mx1.remote.example' >tls_policy
		touch -d '1 hour ago' *
		cp -a /etc/postfix /root/auth
		mkdir -p /etc/mta-stack
		echo '198.51.100.25 mx1.remote.example' >/etc/mta-stack/names"
}

auth_pinned() {
	is "the gateway has its name" "$(on node1 postconf -h relayhost)" "[mx1.remote.example]:587"
	is "the password follows it" \
		"$(on node1 postmap -q '[mx1.remote.example]:587' lmdb:/etc/postfix/sasl_passwd)" \
		"relay:$AUTH_SECRET"
	is "the policy too" \
		"$(on node1 postmap -q '[mx1.remote.example]:587' texthash:/etc/postfix/tls_policy)" \
		"verify match=mx1.remote.example"
	is "who may read the password" "$(on node1 stat -c '%n %U %a' /etc/postfix/sasl_passwd \
		/etc/postfix/sasl_passwd.lmdb)" "/etc/postfix/sasl_passwd root 600
/etc/postfix/sasl_passwd.lmdb root 600"
	is "nobody reads the originals" "$(on node1 find /var/lib/mta-stack -type f -perm /077)" ""
	sends 3 auth secure.example
	from_the_vip 3 auth
	is "all of them logged in, by the VIP's name" "$(auth_logins auth)" \
		"3 mail.cluster.example[192.0.2.10] PLAIN relay"
	like "over TLS, verified by name" "$(lab maillog node1)" \
		'Verified TLS connection established to mx1\.remote\.example\[198\.51\.100\.25\]:587'
}

# What became of the messages: how often, client, mechanism, user.
auth_logins() {
	local ids
	ids=$(lab maillog remote | sed -En "s/.* ([0-9A-Za-z]+): to=<$1-.*status=sent.*/\\1/p")
	lab maillog remote | grep -Fw -f <(printf '%s\n' "$ids") |
		sed -En 's/.*: client=([^,]*), sasl_method=([^,]*), sasl_username=(.*)/\1 \2 \3/p' |
		sort | uniq -c | awk '{ $1 = $1; print }'
}

# The same entry in main.cf itself; then all that the helper and the agent have said.
auth_masked() {
	local said
	on node1 sh -ec "rm -rf /root/inline; cp -a /root/auth /root/inline; cd /root/inline
		sed -i 's|^smtp_sasl_password_maps.*|smtp_sasl_password_maps = \\
			inline:{ [198.51.100.25]:587=relay:$AUTH_SECRET }|' main.cf"
	# shellcheck disable=SC2016 # for the shell over there
	said=$(on node1 sh -c '
		all="--mta postfix --vip 192.0.2.10 --names /etc/mta-stack/names --offline"
		for way in text json; do
			for config in /root/inline /root/auth; do
				for command in plan apply check restore; do
					mta-stack $command $all --config $config --resource masked --output-as=$way 2>&1
				done
			done
		done
		journalctl -q --no-pager -o cat | grep -v ^postfix')
	like "the key in main.cf follows too" "$said" 'inline:\{ \[mx1\.remote\.example\]:587=\*{8} \}'
	is "no output of any command and no log has the password" \
		"$(grep -F "$AUTH_SECRET" <<<"$said")" ""
	on node1 rm -rf /root/inline
}

# DNS alone would prove the name; with a password that is not enough.
auth_unpinned() {
	on node1 sh -c ': >/etc/mta-stack/names'
	ok "without the pin it starts" on node1 pcs resource enable mail-mta --wait=60
	is "with the gateway's address" "$(on node1 postconf -h relayhost)" "[198.51.100.25]:587"
	like "which is reported" "$(on node1 mta-stack plan --resource mail-mta --mta postfix \
		--names /etc/mta-stack/names 2>&1)" \
		'^# /etc/postfix/main\.cf line 31: 198\.51\.100\.25 stays: it carries credentials or a TLS policy: only a pinned name'
	sends 2 bare secure.example
	from_the_vip 2 bare
	is "the password still goes with it" "$(auth_logins bare)" \
		"2 mail.cluster.example[192.0.2.10] PLAIN relay"
}

auth_clean() {
	on remote sh -c 'systemctl stop auth
		cp /run/tls/main.cf /run/tls/master.cf /etc/postfix/ && rm -rf /run/tls && postfix reload' \
		>/dev/null 2>&1
	on node1 rm -rf /root/auth /etc/mta-stack
}
