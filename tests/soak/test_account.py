# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the accounts find a loss, a duplicate and a stranger? From logs written by hand."""

import os
import sys
import tempfile

import account

SENT = """\
10.0 out-r-1 acknowledged
10.1 in-r-1 acknowledged
10.2 out-r-2 acknowledged
10.3 in-r-2 acknowledged
10.4 out-r-3 broken Connection unexpectedly closed
10.5 out-r-4 broken Connection unexpectedly closed
10.6 out-r-5 refused (450, b'later')
15.0 in-r-3 acknowledged
15.1 in-r-4 ackn"""
SINK = """\
10.1 call 2001:db8:1::10
10.2 mail 192.0.2.10 mail.cluster.example out-r-1
15.2 mail 192.0.2.10 mail.cluster.example out-r-1
15.3 mail 192.0.2.10 node2.cluster.example out-r-3
15.4 stranger 192.0.2.12
"""
# The second line says the first again, as after a kill; the third is another file.
INBOX = """\
10.4 in-r-1 a
10.4 in-r-1 a
10.5 in-r-1 b
16.0 in-r-3 c
"""
FAILOVERS = """\
{"at": 11.0, "cause": "cut", "with": "full", "effect": true, "counts": true, "gone": 0.5, "greeting": 4.0}
{"at": 16.0, "cause": "move", "with": "", "effect": true, "counts": false}
{"at": 17.0, "cause": "move", "with": "drift", "effect": false, "counts": true, "fenced": 1.0}
"""
EVENTS = """\
{"at": 12.0, "failures": ["mail-mta_stop_0 on node1: no", "mail-mta_start_0 on node1: no"]}
{"queue": ""}
"""

WANTED = {
    "runs": 1, "failovers": 2, "power cuts": 1, "by cause": {"cut": 1, "move": 1},
    "complications": {"full": 1}, "complications without effect": 1, "faults without a failover": 1,
    "failovers without fencing": 1, "fenced without need": 1, "stops of ours that failed": 1, "acknowledged": 5, "outgoing": 2, "incoming": 3, "lost": 2,
    "duplicates": 2, "refused": 1, "without an answer": 2, "of them arrived": 1,
    "checks that failed in the end": 3, "connections at the remote": 2,
    "of them over IPv6": 1, "from another address than the VIP": 1, "under another name": 1,
}


def main():
    with tempfile.TemporaryDirectory() as results:
        folder = os.path.join(results, "run001")
        os.mkdir(folder)
        for name, text in (("sent", SENT), ("sink", SINK), ("inbox", INBOX), ("failovers", FAILOVERS),
                           ("events", EVENTS), ("code", "abc\n")):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        before = list(account.runs(results, "abc"))
        with open(os.path.join(folder, "verdict"), "w", encoding="ascii") as file:
            file.write('{"failed": 3}')
        run, = account.runs(results, "abc")
        got = account.summary([run])
        ok = before == [] == list(account.runs(results, "abd")) and got == WANTED and sorted(run.missing) == ["in-r-2", "out-r-2"] and \
            run.failovers[0]["mail"] == 4.2 and run.failovers[0]["blackout"] == 4.7
        if not ok:
            print("got:  %s, missing %s, %s\nwant: %s" % (got, run.missing, run.failovers, WANTED))
        return 0 if ok else 1


sys.exit(main())
