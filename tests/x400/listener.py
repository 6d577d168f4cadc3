#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""listener: an X.400-like remote that admits callers by address alone.

    listener.py LOG ADDRESS…

It listens on port 102, IPv4 and IPv6. A connection from an ADDRESS gets its transport connection
confirmed (RFC 1006, class 0), any other is closed without an answer. A line of LOG is admitted or
refused, the caller's address, and the called and the calling selector; of whoever is refused nothing
is read.
"""
import asyncio
import socket
import struct
import sys


def selectors(tpdu):
    found, at = {}, 7
    while at + 2 <= len(tpdu):
        found[tpdu[at]] = tpdu[at + 2:at + 2 + tpdu[at + 1]].decode("ascii", "backslashreplace")
        at += 2 + tpdu[at + 1]
    return found.get(0xC2, "-"), found.get(0xC1, "-")


async def serve(reader, writer, admitted, log):
    caller = writer.get_extra_info("peername")[0]
    if caller.startswith("::ffff:"):
        caller = caller[7:]
    called = calling = "-"
    if caller in admitted:
        try:
            head = await asyncio.wait_for(reader.readexactly(4), 5)
            tpdu = await asyncio.wait_for(reader.readexactly(struct.unpack("!H", head[2:])[0] - 4), 5)
            called, calling = selectors(tpdu)
            writer.write(b"\x03\0\0\x0e\x09\xd0" + tpdu[4:6] + b"\x21\x8e\0\xc0\x01\x0b")
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            called = "nothing"
    print("admitted" if caller in admitted else "refused", caller, called, calling, file=log, flush=True)
    writer.close()


async def main(log, admitted):
    sock = socket.create_server(("::", 102), family=socket.AF_INET6, dualstack_ipv6=True)
    server = await asyncio.start_server(lambda r, w: serve(r, w, admitted, log), sock=sock)
    await server.serve_forever()


with open(sys.argv[1], "a", encoding="ascii") as out:
    asyncio.run(main(out, sys.argv[2:]))
