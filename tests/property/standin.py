# SPDX-License-Identifier: GPL-2.0-or-later
"""standin: programs of a mail server that are none, where mta-stack looks for them.

lay_over() needs a mount namespace of one's own and root. POSTMAP makes a table that tells what it was
made from.
"""

import os
import subprocess
import tempfile

POSTMAP = """#!/bin/sh
# postmap -c DIR TYPE:FILE; a question, -q, has no answer
[ "$3" != -q ] || exit 1
kind=${3%%:*} file=${3#*:}
case $kind in hash | btree) end=db ;; *) end=$kind ;; esac
{ echo "made of"; cat "$file"; } >"$file.$end"
"""
PLACE = "/usr/sbin"


def scratch():
    """Memory, where there is some: what is shown here does not depend on a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def lay_over(programs):
    """Make PLACE writable without a disk, and put programs there: {name: script, or None for none}.
    Returns a directory to be removed at the end."""
    stubs = tempfile.mkdtemp(dir=scratch())
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", stubs], check=True)
    for name in ("upper", "work"):
        os.mkdir(stubs + "/" + name)
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                    "lowerdir=%s,upperdir=%s/upper,workdir=%s/work" % (PLACE, stubs, stubs), PLACE],
                   check=True)
    for name, script in programs.items():
        put(name, script)
    return stubs


def put(name, script):
    """One program; None: there is none."""
    path = PLACE + "/" + name
    if os.path.lexists(path):
        os.unlink(path)
    if script is not None:
        with open(path, "w", encoding="utf-8") as out:
            out.write(script)
        os.chmod(path, 0o755)
