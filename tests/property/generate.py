# SPDX-License-Identifier: GPL-2.0-or-later
"""Postfix configurations that nobody wrote: generate(random, directory) gives {path: bytes}.

They hold what the scanner has a grammar for, in any mixture: nexthops in every spelling, user-defined
parameters, continued lines with comments in between, definitions that count and that do not, -o in
both spellings, tables of all kinds and wrappers, keys, passwords, bind settings, odd white space and
bytes. One in some twenty is malformed. SECRET is part of each password and of nothing else.
"""

SECRET = "Tr0ub4dor"

V4 = ["198.51.100.%d" % n for n in range(1, 13)]
V6 = ["2001:db8:25::%x" % n for n in range(1, 7)]
HOSTS = ["mx.partner.example", "relay.partner.example", "partner.example"]
NEXTHOP_PARAMS = ["relayhost", "smtp_fallback_relay", "fallback_relay", "lmtp_fallback_relay",
                  "default_filter_nexthop", "address_verify_relayhost"]
TRANSPORT_PARAMS = ["default_transport", "relay_transport", "virtual_transport", "content_filter",
                    "mailbox_transport", "fallback_transport", "local_transport",
                    "address_verify_default_transport"]
RESULT_TABLES = ["transport_maps", "mailbox_transport_maps", "fallback_transport_maps",
                 "sender_dependent_default_transport_maps", "sender_dependent_relayhost_maps",
                 "header_checks", "body_checks"]
KEY_TABLES = ["smtp_sasl_password_maps", "lmtp_sasl_password_maps", "smtp_tls_policy_maps",
              "lmtp_tls_policy_maps"]
SETTINGS = ["smtp_bind_address = 192.0.2.11", "smtp_bind_address6 = [2001:db8:1::11]",
            "smtp_bind_address_enforce=no", "smtp_helo_name = $myhostname", "smtp_bind_address =",
            "smtp_sasl_auth_enable = yes", "lmtp_sasl_auth_enable=yes", "inet_interfaces = all",
            "myhostname = mx.example.org", "smtp_host_lookup = dns, native",
            "smtp_connection_cache_destinations = 198.51.100.3, static.example",
            "inet_interfaces = 192.0.2.11, localhost", "biff = no", "compatibility_level = 3.6"]
TRANSPORTS = ["smtp", "relay", "lmtp", "own", "", "error", "discard", "local", "pipe1", "nobody"]
PLAIN = ["texthash", "hash", "btree", "lmdb", "cdb"]
PATTERNS = ["regexp", "pcre", "cidr"]
ELSEWHERE = ["ldap:{0}/ldap.cf", "mysql:{0}/mysql.cf", "tcp:127.0.0.1:7777", "memcache:{0}/mc"]


