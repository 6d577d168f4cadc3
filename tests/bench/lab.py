# SPDX-License-Identifier: GPL-2.0-or-later
"""lab: a cluster of the tests for a bench, from its beginning to its end.

    with lab.Lab() as cluster:
        cluster.on("node1", "pcs", "status")     what it says; it must succeed
        cluster("move", "mail-mta", "node2")     a command of tests/cluster/lab

The lab is gone afterwards, however the bench ends, but for SIGKILL.
"""

import os
import signal
import subprocess
import sys

from rows import progress

SOURCE = os.environ["MTA_STACK_SRC"]
BUILD = os.environ["MTA_STACK_BUILD"]
TOOL = os.path.join(SOURCE, "tests", "cluster", "lab")


class Lab:
    def __init__(self):
        self.id = ("bench%d" % os.getpid())[:12]

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        subprocess.run(["make", "-C", BUILD, "-s", "install-tree"], stdout=sys.stderr, check=True)
        progress("a cluster of two nodes")
        try:
            subprocess.run([TOOL, "up", "--id", self.id, "--install", os.path.join(BUILD, "tests", "tree")],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if os.path.isdir("/run/mta-stack-lab/" + self.id):
            subprocess.run([TOOL, "--lab", self.id, "down"], stdin=subprocess.DEVNULL, stdout=sys.stderr,
                           check=False)

    def argv(self, *words):
        return [TOOL, "--lab", self.id, *words]

    def __call__(self, *words, given=""):
        """One command of the lab, with `given` to read; what it wrote to standard output."""
        done = subprocess.run(self.argv(*words), input=given, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=240)
        if done.returncode != 0:
            raise SystemExit("lab %s ended with %d: %s" % (" ".join(words)[:200], done.returncode,
                                                           done.stderr.strip()))
        return done.stdout

    def on(self, machine, *argv, given=""):
        return self("enter", machine, *argv, given=given)

    def put(self, machine, path, source):
        """A file of the benches, onto a machine."""
        with open(os.path.join(SOURCE, "tests", "bench", source), encoding="utf-8") as f:
            self.on(machine, "sh", "-c", 'cat >"$0"', path, given=f.read())
