# SPDX-License-Identifier: GPL-2.0-or-later
"""greetings.py ADDRESS: how a mail client sees a failover; run on a machine of the lab.

Every 20 ms a new connection to port 25. For each greeting a line `greeting SECONDS`, on the clock
that all machines of the lab share. The first greeting after a silence of 0.2 s is made use of: a
message is sent over that connection, and `sent ADDRESS SECONDS` says when it was accepted. Ends
with its standard input.
"""

import selectors
import smtplib
import socket
import sys
import threading
import time

EVERY, SILENCE, PATIENCE, AT_ONCE = 0.02, 0.2, 1.0, 8
OURSELVES = "client.cluster.example"
TEXT = "Subject: first\r\n\r\nHello.\r\n"


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def send(sock, recipient):
    """Over a connection that has greeted."""
    try:
        sock.settimeout(10)
        client = smtplib.SMTP(local_hostname=OURSELVES, timeout=10)
        client.sock, client.file = sock, None
        client.sendmail("sender@cluster.example", [recipient], TEXT)
        say("sent", recipient, time.monotonic())
        client.quit()
    except (OSError, smtplib.SMTPException) as e:
        print("the first message was not taken: %s" % e, file=sys.stderr, flush=True)
        sock.close()


class Poll:
    def __init__(self, address):
        self.address = address
        self.selector = selectors.DefaultSelector()
        self.began = {}
        self.connected = set()
        self.last = time.monotonic()

    def forget(self, sock):
        self.selector.unregister(sock)
        self.began.pop(sock)
        self.connected.discard(sock)

    def end(self, sock):
        self.forget(sock)
        sock.close()

    def begin(self):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        self.began[sock] = time.monotonic()
        self.selector.register(sock, selectors.EVENT_WRITE)
        sock.connect_ex((self.address, 25))

    def progress(self, sock):
        if sock not in self.connected:
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0:
                self.end(sock)
                return
            self.connected.add(sock)
            self.selector.modify(sock, selectors.EVENT_READ)
            return
        try:
            said = sock.recv(512)
        except OSError:
            said = b""
        if said.startswith(b"220 "):
            self.greeted(sock)
        else:
            self.end(sock)

    def greeted(self, sock):
        now = time.monotonic()
        say("greeting", now)
        silent, self.last = now - self.last, now
        if silent < SILENCE:
            try:
                sock.send(b"QUIT\r\n")
            except OSError:
                pass  # it has greeted; how it ends is not asked
            self.end(sock)
            return
        self.forget(sock)
        threading.Thread(target=send, args=(sock, "first-%d@remote.example" % (now * 1000)),
                         daemon=True).start()

    def run(self):
        self.selector.register(sys.stdin, selectors.EVENT_READ)
        due = time.monotonic()
        while True:
            now = time.monotonic()
            for sock in [s for s, t in self.began.items() if now - t > PATIENCE]:
                self.end(sock)
            if now >= due:
                due = max(due + EVERY, now)
                if len(self.connected) < AT_ONCE:
                    self.begin()
            for key, _ in self.selector.select(max(0, due - time.monotonic())):
                if key.fileobj is sys.stdin:
                    if not sys.stdin.buffer.read1(1):
                        return
                else:
                    self.progress(key.fileobj)


Poll(sys.argv[1]).run()
