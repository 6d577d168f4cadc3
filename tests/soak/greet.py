# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask five times a second who answers at the VIP, until standard input ends.

Usage: greet.py LOG

A line for each change, in LOG and on standard output: TIME NODE where a mail server of NODE greets (the
admin's banner has the node's name), TIME refused where the VIP is there and no server, TIME silent else.
"""

import os
import select
import socket
import sys
import time


def ask():
    try:
        with socket.create_connection(("192.0.2.10", 25), timeout=1) as peer:
            words = peer.recv(200).decode("ascii", "replace").split()
            peer.sendall(b"QUIT\r\n")
            return words[1].split(".")[0] if words[:1] == ["220"] else "silent"
    except ConnectionRefusedError:
        return "refused"
    except (OSError, IndexError):
        return "silent"


def main():
    last = None
    with open(sys.argv[1], "a", encoding="utf-8") as log:
        while not (select.select([sys.stdin], [], [], 0.2)[0] and not os.read(0, 100)):
            now = ask()
            if now != last:
                line = "%.3f %s\n" % (time.time(), now)
                for file in (log, sys.stdout):
                    file.write(line)
                    file.flush()
                last = now


main()
