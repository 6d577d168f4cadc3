#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of bad inputs, row by row, with the built programs.

    tests/bad/run.py BUILDDIR [ROW|GROUP…]

rows.py says what a row is. Of each is shown: the exit code, the one line, that no process was ended,
and that nothing changed but what the row lists: no byte, name, owner, mode, date, inode or attribute
of the configuration, the names file, the state and whatever else lies there. Not compared: the dates
of directories of the state, where locks and unfinished files come and go; tables that were compiled,
which are kept there for the next time; and of rows where files are rewritten and put back, inodes and
the dates of directories. A failure prints the command that repeats it; --show prints what was said.
All of it happens in namespaces of its own. Needs root. The last line is `N passed, N failed, N
skipped`.
"""

import argparse
import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

from rows import Wrong, load, pattern
from world import VIP, World, enter, port, until
from tree import differences, fingerprint, surprise
import standin

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.dirname(HERE) + "/cib/cases"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
BASH = os.path.realpath(shutil.which("bash"))
PARTS = 6


class Broken(Exception):
    """What a row promises does not hold."""


class Row:
    def __init__(self, world, row, base):
        self.world, self.row, self.base = world, row, base
        self.work = (world.top if row.get("disk") else world.memory) + "/w"
        self.places = {"work": self.work, "etc": self.work + base["etc"], "cases": CASES,
                       "reader": world.cib_place, "ocf": world.root, "long": "x/" * 3000, "state": self.work + "/state", "build": world.build, "vip": VIP}
        self.processes, self.first, self.said = [], {}, ""

    def fill(self, text):
        text = re.sub(r"@port:([a-z-]+)@", lambda m: str(port(m[1])), text)
        return re.sub(r"@([a-z]+)@", lambda m: self.places[m[1]], text)

    def write(self, path, content, mode="w"):
        path = os.path.join(self.work, self.fill(path))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode, encoding="utf-8") as out:
            out.write(self.fill(content))

    def shell(self, script):
        done = subprocess.run(["bash", "-euc", self.fill(script)], cwd=self.work, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Broken("before failed: " + done.stdout.decode())

    def set_up(self):
        os.makedirs(self.work)
        for folder in ("state", "state/mail", "state/mail/originals", "state/mail/build",
                       "state/mail/tables"):
            os.mkdir(self.work + "/" + folder, 0o700)
        os.close(os.open(self.work + "/state/mail/lock", os.O_CREAT | os.O_WRONLY, 0o600))
        for path, content in {**self.base["files"], **self.row.get("files", {})}.items():
            self.write(path, content)
        for path, text in self.row.get("append", {}).items():
            self.write(path, text, "a")
        for folder in ("queue/pid", "rsctmp"):
            os.makedirs(self.work + "/" + folder, exist_ok=True)
        for name, script in {**self.base.get("programs", {}), **self.row.get("programs", {})}.items():
            standin.put(name, standin.POSTMAP if script == "POSTMAP" else self.fill(script) or None)
        self.world.say(self.row.get("zone", []))
        self.first = fingerprint(self.work)
        if self.row.get("applied"):
            code, said = self.command("apply")
            if code != 0:
                raise Broken("it could not be applied: " + said)
        if "before" in self.row:
            self.shell(self.row["before"])
        for line in self.row.get("processes", []):
            self.processes.append(subprocess.Popen(["bash", "-c", self.fill(line)], cwd=self.work,
                                                   stdout=subprocess.PIPE, start_new_session=True))
            there = "/proc/%d/exe" % self.processes[-1].pid
            if self.processes[-1].stdout.readline() == b"":
                raise Broken("a process ended: " + line)
            until(lambda: os.readlink(there) != BASH, "it is bash still: " + line)
        if "cib_program" in self.row:
            self.world.cib_program(self.fill(self.row["cib_program"]))

    def environment(self):
        env = {"PATH": PATH, "LC_ALL": "C"}
        given = {**self.base["env"], "state_dir": "@state@", **self.row.get("env", {})}
        if "cib" in self.row and "vip" not in self.row.get("env", {}):
            del given["vip"]
        for name, value in given.items():
            if name not in self.row.get("lacks", []):
                env[name if name.isupper() else "OCF_RESKEY_" + name] = self.fill(value)
        return env

    def under(self, words, env):
        if "wrap" in self.row:
            words = ["bash", "-c", self.fill(self.row["wrap"]), "bash"] + words
        if "user" in self.row:
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] + words
        done = subprocess.run(words, env=env, cwd=self.work, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")

    def options(self):
        words = ["--copy-dir", self.work + "/run", "--deadline", "20"]
        if "OCF_RESOURCE_INSTANCE" not in self.environment() and "resource" not in self.row.get("lacks", []):
            words += ["--resource", "mail-mta" if "cib" in self.row else "mail"]
        if "zone" not in self.row:
            words.append("--offline")
        if "cib" in self.row:
            words += ["--cib-file", "%s/%s.xml" % (CASES, self.row["cib"])]
        return words

    def command(self, line):
        """(code, what was said): one command before the row's own."""
        env = {**self.environment()}
        for name in self.row.get("env", {}):
            if name in self.base["env"]:
                env["OCF_RESKEY_" + name] = self.fill(self.base["env"][name])
        code, out, err = self.under([self.world.build + "/mta-stack", *shlex.split(line), *self.options()], env)
        return code, out + err

    def run(self):
        env = self.environment()
        if "agent" in self.row:
            env = {"OCF_RESOURCE_INSTANCE": "mail", "OCF_RESOURCE_TYPE": "stack",
                   "OCF_RESOURCE_PROVIDER": "mta", "OCF_RA_VERSION_MAJOR": "1",
                   "OCF_RA_VERSION_MINOR": "1", "HA_RSCTMP": self.work + "/rsctmp",
                   "HA_LOGFILE": self.world.top + "/ha.log", "OCF_ROOT": self.world.root, **env}
            agent = self.world.agent()
            self.world.program(self.row.get("program"))
            code, out, err = self.under([agent, self.row["agent"]], env)
            prefix = "ocf-exit-reason:"
        else:
            words = shlex.split(self.fill(self.row.get("do", "apply")))
            code, out, err = self.under([self.world.build + "/mta-stack", *self.options(), *words], env)
            prefix = "mta-stack: "
        self.said = "exit %d\n%s%s" % (code, out, err)
        if "then" in self.row:
            after, out = self.command(self.row["then"])
            self.said += "%s: exit %d\n%s" % (self.row["then"], after, out)
            if after != 0:
                raise Broken("what comes then fails")
        return code, prefix, err.splitlines(), out

    def judge(self, code, prefix, lines, out):
        """Standard error is compared whole; with code 0 the line may be one of standard output."""
        row, want = self.row, [pattern(self.fill(text)) for text in self.row.get("warns", [])]
        line = self.fill(row["line"])
        if code != row["code"]:
            raise Broken("wanted exit %d" % row["code"])
        remarks = [re.sub("^# ", "", text) for text in out.splitlines()] if code == 0 else []
        found = len([text for text in remarks if pattern(line).fullmatch(text)])
        if found == 0:
            want.append(pattern(prefix + line))
        if found > 1 or len(lines) != len(want) or \
                not all(w.fullmatch(text) for w, text in zip(want, lines)):
            raise Broken("wanted once: %s; and of standard error: %s" % (
                line, "; ".join(w.pattern for w in want) or "nothing"))

    def compare(self, before):
        after, back = fingerprint(self.work), "back" in self.row
        changed = differences(self.first if back else before, after, back)
        left = {p: self.fill(text) for p, text in self.row.get("left", {}).items()}
        wrong = surprise(self.work, changed, left, back)
        if wrong is not None:
            path = wrong.split(" ")[0]
            raise Broken("%s: %s -> %s" % (wrong, before.get(path), after.get(path)))

    def spared(self):
        """No row is about a process that is ours to end: what it started still runs."""
        for line, process in zip(self.row.get("processes", []), self.processes):
            if process.poll() is not None:
                raise Broken("a process was ended (%d): %s" % (process.returncode, line))

    def play(self):
        try:
            self.set_up()
            before = fingerprint(self.work)
            result = self.run()
            self.judge(*result)
            self.compare(before)
            self.spared()
        finally:
            self.clean()

    def clean(self):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
        if "cib_program" in self.row:
            self.world.cib_back()
        for name in {**self.base.get("programs", {}), **self.row.get("programs", {})}:
            standin.put(name, None)
        if "after" in self.row:
            self.shell(self.row["after"])
        with open("/proc/mounts", encoding="ascii") as mounts:
            below = [line.split()[1] for line in mounts if line.split()[1].startswith(self.work + "/")]
        for place in reversed(below):
            subprocess.run(["umount", "-l", place], check=True)
        shutil.rmtree(self.work)