class Generator:
    """One configuration; every choice comes from the given random.Random."""

    def __init__(self, rng, directory):
        self.rng, self.dir = rng, directory
        self.files, self.lines, self.count = {}, [], 0

    def maybe(self, chance):
        return self.rng.random() < chance

    def pick(self, items):
        return self.rng.choice(items)

    def number(self):
        self.count += 1
        return self.count

    # --- what stands in a value ---------------------------------------------------------------

    def host(self):
        if self.maybe(0.75):
            return self.pick(V4)
        return self.pick(V6 + ["::ffff:198.51.100.2"]) if self.maybe(0.5) else self.pick(HOSTS)

    def nexthop(self, bare=True):
        host = self.host()
        port = self.pick(["", "", ":25", ":587", ":smtp", ":"])
        if ":" in host:
            return "[%s%s]%s" % (self.pick(["", "IPv6:", "ipv6:"]), host, port)
        if bare and self.maybe(0.4):
            return host + port
        return "[%s]%s" % (host, port)

    def nexthops(self):
        return self.pick([", ", " ", ","]).join(
            self.nexthop() for _ in range(self.pick([1, 1, 1, 2, 3])))

    def transport(self):
        name = self.pick(TRANSPORTS)
        if name == "lmtp" and self.maybe(0.5):
            return self.pick(["lmtp:unix:private/x", "lmtp:inet:%s:24" % self.pick(V4)])
        return "%s:%s" % (name, self.pick(["", self.nexthops()]))

    def result(self, param):
        if "checks" in param or "restrictions" in param:
            return self.pick(["REJECT", "DUNNO", "FILTER %s" % self.transport(), "OK",
                              "REDIRECT who@[%s]" % self.pick(V4)])
        return self.nexthops() if "relayhost" in param else self.transport()

    def key(self):
        return self.pick([self.host(), self.nexthop(), self.nexthop(bare=False)])

    def value_of_key(self, param):
        if "password" in param:
            return "user%d:%s%d" % (self.number(), SECRET, self.count)
        return self.pick(["encrypt", "verify match=nexthop", "may", "secure ciphers=high"])

    # --- tables -------------------------------------------------------------------------------

    def entry(self, param):
        if param in KEY_TABLES:
            return self.key(), self.value_of_key(param)
        return "d%d.example" % self.number(), self.result(param)

    def plain_table(self, param):
        out = []
        for _ in range(self.rng.randrange(0, 7)):
            key, value = self.entry(param)
            out.append(key + self.pick([" ", "\t", "   ", "\n  ", "\n# between\n\t"]) + value)
            if self.maybe(0.2):
                out.append(self.pick(["# 198.51.100.1 in a comment", "", "   ", "#", "nothing"]))
        return out

    def pattern_table(self, kind, param):
        out = []
        for _ in range(self.rng.randrange(0, 5)):
            result = self.result(param)
            if kind == "cidr":
                out.append("%s/32 %s" % (self.pick(V4), result))
            else:
                out.append("/^198\\.51\\.100\\.%d$/ %s" % (self.number(), result))
        return out

    def inline(self, param):
        entries = ["{ %s = %s }" % self.entry(param) for _ in range(self.rng.randrange(1, 4))]
        return "inline:{ %s }" % self.pick([", ", " "]).join(entries)

    def table(self, param, depth=0):
        kind = self.pick(PLAIN + PATTERNS + ["inline", "inline", "static", "randmap", "union", "pipe",
                                             "proxy", "other"])
        if depth > 1 and kind in ("union", "pipe"):
            kind = "hash"
        if kind == "other":
            return self.pick(ELSEWHERE).format(self.dir)
        if kind == "inline":
            return self.inline(param)
        if kind in ("static", "randmap"):
            value = self.value_of_key(param) if param in KEY_TABLES else self.result(param)
            return kind + ":{" + value.replace(",", " ") + "}"
        if kind == "proxy":
            return "proxy:" + self.file_table("texthash", param)
        if kind in ("union", "pipe"):
            both = self.table(param, depth + 1), self.table(param, depth + 1)
            return "%smap:{ %s, %s }" % ((kind,) + both)
        return self.file_table(kind, param)

    def file_table(self, kind, param):
        path = "%s/%s%d" % (self.dir, "table", self.number())
        lines = self.pattern_table(kind, param) if kind in PATTERNS else self.plain_table(param)
        self.files[path] = self.text(lines)
        return kind + ":" + path

    # --- main.cf and master.cf ----------------------------------------------------------------

    def setting(self, name, value):
        """One logical line, or two where a parameter of the admin's own carries the value."""
        how = self.rng.random()
        if how < 0.15 and value:
            own = "our_%s_%d" % ("password" if SECRET in value else "value", self.number())
            self.define(own, value)
            value = self.pick(["$%s", "${%s}", "$(%s)", "${%s?$%s}"]).replace("%s", own)
        elif how < 0.25 and "198.51." in value:
            self.define("net", "198.51")
            value = value.replace("198.51.", "${net}.", 1)
        self.define(name, value)

    def define(self, name, value):
        if self.maybe(0.2):
            value = value.replace(" ", self.pick(["\n  ", "\n\t", "\n# a comment\n  ", "  "]), 1)
        self.lines.append(name + self.pick([" = ", "=", "   =", "\t= ", " =\n   "]) + value)
        if self.maybe(0.1):
            self.lines.append(self.pick(["# relayhost = [198.51.100.1]", "", "  ", "#\tnothing",
                                         "# smtp_sasl_password_maps = static:u:" + SECRET]))

    def main_cf(self):
        for name in self.rng.sample(NEXTHOP_PARAMS, self.rng.randrange(0, 4)):
            self.setting(name, self.pick([self.nexthops(), self.nexthops(), ""]))
        for name in self.rng.sample(TRANSPORT_PARAMS, self.rng.randrange(0, 4)):
            self.setting(name, self.transport())
        for name in self.rng.sample(RESULT_TABLES, self.rng.randrange(0, 4)):
            self.setting(name, self.table(name))
        for name in self.rng.sample(KEY_TABLES, self.rng.randrange(0, 3)):
            self.setting(name, self.table(name))
        if self.maybe(0.2):
            self.setting("smtpd_recipient_restrictions", "permit_mynetworks, check_sender_access %s"
                         % self.table("smtpd_recipient_restrictions"))
        for line in self.rng.sample(SETTINGS, self.rng.randrange(0, 6)):
            self.lines.append(line)
        self.rng.shuffle(self.lines)
        if self.maybe(0.03):
            self.lines.append("this is no setting")

    def override(self):
        name = self.pick(NEXTHOP_PARAMS[:3] + ["smtp_bind_address", "smtp_bind_address6",
                                               "smtp_helo_name", "syslog_name", "content_filter"])
        value = {"smtp_bind_address": self.pick(["192.0.2.11", ""]), "smtp_bind_address6": "",
                 "smtp_helo_name": "x.example", "syslog_name": "postfix/x"}.get(name)
        if value is None:
            value = self.nexthop() if name != "content_filter" else "own:" + self.nexthop()
        if self.maybe(0.3):
            return "-o { %s = %s }" % (name, value)
        return "-o%s%s=%s" % (self.pick([" ", "  ", ""]), name, value)

    def service(self, name, kind, command):
        line = self.pick(["\t", "   "]).join([name, kind, "-", "-", "n", "-", "-", command])
        for _ in range(self.pick([0, 0, 0, 1, 2])):
            line += self.pick(["\n  ", " ", "\n# why\n\t"]) + self.override()
        return line

    def master_cf(self):
        out = [self.service(*words) for words in (
            ("smtp", "inet", "smtpd"), ("smtp", "unix", "smtp"), ("relay", "unix", "smtp"),
            ("lmtp", "unix", "lmtp"), ("own", "unix", "smtp"))]
        if self.maybe(0.2):
            out.append(self.service(self.pick(["relay", "smtp"]), "unix", "smtp"))
        if self.maybe(0.2):
            out.append(self.service("192.0.2.11:2525", "inet", "smtpd"))
        out += ["%s unix - - n - - %s" % (n, n) for n in ("error", "discard", "local")]
        out.append("pipe1 unix - n n - - pipe flags=R user=nobody argv=/bin/x [198.51.100.1] ${user}")
        if self.maybe(0.03):
            out.append(self.pick(["broken", "x unix - - q - - smtp", " starts with a blank"]))
        return out

    def text(self, lines):
        text = "\n".join(lines) + ("" if self.maybe(0.1) or not lines else "\n")
        if self.maybe(0.05):
            text = text.replace("\n", "\r\n")
        if self.maybe(0.1):
            text = "# caf\xe9 \x01\n" + text
        return text.encode("latin-1")

    def names(self):
        out = ["%s pin%d.partner.example" % pair for pair in zip(V4 + V6, range(99))]
        return "\n".join(self.rng.sample(out, self.rng.randrange(len(out)))) + "\n"


def generate(rng, directory):
    """{absolute path: bytes} of a configuration in `directory`, and the text of a names file."""
    g = Generator(rng, directory)
    g.main_cf()
    g.files[directory + "/main.cf"] = g.text(g.lines)
    g.files[directory + "/master.cf"] = g.text(g.master_cf())
    return g.files, g.names()
