# SPDX-License-Identifier: GPL-2.0-or-later
"""The remote site's mail server: takes mail from the VIP alone, and writes down who called.

Usage: sink.py LOG VIP…

Lines of LOG: TIME call ADDRESS for each connection; TIME mail ADDRESS HELO ID for each message, once it is
taken. The line of any other caller than a VIP is `stranger` in place of `call`, and it is refused for good
(554) where sites of this kind refuse, at the recipient: a message that comes from a node is lost.
"""

import asyncio
import sys
import time


class Site:
    def __init__(self, log, vips):
        self.log, self.vips = log, vips

    def note(self, *words):
        self.log.write("%.3f %s\n" % (time.time(), " ".join(words)))
        self.log.flush()

    async def session(self, reader, writer):
        try:
            await asyncio.wait_for(self.serve(reader, writer), 300)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()

    async def serve(self, reader, writer):
        peer = writer.get_extra_info("peername")[0].replace("::ffff:", "")
        known = peer in self.vips
        self.note("call" if known else "stranger", peer)
        helo, recipients = "-", []
        writer.write(b"220 mx1.remote.example ESMTP\r\n")
        while True:
            line = (await reader.readuntil(b"\n")).decode("ascii", "replace").strip()
            verb = line[:4].upper()
            answer = "250 2.0.0 Ok"
            if verb in ("HELO", "EHLO"):
                helo = line[5:] or "-"
            elif verb in ("RCPT", "DATA") and not known:
                answer = "554 5.7.1 not a configured peer"
            elif verb == "RCPT":
                recipients.append(line.split("<", 1)[1].split("@", 1)[0])
            elif verb in ("MAIL", "RSET"):
                recipients = []
            elif verb == "DATA":
                writer.write(b"354 End data with <CR><LF>.<CR><LF>\r\n")
                while await reader.readuntil(b"\n") != b".\r\n":
                    pass
                for name in recipients:
                    self.note("mail", peer, helo, name)
                recipients = []
            elif verb == "QUIT":
                answer = "221 2.0.0 Bye"
            writer.write(answer.encode("ascii") + b"\r\n")
            await writer.drain()
            if verb == "QUIT":
                return


async def main():
    with open(sys.argv[1], "a", encoding="utf-8") as log:
        site = Site(log, sys.argv[2:])
        server = await asyncio.start_server(site.session, ["0.0.0.0", "::"], 25)
        async with server:
            await server.serve_forever()


asyncio.run(main())