def play_rows(build, rows, show):
    """[how many passed, failed], in a world of their own."""
    counts, world = [0, 0], World(build)
    try:
        for row, base in rows:
            one, start, why = Row(world, row, base), time.monotonic(), None
            try:
                one.play()
            except (Broken, OSError, subprocess.SubprocessError) as broken:
                why = broken
            counts[why is not None] += 1
            said = one.said.replace("\n", "\n    ")
            if why is not None:
                print("FAIL %s: %s\n    %s\n    repeat: tests/bad/run.py %s %s" % (
                    row["id"], why, said, build, row["id"]))
            elif show:
                print("%s (%.1f s): %s" % (row["id"], time.monotonic() - start, said))
    finally:
        world.end()
    return counts


def share_out(n):
    """Most rows only wait: n parts of ourselves play them. [passed, failed]"""
    parts = [subprocess.Popen([sys.executable] + sys.argv + ["--part", "%d/%d" % (i, n)],
                              stdout=subprocess.PIPE) for i in range(n)]
    counts = [0, 0]
    for part in parts:
        *lines, last = part.communicate()[0].decode().splitlines() or [""]
        print("".join(line + "\n" for line in lines), end="")
        found = re.fullmatch(r"(\d+) passed, (\d+) failed, 0 skipped", last)
        if found is None:
            print("FAIL a part ended without its counts: " + last)
        counts = [counts[0] + int(found[1]), counts[1] + int(found[2])] if found else \
            [counts[0], counts[1] + 1]
    return counts


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("build")
    args.add_argument("wanted", nargs="*")
    args.add_argument("--show", action="store_true")
    args.add_argument("--part", help=argparse.SUPPRESS)
    args = args.parse_args()
    groups, bases = load()
    if os.geteuid() != 0:
        print("skip bad: only root can make namespaces\n0 passed, 0 failed, 1 skipped")
        return 0
    rows = [(row, bases[row.get("base", "postfix")]) for group in groups for row in group["row"]
            if not args.wanted or row["id"] in args.wanted or group["name"] in args.wanted]
    if args.part is None and len(rows) > PARTS:
        for group in groups:
            print("# %s: %d rows" % (group["title"], len(group["row"])))
        counts = share_out(PARTS)
    else:
        enter()
        os.umask(0o022)
        part, of = map(int, (args.part or "0/1").split("/"))
        counts = play_rows(os.path.abspath(args.build), rows[part::of], args.show)
    print("%d passed, %d failed, 0 skipped" % tuple(counts))
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as fault:
        print("FAIL %s\n0 passed, 1 failed, 0 skipped" % fault)
        sys.exit(1)
