#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mta: a small X.400-like mail server for tests. It calls its remotes again and again.

    mta.py run|start TABLE DIR    in the foreground; in the background, back when its pid file is there
    mta.py stop|reload DIR        by SIGTERM, back when it has ended; by SIGHUP

TABLE is an outbound table in the form of UCL PP (default:lpsap=…, NAME:rpsap=…) or, if its name ends in
.properties, has the keys local.address and *.presentationAddress. As UCL PP does, it binds each call to
the local address, and sends a transport connection request (RFC 1006) with both selectors. DIR gets
pid and log; a line of the log is a remote and what became of the call, or what it did.
"""
import os
import re
import signal
import socket
import struct
import sys
import time

INTERVAL = 0.3
DEFAULT_PORT = 102


def selector(text):
    """The octets of "591", #591 or '353931'H."""
    if text.startswith('"'):
        return text[1:-1].encode()
    if text.startswith("#"):
        return struct.pack("!H", int(text[1:]))
    return bytes.fromhex(text[1:-2]) if text else b""


def address(text):
    """(selector, host, port) of a presentation address over TCP; the first that it has."""
    head, _, rest = text.rpartition("/") if "//" not in text else text.partition("/")
    found = re.match(r"(?:Internet|TCP|localTCP)=([^+|_]+)(?:\+(\d+))?", rest) or re.match(
        r"TELEX\+\d+\+RFC-1006\+\d\d\+([^+|_]+)(?:\+(\d+))?", rest) or re.match(
        r"URI\+0000\+URL\+itot://\[?([^]|_]+?)\]?(?::(\d+))?$", rest)
    return selector(head.split("/")[-1]), found[1], int(found[2] or DEFAULT_PORT)


def read_pp(lines):
    local, remotes = None, []
    for line in lines:
        for key, _, value in re.findall(r"""\b(lpsap|rpsap)=(["'])(.*?)\2(?=,|$)""", line.strip()):
            if key == "rpsap":
                remotes.append(address(value))
            elif line.startswith("default:"):
                local = address(value)
    return local, remotes


def read_properties(lines):
    local, remotes = None, []
    for line in lines:
        key, _, value = line.strip().partition("=")
        value = re.sub(r"\\(.)", r"\1", value)
        if key == "local.address":
            local = (b"", value, 0) if "/" not in value else address(value)
        elif key.endswith("presentationAddress"):
            remotes.append(address(value))
    return local, remotes


def read_table(path):
    with open(path, encoding="utf-8") as table:
        lines = [line for line in table if not line.startswith("#")]
    return (read_properties if ".properties" in path else read_pp)(lines)


def request(called, calling):
    params = b"\xc0\x01\x0b"
    for code, octets in ((0xC1, calling), (0xC2, called)):
        if octets:
            params += bytes([code, len(octets)]) + octets
    tpdu = b"\xe0\0\0\x12\x34\0" + params
    return struct.pack("!BBHB", 3, 0, len(tpdu) + 5, len(tpdu)) + tpdu


def call(local, remote):
    """Bind first, as UCL PP does with lpsap: no call leaves from another address."""
    called, host, port = remote
    try:
        family, _, _, _, to = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as sock:
            sock.settimeout(2)
            sock.bind((local[1], 0))
            sock.connect(to)
            sock.sendall(request(called, local[0]))
            answer = sock.recv(64)
    except OSError as error:
        return str(error)
    return "confirmed" if len(answer) > 5 and answer[5] == 0xD0 else "refused"


def run(table, directory):
    os.makedirs(directory, exist_ok=True)
    flags = {"again": True, "end": False}
    signal.signal(signal.SIGTERM, lambda *_: flags.update(end=True))
    signal.signal(signal.SIGHUP, lambda *_: flags.update(again=True))
    with open(directory + "/log", "a", encoding="utf-8") as log:
        local, remotes = None, []
        while not flags["end"]:
            if flags["again"]:
                flags["again"] = False
                local, remotes = read_table(table)
                print("reads", table, "and calls from", local[1], file=log, flush=True)
                with open(directory + "/pid", "w", encoding="ascii") as pid:
                    print(os.getpid(), file=pid)
            for remote in remotes:
                print(remote[1], call(local, remote), file=log, flush=True)
            time.sleep(INTERVAL)
        print("ends", file=log, flush=True)
    os.unlink(directory + "/pid")


def pid_of(directory):
    try:
        with open(directory + "/pid", encoding="ascii") as pid:
            return int(pid.read())
    except (OSError, ValueError):
        return 0


def wait_for(what):
    for _ in range(100):
        if what():
            return 0
        time.sleep(0.1)
    return 1


def start(table, directory):
    read_table(table)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            run(table, directory)
        os._exit(0)
    os.wait()
    return wait_for(lambda: pid_of(directory))


def stop(directory):
    pid = pid_of(directory)
    if pid:
        os.kill(pid, signal.SIGTERM)
    return wait_for(lambda: not pid_of(directory))


def reload(directory):
    os.kill(pid_of(directory), signal.SIGHUP)
    return 0


if __name__ == "__main__":
    sys.exit({"run": run, "start": start, "stop": stop, "reload": reload}[sys.argv[1]](*sys.argv[2:]))
