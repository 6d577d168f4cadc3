# SPDX-License-Identifier: GPL-2.0-or-later
"""routes: Postfix configurations with a transport table of any size, and an apply of them.

A table has one route a line, and the addresses of ADDRESSES remotes in turn, each pinned to a name.
"""

import os
import shutil
import subprocess
import sys
import time

ADDRESSES = 1000
VIP = "192.0.2.10"
BUILD = os.environ["MTA_STACK_BUILD"]
RUNS = int(os.environ.get("RUNS", "7"))


def address(i):
    return "198.18.%d.%d" % (i % ADDRESSES // 250, i % 250 + 1)


def make(folder, n, kind="texthash", path=None):
    """A configuration folder with n routes; `path` is the folder as Postfix will see it."""
    os.mkdir(folder)
    path = path or os.path.realpath(folder)
    with open(os.path.join(folder, "main.cf"), "w") as f:
        f.write("compatibility_level = 3.6\nqueue_directory = /var/spool/postfix\n"
                "transport_maps = %s:%s/transport\n" % (kind, path))
    with open(os.path.join(folder, "master.cf"), "w") as f:
        f.write("smtp unix - - n - - smtp\n")
    with open(os.path.join(folder, "transport"), "w") as f:
        f.writelines("domain%07d.example smtp:[%s]:25\n" % (i, address(i)) for i in range(n))
    with open(os.path.join(folder, "names"), "w") as f:
        f.writelines("%s mx%d.remote.example\n" % (address(i), i) for i in range(ADDRESSES))


def sed_script(path):
    """What an admin would write to get the same table."""
    with open(path, "w") as f:
        f.writelines("s/\\[%s\\]/[mx%d.remote.example]/\n" % (address(i).replace(".", "\\."), i)
                     for i in range(ADDRESSES))


def fresh(pristine, folder, state):
    """Lay a configuration out anew, with no state, and nothing left to be written."""
    for old in (folder, state):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(pristine, folder)
    os.mkdir(state, 0o700)
    os.sync()


def command(verb, folder, state, program=None):
    return [program or os.path.join(BUILD, "mta-stack"), verb, "--mta", "postfix", "--config",
            os.path.realpath(folder), "--vip", VIP, "--name", "mail.example.com", "--offline",
            "--names", os.path.realpath(os.path.join(folder, "names")), "--state-dir",
            os.path.realpath(state), "--deadline", "120"]


def apart():
    """Go on in mount and network namespaces of our own."""
    if os.environ.get("BENCH_APART") == "yes":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    if os.geteuid() != 0:
        print("skip\tonly root can make namespaces")
        sys.exit(0)
    os.environ["BENCH_APART"] = "yes"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--propagation", "private", sys.argv[0]])


def urgent():
    """What makes a command go before others, ours like the peer's: a busy machine disturbs less."""
    prefix = ["chrt", "--fifo", "1"]
    may = subprocess.run(prefix + ["true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return prefix if may else []


URGENT = urgent()


def timed(argv, **more):
    """Milliseconds of wall clock; it must end with 0."""
    started = time.monotonic()
    done = subprocess.run(URGENT + argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **more)
    ms = (time.monotonic() - started) * 1000
    if done.returncode != 0:
        raise SystemExit("%s ended with %d: %s" % (argv[:2], done.returncode,
                                                   done.stderr.decode().strip()))
    return ms
