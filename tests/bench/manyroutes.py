# SPDX-License-Identifier: GPL-2.0-or-later
"""manyroutes.py: the half of manyroutes.bench that measures starts, run on a node."""

import os
import statistics
import subprocess
import sys

import agents
from rows import point, row

RUNS = int(os.environ["RUNS"])
VIP = "192.0.2.10"
ROUTES = {"few": 10, "many": 100000, "named": 100000}


def kept(name):
    """The compiled table that is kept, to see that it is used and not made again."""
    folder = "/var/lib/mta-stack/%s-mta/tables" % name
    if not os.path.isdir(folder):
        return []
    found = [os.stat(os.path.join(folder, f)) for f in sorted(os.listdir(folder))]
    return [(s.st_ino, s.st_mtime_ns) for s in found]


def check(name):
    """What was measured did happen."""
    said = subprocess.run(["postmap", "-q", "domain%07d.example" % (ROUTES[name] - 1),
                           "lmdb:/etc/postfix/transport"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    if ".many.example" not in said:
        raise SystemExit("the compiled table says %r" % said)


def one(name, warm):
    subprocess.run(["sh", "-ec", "rm -rf /etc/postfix && cp -a /root/before /etc/postfix && "
                    "cp -a /root/%s/. /etc/postfix" % name], check=True)
    os.sync()
    env = {"OCF_RESKEY_mta": "postfix", "OCF_RESOURCE_INSTANCE": name + "-mta",
           "OCF_RESKEY_CRM_meta_timeout": "120000"}
    before = kept(name)
    times = agents.start(agents.OURS, env, VIP)
    check(name)
    if warm and (not before or kept(name) != before):
        raise SystemExit("the kept table was not used again")
    return (*times, agents.stop(agents.OURS, env, VIP))


def main():
    got = {name: [] for name in ROUTES}
    for i in range(RUNS + 1):
        print("run %d of %d" % (i, RUNS), file=sys.stderr, flush=True)
        for name in sorted(ROUTES, reverse=i % 2 == 1):
            times = one(name, i > 0)
            if i > 0:
                got[name].append(times)
    for column, what in enumerate(["start to the first greeting", "start", "stop"]):
        row("%s, 100,000 routes, warm" % what, "-", "ours with 10 routes",
            [t[column] for t in got["many"]], [t[column] for t in got["few"]])
        row("%s, and 1000 remotes" % what, "-", "ours with 100,000 routes to 10 remotes",
            [t[column] for t in got["named"]], [t[column] for t in got["many"]])
        for name in ("few", "many"):
            point(what + ", warm", ROUTES[name], statistics.median(t[column] for t in got[name]))


main()
