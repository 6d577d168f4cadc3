#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold of every configuration, shown on generated ones with the built program.

    tests/property/run.py BUILDDIR [--configs N] [--seed S]

Each configuration is applied, checked, applied again and restored, --offline, with a stand-in for
postmap. What must hold:
  - plan writes nothing; a refused apply has changed nothing
  - apply changes no line but those that the plan names, and no owner, mode, ACL or attribute
  - a compiled table is made from the new source
  - check then says in sync; a second apply changes nothing; a second plan has nothing to change
  - restore gives back each byte, owner, mode, ACL and attribute, and leaves no file behind; what an
    admin wrote in between stays
  - no output of any command has a password in it
A configuration is told by its seed alone; a failure prints the command that repeats it. The last line
is `N passed, N failed, N skipped`.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

from generate import SECRET, generate
from standin import POSTMAP, lay_over, scratch

ADMIN = b"\n# the admin was here\n"


class Broken(Exception):
    """A property that does not hold."""


class Case:
    def __init__(self, program, seed):
        self.rng = random.Random(seed)
        self.work = tempfile.mkdtemp(prefix="mta-stack-property-", dir=scratch())
        self.etc = self.work + "/etc"
        self.program, self.edits = program, 0
        os.mkdir(self.etc, 0o755)
        files, names = generate(self.rng, self.etc)
        for path, content in files.items():
            self.write(path, content)
        with open(self.work + "/names", "w", encoding="ascii") as out:
            out.write(names)
        self.compile(files)

    def write(self, path, content):
        with open(path, "wb") as out:
            out.write(content)
        os.chmod(path, self.rng.choice([0o644, 0o640, 0o600, 0o664]))
        if os.geteuid() == 0:
            os.chown(path, self.rng.choice([0, 0, 2]), self.rng.choice([0, 3]))
        if self.rng.random() < 0.3:
            os.setxattr(path, "user.note", b"kept\x00as it is")

    def compile(self, files):
        """What postmap would have made before, of tables that main.cf names as hash and so on."""
        main = files[self.etc + "/main.cf"].decode("latin-1")
        for path, content in files.items():
            for kind, end in (("hash", "db"), ("btree", "db"), ("lmdb", "lmdb"), ("cdb", "cdb")):
                if "%s:%s" % (kind, path) in main and self.rng.random() < 0.9:
                    self.write("%s.%s" % (path, end), b"made of\n" + content)

    def run(self, command, *options):
        """(status, output); no output may show a password."""
        done = subprocess.run(
            [self.program, command, "--vip", "192.0.2.10", "--mta", "postfix", "--config", self.etc,
             "--names", self.work + "/names", "--offline", "--name", "mail.cluster.example",
             "--state-dir", self.work + "/state", "--resource", "mail", "--deadline", "20", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        text = done.stdout.decode("latin-1")
        if SECRET in text:
            raise Broken("%s %s shows a password:\n%s" % (command, " ".join(options), text))
        if done.returncode < 0:
            raise Broken("%s died of signal %d" % (command, -done.returncode))
        return done.returncode, text

    def look(self):
        """All that can be told about the files, but their dates."""
        seen = {}
        for name in sorted(os.listdir(self.etc)):
            path = self.etc + "/" + name
            st = os.lstat(path)
            with open(path, "rb") as content:
                seen[name] = (content.read(), st.st_mode, st.st_uid, st.st_gid,
                              {a: os.getxattr(path, a) for a in os.listxattr(path)})
        return seen

    def published(self):
        """The same of files that mta-stack has put its mark on."""
        seen = self.look()
        for *_, attributes in seen.values():
            attributes.pop("user.mta-stack", None)
        return seen

    def must(self, holds, what):
        if not holds:
            raise Broken(what)

    def apply(self, before):
        """False if it was refused."""
        status, said = self.run("apply", "--output-as=json")
        if status != 0:
            self.must(self.look() == before, "a refused apply changed something: " + said)
            self.must("two edits claim" not in said and "memory" not in said, said)
            return False
        # warnings may come first
        edits = json.loads(said[said.index("\n{\n") if "\n{\n" in said else 0:])["edits"]
        self.edits = len(edits)
        self.lines_stay(before, edits)
        return True

    def lines_stay(self, before, edits):
        after = self.published()
        self.must(before.keys() == after.keys() or self.only_compiled(before, after),
                  "files came or went: %s" % sorted(set(before) ^ set(after)))
        for name, (old, *attributes) in before.items():
            new = after[name]
            self.must(list(new[1:]) == attributes, "attributes of %s changed" % name)
            mine = [e for e in edits if e["file"] == self.etc + "/" + name]
            source = name.rpartition(".")[0]
            if new[0] != old and not mine and source in before:
                self.must(new[0] == b"made of\n" + after[source][0], name + " has another source")
                continue
            touched = set()
            for e in mine:
                touched.update(range(e["line"], e["line"] + 1 + e["old"].count("\n")))
            rest = iter(new[0].split(b"\n"))
            for number, line in enumerate(old.split(b"\n"), 1):
                self.must(number in touched or line in rest or line == b"",
                          "%s line %d changed, but no edit is of it" % (name, number))
            self.must(bool(mine) or new[0] == old, name + " changed without an edit")

    def only_compiled(self, before, after):
        """A table that was never compiled may be now."""
        return before.keys() < after.keys() and all(
            n.rpartition(".")[2] in ("db", "lmdb", "cdb") for n in after.keys() - before.keys())

    def applied(self):
        after = self.look()
        status, said = self.run("check", "--output-as=json")
        self.must(status == 0 and json.loads(said)["state"] == "in-sync", "check: " + said)
        status, said = self.run("plan")
        self.must(status == 0 and "# nothing to change" in said, "plan after apply: " + said)
        status, said = self.run("apply")
        self.must(status == 0, "a second apply: " + said)
        self.must(self.look() == after, "a second apply changed something")

    def restored(self, before):
        edited = self.rng.random() < 0.3 and before["main.cf"][0].endswith(b"\n")
        if edited:
            with open(self.etc + "/main.cf", "ab") as out:
                out.write(ADMIN)
            for options in ((), ("--output-as=json",)):
                status, said = self.run("check", *options)
                self.must(status == 1, "check after an edit: " + said)
        status, said = self.run("restore", *self.rng.choice([(), ("--output-as=json",)]))
        self.must(status == 0, "restore: " + said)
        now = self.look()
        if edited:
            main = now.pop("main.cf")
            was = dict(before)
            self.must(main[0] == was.pop("main.cf")[0] + ADMIN, "what the admin wrote got lost")
            self.must(now == was, "restore left something changed")
        else:
            for name in before.keys() | now.keys():
                self.must(now.get(name) == before.get(name), "restore: %s is not what it was" % name)
        self.must(self.run("check")[0] == 7, "check after restore is not 7")

    def overlapping(self):
        """An admin edits the very lines with passwords: what is told of the overlap shows none."""
        if SECRET.encode() not in self.look()["main.cf"][0] or self.run("apply")[0] != 0:
            return
        with open(self.etc + "/main.cf", "r+b") as main:
            lines = main.read().split(b"\n")
            main.seek(0)
            main.write(b"\n".join(b + b" " if SECRET.encode() in b else b for b in lines))
        self.run("check")
        self.run("plan", "--output-as=json")
        self.run("restore", *self.rng.choice([(), ("--output-as=json",)]))

    def play(self):
        before = self.look()
        plans = self.run("plan"), self.run("plan", "--output-as=json")
        self.must(self.look() == before and not os.path.exists(self.work + "/state"),
                  "plan wrote something")
        if not self.apply(before):
            return False
        self.must(plans[0][0] == plans[1][0] == 0, "plan failed where apply did not")
        self.applied()
        self.restored(before)
        self.overlapping()
        return True


def play(program, seed):
    """(outcome, edits): applied, refused or broken."""
    case = Case(program, seed)
    try:
        return ("applied" if case.play() else "refused"), case.edits
    except Broken as why:
        print("FAIL seed %d: %s\n    repeat: tests/property/run.py BUILDDIR --configs 1 --seed %d"
              % (seed, why, seed))
        return "broken", 0
    finally:
        shutil.rmtree(case.work)


def stand_in():
    """Our postmap where mta-stack looks for it, in a mount namespace that ends with us."""
    if "PROPERTY_INSIDE" not in os.environ:
        os.environ["PROPERTY_INSIDE"] = "yes"
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable] + sys.argv)
    return lay_over({"postmap": POSTMAP, "postconf": None, "postfix": None})


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("build")
    args.add_argument("--configs", type=int, default=150)
    args.add_argument("--seed", type=int, default=1)
    args = args.parse_args()
    if os.geteuid() != 0:
        print("skip property: only root can lay a postmap over another\n"
              "0 passed, 0 failed, 1 skipped")
        return 0
    counts, edits, stubs = {"applied": 0, "refused": 0, "broken": 0}, 0, stand_in()
    try:
        for seed in range(args.seed, args.seed + args.configs):
            outcome, n = play(os.path.abspath(args.build) + "/mta-stack", seed)
            counts[outcome] += 1
            edits += n
    finally:
        subprocess.run(["umount", "-l", stubs], check=True)
        os.rmdir(stubs)
    print("# %d applied with %d edits, %d refused" % (counts["applied"], edits, counts["refused"]))
    # a generator that has gone astray would show nothing
    if args.configs >= 20 and counts["refused"] * 3 > args.configs:
        print("FAIL too many configurations were refused")
        counts["broken"] += 1
    print("%d passed, %d failed, 0 skipped" % (counts["applied"] + counts["refused"],
                                               counts["broken"]))
    return 1 if counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
