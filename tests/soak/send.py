# SPDX-License-Identifier: GPL-2.0-or-later
"""Submit a message every 1/RATE seconds, until standard input ends, and say what became of each.

Usage: send.py WAY RUN RATE LOG

WAY is `out` (from the client, for a recipient at the remote site) or `in` (from the remote site, for a
recipient of the cluster). Lines of LOG: TIME ID acknowledged|refused|broken [what was said].

Guarantees: acknowledged means that the server answered 250 to the message's last dot, and the line is in
the file before the next message is tried; an id is used once. A message without an answer (broken) may
have arrived or not: it is sent again as another message, not under the same id.
"""

import os
import select
import smtplib
import socket
import sys
import time

VIP = "192.0.2.10"
# Tried in turns; the partner with a plant has IPv6 alone.
DOMAINS = {"out": ("remote.example", "remote.example", "plant.example"), "in": ("inbox.example",)}
NAMES = {"out": "client.cluster.example", "in": "mx1.remote.example"}
SENDERS = {"out": "sender@cluster.example", "in": "sender@remote.example"}
# Short sessions, as mail comes from many: a session that a power cut left hangs until its time-out.
SESSION = 5


class Sender:
    def __init__(self, way, run, log):
        self.way, self.run, self.log = way, run, log
        self.server, self.used, self.number = None, 0, 0

    def connect(self):
        """True if there is a session; a VIP that does not answer costs no message."""
        if self.server is None:
            try:
                self.server = smtplib.SMTP(VIP, 25, NAMES[self.way], timeout=4)
                self.server.ehlo()
            except (OSError, smtplib.SMTPException):
                self.close()
                return False
            self.used = 0
        return True

    def close(self):
        if self.server is not None:
            try:
                self.server.sock.settimeout(1)
                self.server.quit()
            except (OSError, AttributeError, smtplib.SMTPException):
                self.server.close()
        self.server = None

    def submit(self):
        self.number += 1
        name = "%s-%s-%d" % (self.way, self.run, self.number)
        domains = DOMAINS[self.way]
        recipient = "%s@%s" % (name, domains[self.number % len(domains)])
        what, said = "acknowledged", ""
        try:
            self.server.sendmail(SENDERS[self.way], [recipient], (
                "From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\nHello.\r\n"
                % (SENDERS[self.way], recipient, name)))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            what, said = "refused", str(error)
        except (OSError, smtplib.SMTPException) as error:
            what, said = "broken", str(error)
        self.log.write(" ".join(("%.3f %s %s %s" % (time.time(), name, what, said)).split()) + "\n")
        self.log.flush()
        self.used += 1
        if what != "acknowledged" or self.used >= SESSION:
            if what == "broken":
                self.server.close()
                self.server = None
            self.close()


def main():
    way, run, rate, log = sys.argv[1:5]
    socket.setdefaulttimeout(4)
    with open(log, "a", encoding="utf-8") as file:
        sender = Sender(way, run, file)
        due = time.time()
        while True:
            due = max(due + 1 / float(rate), time.time())
            if select.select([sys.stdin], [], [], max(0, due - time.time()))[0] and \
                    not os.read(0, 100):
                break
            if sender.connect():
                sender.submit()
        sender.close()


main()
