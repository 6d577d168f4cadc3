# SPDX-License-Identifier: GPL-2.0-or-later
"""dns: a name server that lies as it is told, on 127.0.0.1:53 over UDP.

    dns.py ZONEFILE

A line of ZONEFILE is `NAME TYPE VALUE`, with TYPE one of A, PTR; read again for each question. A line
`forge NAME TYPE VALUE` sends this answer first, with a wrong id, from another port and from the right
one; then the true one. `trouble NAME TYPE KIND` gives none: KIND is silent, garbage, or an RCODE.
"""
import ipaddress
import socket
import struct
import sys

TYPES = {"A": 1, "PTR": 12}


def wire(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.rstrip(".").split(".")) + b"\0"


def question(packet):
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
        at += packet[at] + 1
    return ".".join(labels).lower(), struct.unpack("!H", packet[at + 1 : at + 3])[0], packet[12 : at + 5]


def answer(ident, asked, kind, values, rcode=3):
    out = struct.pack("!6H", ident, 0x8580 | (0 if values else rcode), 1, len(values), 0, 0) + asked
    for value in values:
        data = ipaddress.ip_address(value).packed if kind == 1 else wire(value)
        out += b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data
    return out


def records(path):
    with open(path, encoding="ascii") as zone:
        for line in zone:
            words = line.split()
            if words:
                odd = words[0] in ("forge", "trouble")
                yield (words[0] if odd else "", *words[odd:])


def main(path):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    print("ready", flush=True)
    while True:
        packet, peer = server.recvfrom(4096)
        name, kind, asked = question(packet)
        ident = struct.unpack("!H", packet[:2])[0]
        found = [r for r in records(path) if r[1].lower() == name and TYPES[r[2]] == kind]
        trouble = [r[3] for r in found if r[0] == "trouble"]
        if trouble:
            if trouble[0] == "garbage":
                server.sendto(answer(ident, asked, kind, [], 0)[:6] + b"\0\x01" + b"\0" * 4 + asked + b"\xff", peer)
            elif trouble[0] != "silent":
                server.sendto(answer(ident, asked, kind, [], int(trouble[0])), peer)
            continue
        forged = [r[3] for r in found if r[0] == "forge"]
        if forged:
            lie = answer(ident ^ 0x5555, asked, kind, forged)
            server.sendto(lie, peer)
            other.sendto(answer(ident, asked, kind, forged), peer)
        server.sendto(answer(ident, asked, kind, [r[3] for r in found if r[0] == ""]), peer)


main(sys.argv[1])
