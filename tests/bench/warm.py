# SPDX-License-Identifier: GPL-2.0-or-later
"""warm.py: the measuring half of warm.bench, run in a root with Postfix."""

import os
import statistics
import subprocess

import routes
from rows import point, progress, row

SIZES = [10, 1000, 100000]


def apply_and_restore(n):
    """Milliseconds of the apply; what it promised is looked at."""
    ms = routes.timed(routes.command("apply", "config", "state"))
    said = subprocess.run(["postmap", "-c", "config", "-q", "domain%07d.example" % (n - 1),
                           "hash:config/transport"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if ".remote.example" not in said:
        raise SystemExit("the compiled table says %r" % said)
    routes.timed(routes.command("restore", "config", "state"))
    os.sync()
    return ms


def tables():
    """What is kept, to see that it was used: the same file, not made again."""
    folder = "state/postfix/tables"
    kept = [os.stat(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]
    return [(s.st_ino, s.st_mtime_ns) for s in kept]


def main():
    os.chdir("/mnt")
    cold, warm, postmap = {n: [] for n in SIZES}, {n: [] for n in SIZES}, {n: [] for n in SIZES}
    for n in SIZES:
        progress("making %d routes" % n)
        routes.make("pristine.%d" % n, n, kind="hash", path="/mnt/config")
        routes.timed(["postmap", "-c", "/etc/postfix", "hash:pristine.%d/transport" % n])
    for i in range(routes.RUNS):
        for n in SIZES:
            progress("run %d of %d: %d routes" % (i + 1, routes.RUNS, n))
            routes.fresh("pristine.%d" % n, "config", "state")
            cold[n].append(apply_and_restore(n))
            kept = tables()
            warm[n].append(apply_and_restore(n))
            if not kept or tables() != kept:
                raise SystemExit("the kept table was not used again")
            postmap[n].append(routes.timed(["postmap", "-c", "/etc/postfix", "hash:config/transport"]))
    large = SIZES[-1]
    row("warm apply of 100,000 routes, hash:", "0.75x", "cold: with postmap", warm[large], cold[large])
    row("warm apply of 100,000 routes, hash:", "-", "postmap alone", warm[large], postmap[large])
    row("warm apply of 100,000 routes, hash:", "-", "warm, 10 routes", warm[large], warm[10])
    for n in SIZES:
        point("apply, hash:, cold", n, statistics.median(cold[n]))
        point("apply, hash:, warm", n, statistics.median(warm[n]))


main()
