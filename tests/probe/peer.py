#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""peer: a scripted remote for mta-stack probe.

    peer.py ADDRESS… LOG

On each address it listens on one port for each behaviour below, from FIRST on in this order, and
prints "ready" when all of them listen. Each connection is written to LOG: the behaviour, the
caller's address, the bytes of the request in hexadecimal.
"""
import asyncio
import socket
import struct
import sys

FIRST = 10200


def tpkt(body):
    return struct.pack("!BBH", 3, 0, len(body) + 4) + body


def answer(code, request, last, more=b""):
    """A TPDU for the reference that the request has."""
    head = bytes([code]) + request[8:10] + (b"\x21\x8e" if code != 0x70 else b"") + bytes([last])
    return tpkt(bytes([len(head)]) + head + more)


async def hang(writer):
    await asyncio.sleep(60)


def reset(writer):
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


BEHAVIOURS = [
    ("confirms", lambda q: answer(0xD0, q, 0)),
    ("disconnects", lambda q: answer(0x80, q, 0x80, b"PP Service 593 not found\0")),
    ("errs", lambda q: answer(0x70, q, 0)),
    ("closes", lambda q: b""),
    ("resets", reset),
    ("silent", hang),
    ("other-class", lambda q: answer(0xD0, q, 0x40)),
    ("swapped", lambda q: tpkt(b"\x06\xd0\x00\x00" + q[8:10] + b"\x00")),
    ("data", lambda q: tpkt(b"\x02\xf0\x80\x7f\x65")),
    ("other-protocol", lambda q: b"220 mail.remote.example ESMTP\r\n"),
    ("in-pieces", lambda q: answer(0xD0, q, 0)),
]


def handler(name, act, log):
    async def serve(reader, writer):
        request = await reader.read(4)
        if len(request) == 4:
            request += await reader.read(struct.unpack("!H", request[2:4])[0] - 4)
        print(name, writer.get_extra_info("peername")[0], request.hex(), file=log, flush=True)
        if act is hang:
            await hang(writer)
        elif act is reset:
            reset(writer)
        elif name == "in-pieces":
            for byte in act(request):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)
        else:
            writer.write(act(request))
        writer.close()

    return serve


async def main(addresses, log):
    servers = []
    for address in addresses:
        for i, (name, act) in enumerate(BEHAVIOURS):
            servers.append(await asyncio.start_server(handler(name, act, log), address, FIRST + i))
    print("ready", flush=True)
    await asyncio.gather(*(s.serve_forever() for s in servers))


with open(sys.argv[-1], "w", encoding="ascii") as out:
    asyncio.run(main(sys.argv[1:-1], out))
