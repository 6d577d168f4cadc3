# SPDX-License-Identifier: GPL-2.0-or-later
"""monitor.py: the measuring half of monitor.bench, run on a node."""

import os
import subprocess
import sys
import time

RUNS = int(os.environ["RUNS"])
EACH = 8  # monitors in one sample
ENV = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OCF_ROOT": "/usr/lib/ocf", "OCF_RA_VERSION_MAJOR": "1",
    "OCF_RA_VERSION_MINOR": "1", "OCF_RESOURCE_INSTANCE": "mail-mta", "OCF_RESKEY_CRM_meta_timeout": "20000",
    "OCF_RESKEY_CRM_meta_interval": "30000", "HA_LOGFACILITY": "none",
}
EMPTY = "/root/empty"
AGENTS = {
    "ours": (["/usr/lib/ocf/resource.d/mta/stack", "monitor"], {"OCF_RESKEY_mta": "postfix"}),
    "deep": (["/usr/lib/ocf/resource.d/mta/stack", "monitor"],
             {"OCF_RESKEY_mta": "postfix", "OCF_CHECK_LEVEL": "10"}),
    "theirs": (["/usr/lib/ocf/resource.d/heartbeat/postfix", "monitor"], {}),
    "empty": ([EMPTY, "monitor"], {}),
}


def monitor(argv, env):
    """One monitor: milliseconds of wall and of CPU, its descendants' included."""
    began = time.monotonic()
    child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit("%s: status %d: %s" % (argv[0], child.returncode, said.decode()))
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000


def sample(name):
    argv, more = AGENTS[name]
    each = [monitor(argv, dict(ENV, **more)) for _ in range(EACH)]
    return [sum(column) / EACH for column in zip(*each)]


def main():
    with open(EMPTY, "w") as f:
        f.write("#!/bin/sh\n. /usr/lib/ocf/lib/heartbeat/ocf-shellfuncs\nexit 0\n")
    os.chmod(EMPTY, 0o755)
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
                ("deep", "theirs", "-", "monitor, depth 10", "ocf:heartbeat:postfix monitor")]:
            print("row", "%s: %s" % (label, what), limit, title, "ms", numbers[ours], "/", numbers[peer],
                  sep="\t")


main()
