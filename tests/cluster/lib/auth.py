# SPDX-License-Identifier: GPL-2.0-or-later
"""Answer Postfix's smtpd, as Dovecot's authentication server would, about one user.

Usage: auth.py PORT USER PASSWORD

On 127.0.0.1; PLAIN alone, until it is killed. Only what smtpd(8) asks for with
smtpd_sasl_type=dovecot is known.
"""

import base64
import socketserver
import sys


class Client(socketserver.StreamRequestHandler):
    """One smtpd process: a handshake, then a line for each client that wants in."""

    def say(self, *words):
        self.wfile.write(("\t".join(words) + "\n").encode("ascii"))

    def handle(self):
        self.say("VERSION", "1", "1")
        self.say("MECH", "PLAIN", "plaintext")
        self.say("SPID", "1")
        self.say("CUID", "1")
        self.say("COOKIE", "0" * 32)
        self.say("DONE")
        for line in self.rfile:
            words = line.decode("ascii").rstrip("\n").split("\t")
            if words[0] == "AUTH":
                self.judge(words[1], words[2], words[3:])

    def judge(self, number, mechanism, parameters):
        answer = [p[len("resp="):] for p in parameters if p.startswith("resp=")]
        try:
            _, user, password = base64.b64decode(answer[0]).decode("ascii").split("\0")
        except (IndexError, ValueError):
            user = password = None
        if mechanism == "PLAIN" and [user, password] == sys.argv[2:4]:
            self.say("OK", number, "user=" + user)
        else:
            self.say("FAIL", number)


class Server(socketserver.ThreadingTCPServer):
    """Each smtpd keeps its connection."""

    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Client).serve_forever()
