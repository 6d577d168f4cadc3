# SPDX-License-Identifier: GPL-2.0-or-later
"""Submit numbered messages over SMTP and say how many were acknowledged.

Usage: submit.py ADDRESS COUNT PREFIX DOMAIN

A message counts only after the server's answer to its last dot. A broken connection is opened
again, so that a message is offered at most twice; each step has a bound.
"""

import smtplib
import sys


def connect(address):
    return smtplib.SMTP(address, 25, local_hostname="client.cluster.example", timeout=15)


def submit(server, recipient):
    server.sendmail(
        "sender@cluster.example",
        [recipient],
        "From: sender@cluster.example\r\nTo: %s\r\nSubject: %s\r\n\r\nHello.\r\n"
        % (recipient, recipient),
    )


def main():
    address, count, prefix, domain = sys.argv[1:5]
    acknowledged = 0
    server = None
    for number in range(1, int(count) + 1):
        recipient = "%s-%d@%s" % (prefix, number, domain)
        for attempt in (1, 2):
            try:
                server = server or connect(address)
                submit(server, recipient)
                acknowledged += 1
                break
            except (OSError, smtplib.SMTPException) as error:
                server = None
                if attempt == 2 or isinstance(error, smtplib.SMTPResponseException):
                    print("%s: %s" % (recipient, error), file=sys.stderr)
                    break
        if server is None and acknowledged == 0 and number >= 2:
            break
    if server is not None:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            pass
    print("%d of %s acknowledged by %s" % (acknowledged, count, address))
    return 0 if acknowledged == int(count) else 1


sys.exit(main())
