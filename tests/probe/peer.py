#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""peer: a scripted remote for mta-stack probe.

    peer.py ADDRESS… LOG

On each address it listens on one port for each behaviour below: of X.400 from FIRST on, of SMTP from
FIRST_SMTP on, in this order. It prints "ready" when all of them listen. Each connection is written to LOG: the behaviour, the
caller's address, the bytes of the request in hexadecimal.
"""
import asyncio
import socket
import struct
import sys

FIRST = 10200
FIRST_SMTP = 10300


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


# What it says at once, and to EHLO. CUT: it ends the connection, HANG: it is silent, None: it waits for
# the caller's end.
HANG, CUT = object(), object()
SMTP_BEHAVIOURS = [
    ("refuses", b"554 5.7.1 no mail from you\r\n", None),
    ("later", b"421 4.3.2 come back later\r\n", None),
    ("says-nothing", HANG, None),
    ("closes-at-once", CUT, None),
    ("resets-at-ehlo", b"220 mx.remote.example\r\n", reset),
    ("speaks-ssh", b"SSH-2.0-OpenSSH_9.2\r\n", None),
    ("is-cut-short", b"220-mx.remote.example says\r\n", CUT),
    ("sends-no-line-end", b"220 " + b"x" * 8000, None),
    ("never-finishes", b"220-mx.remote.example goes on and on\r\n" * 4000, None),
    ("changes-the-code", b"220-mx.remote.example\r\n250 ready\r\n", None),
    ("refuses-ehlo", b"220 mx.remote.example\r\n", b"550 5.7.1 not by that name\r\n"),
    ("hangs-at-ehlo", b"220 mx.remote.example\r\n", HANG),
    ("says-too-much", b"220 mx.remote.example\r\n250 hello\r\n", None),
    ("uses-a-wrong-code", b"354 go ahead\r\n", None),
]


def port_of(name, behaviours=BEHAVIOURS, first=FIRST):
    return first + [b[0] for b in behaviours].index(name)


async def converse(reader, writer, greeting, to_ehlo):
    if greeting is HANG:
        await hang(writer)
    elif greeting is not CUT:
        writer.write(greeting)
        if to_ehlo is not CUT:
            await reader.readline()
        if to_ehlo is HANG:
            await hang(writer)
        elif to_ehlo is reset:
            reset(writer)
        elif isinstance(to_ehlo, bytes):
            writer.write(to_ehlo)
            await reader.readline()


def smtp_handler(name, greeting, to_ehlo, log):
    async def serve(reader, writer):
        print(name, writer.get_extra_info("peername")[0], "-", file=log, flush=True)
        try:
            await converse(reader, writer, greeting, to_ehlo)
        except ConnectionError:
            pass  # the caller has seen enough
        writer.close()

    return serve


async def main(addresses, log):
    servers = []
    for address in addresses:
        for i, (name, act) in enumerate(BEHAVIOURS):
            servers.append(await asyncio.start_server(handler(name, act, log), address, FIRST + i))
        for i, (name, *says) in enumerate(SMTP_BEHAVIOURS):
            servers.append(await asyncio.start_server(smtp_handler(name, *says, log), address,
                                                      FIRST_SMTP + i))
    print("ready", flush=True)
    await asyncio.gather(*(s.serve_forever() for s in servers))


if __name__ == "__main__":
    with open(sys.argv[-1], "w", encoding="ascii") as out:
        asyncio.run(main(sys.argv[1:-1], out))
