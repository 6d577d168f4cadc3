# SPDX-License-Identifier: GPL-2.0-or-later
"""startstop.py: the measuring half of startstop.bench, run on a node."""

import os
import sys

import agents
from rows import row

RUNS = int(os.environ["RUNS"])
VIP = "192.0.2.10"
TIMEOUT = {"OCF_RESKEY_CRM_meta_timeout": "120000"}
AGENTS = {
    "ours": (agents.OURS, dict(TIMEOUT, OCF_RESKEY_mta="postfix")),
    "theirs": (agents.THEIRS, TIMEOUT),
}
WHAT = {"greeting": "start to the first greeting on the VIP", "start": "start", "stop": "stop"}


def main():
    got = {name: {what: [] for what in WHAT} for name in AGENTS}
    if agents.greets(VIP, 2):
        raise SystemExit("a mail server runs already")
    for i in range(RUNS + 1):
        print("run %d of %d" % (i, RUNS), file=sys.stderr, flush=True)
        for name in sorted(AGENTS, reverse=i % 2 == 1):
            greeting, started = agents.start(*AGENTS[name], VIP)
            stopped = agents.stop(*AGENTS[name], VIP)
            if i > 0:  # the first is for the caches, ours and the system's
                for what, ms in (("greeting", greeting), ("start", started), ("stop", stopped)):
                    got[name][what].append(ms)
    for what, label in WHAT.items():
        row(label, "1.1x", "ocf:heartbeat:postfix", got["ours"][what], got["theirs"][what])


main()
