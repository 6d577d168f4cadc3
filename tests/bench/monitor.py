# SPDX-License-Identifier: GPL-2.0-or-later
"""monitor.py: the measuring half of monitor.bench, run on a node."""

import os
import sys

import agents

RUNS = int(os.environ["RUNS"])
EACH = 8  # monitors in one sample
EMPTY, SH = "/root/empty", "/root/sh"
BODIES = {
    EMPTY: "#!/bin/sh\n. /usr/lib/ocf/lib/heartbeat/ocf-shellfuncs\nexit 0\n",
    SH: "#!/bin/sh\nexit 0\n",
}
OURS = {"OCF_RESKEY_mta": "postfix", "OCF_RESKEY_CRM_meta_interval": "30000"}
AGENTS = {
    "ours": (agents.OURS, OURS),
    "deep": (agents.OURS, dict(OURS, OCF_CHECK_LEVEL="10")),
    "theirs": (agents.THEIRS, {"OCF_RESKEY_CRM_meta_interval": "30000"}),
    "empty": (EMPTY, {}),
    "sh": (SH, {}),
}


def sample(name):
    program, env = AGENTS[name]
    each = [agents.call([program, "monitor"], env) for _ in range(EACH)]
    return [sum(column) / EACH for column in zip(*each)]


def main():
    for path, body in BODIES.items():
        with open(path, "w") as f:
            f.write(body)
        os.chmod(path, 0o755)
    got = {name: [] for name in AGENTS}
    for i in range(RUNS + 1):
        print("run %d of %d" % (i, RUNS), file=sys.stderr, flush=True)
        for name in AGENTS:
            one = sample(name)
            if i > 0:  # the first is for the caches
                got[name].append(one)
    for column, what in enumerate(["wall", "CPU"]):
        numbers = {name: " ".join("%.3f" % s[column] for s in got[name]) for name in got}
        for ours, peer, limit, label, title in [
                ("ours", "theirs", "0.125x", "monitor, depth 0", "ocf:heartbeat:postfix monitor"),
                ("ours", "empty", "-", "monitor, depth 0", "an agent that reads ocf-shellfuncs and ends"),
                ("ours", "sh", "-", "monitor, depth 0", "an empty sh: it ends at once"),
                ("deep", "theirs", "-", "monitor, depth 10", "ocf:heartbeat:postfix monitor")]:
            print("row", "%s: %s" % (label, what), limit, title, "ms", numbers[ours], "/", numbers[peer],
                  sep="\t")


main()
