# SPDX-License-Identifier: GPL-2.0-or-later
"""driver: drives the group from node to node under continuous mail; runs inside of the lab.

Usage: driver.py LAB-PROGRAM LAB FOLDER drive FAILOVERS SEED RATE MESSAGES [CAUSE…]
       driver.py LAB-PROGRAM LAB FOLDER listen | finish

listen starts the remote site's server, which outlives the driver. drive counts a failover when a mail
server greets at the VIP by another node's name than before, and writes it to FOLDER/failovers at once; each
fault strikes after MESSAGES more were acknowledged; CAUSEs are tried first, in this order, then they are
drawn. finish puts everything right, switches all nodes on, waits until all that was acknowledged has
arrived and stops the group; it needs no driver before it that ended well, and no signal keeps it from it.

Guarantees: after SIGINT or SIGTERM, or a kill, no acknowledged message is forgotten: every log is written
line by line, and finish reads them. Exits with 0 if all failovers were reached (drive) or nothing is
missing and the group stopped (finish).
"""

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import account
import faults
from cluster import DESK, INSIDE, NODES, Cluster, Lab, Power

HERE = os.path.dirname(os.path.abspath(__file__))
INBOX = INSIDE + "/shared/mail/in/new"
VIPS = ("192.0.2.10", "2001:db8:1::10")


class Stuck(Exception):
    """The cluster is not where it should be within the bound, or no mail flows any more."""


class Interrupted(Exception):
    """Somebody wants us to come to an end."""


class World:
    """All that a fault can reach."""

    remove = staticmethod(os.unlink)

    def __init__(self, program, name, folder):
        self.folder = folder
        self.lab = Lab(program, name)
        self.cluster = Cluster(self.lab)
        os.makedirs(DESK, exist_ok=True)
        self.power = Power(self.lab, self.append_to("power"))
        self.power.start()
        self.active = self.target = None
        self.cause = self.complication = ""
        self.number = 0
        self.greetings = []
        self.children = []
        self.stopping = False
        self.seen = set()

    def append_to(self, name):
        return open(os.path.join(self.folder, name), "a", encoding="utf-8")

    def note(self, name, record):
        with self.append_to(name) as file:
            file.write(json.dumps(record) + "\n")

    # --- the traffic ---

    def listen(self):
        """The remote site's server; it outlives us, so that nothing is missed."""
        if not self.lab.call("ip", "netns", "exec", self.lab.name + "-remote", "ss", "-Hltn",
                             "sport = :25")[1].strip():
            self.lab.started("remote", "python3", HERE + "/sink.py", self.folder + "/sink", *VIPS,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=self.append_to("sink.errors"))

    def talk(self, rate):
        run = os.path.basename(self.folder)
        self.append_to("sent").close()
        for netns, command in (
                ("client", ["send.py", "out", run, rate, self.folder + "/sent"]),
                ("remote", ["send.py", "in", run, rate, self.folder + "/sent"]),
                ("client", ["greet.py", self.folder + "/greetings"])):
            self.children.append(self.lab.started(
                netns, "python3", "%s/%s" % (HERE, command[0]), *command[1:],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        threading.Thread(target=self.hear, args=(self.children[-1].stdout,), daemon=True).start()

    def hear(self, stream):
        for line in stream:
            at, who = line.decode("ascii").split()
            self.greetings.append((float(at), who))

    def hush(self):
        for child in self.children:
            child.stdin.close()
        for child in self.children:
            child.wait(30)

    def collect(self):
        """What arrived in the cluster's mailbox; a file is read once."""
        with self.append_to("inbox") as log:
            for entry in os.scandir(INBOX):
                if entry.name in self.seen:
                    continue
                self.seen.add(entry.name)
                with open(entry.path, encoding="ascii", errors="replace") as file:
                    name = [line.split()[1].split("@")[0] for line in file
                            if line.startswith("X-Original-To:")][0]
                log.write("%.3f %s %s\n" % (entry.stat().st_mtime, name, entry.name))

    # --- waiting ---

    def wait(self, seconds, condition, every=0.5):
        """What condition gave, once it is true; None after that many seconds."""
        end = time.time() + seconds
        while True:
            if self.stopping:
                raise Interrupted
            if any(child.poll() is not None for child in self.children):
                raise Stuck("a sender or the greeter has ended; is the disk full?")
            found = condition()
            if found or time.time() > end:
                return found or None
            time.sleep(every)

    def without_failures(self):
        """What Pacemaker reports as failed is written down, and forgotten there."""
        online, where, failures = self.cluster.state()
        if failures:
            self.note("events", {"at": round(time.time(), 3), "failures": failures})
            self.cluster.ask("crm_resource --cleanup >/dev/null 2>&1")
            return set(), None
        return online, where

    def ready(self):
        """All nodes online, the group whole on one, and that one greets."""
        online, where = self.without_failures()
        if len(online) < len(NODES) or where is None or not self.greetings:
            return None
        return where if self.greetings[-1][1] == where else None

    def enough(self, count):
        """Have that many been acknowledged?"""
        with open(self.folder + "/sent", "rb") as file:
            return file.read().count(b" acknowledged") >= count

    def moved(self):
        """The greeting of another node, or of the same after a gap that is over for good."""
        since = [g for g in self.greetings if g[0] > self.struck]
        for at, who in since:
            if who in NODES and who != self.active:
                return at, who
        if len(since) > 1 and since[-1][1] == self.active and time.time() - since[-1][0] > 5 and \
                self.cluster.state()[1] == self.active:
            return since[-1]
        return None

    # --- one failover ---

    def failover(self, rng, cause, messages):
        self.wait(60, lambda: self.enough(messages))
        self.active = self.wait(180, self.ready)
        if self.active is None:
            raise Stuck("not whole within 180 s: %s" % (self.cluster.state(),))
        self.plan(rng, cause)
        self.power.fenced.clear()
        worked = not self.complication or faults.STRIKE[self.complication](self)
        self.struck = time.time()
        try:
            worked = faults.STRIKE[self.cause](self) and worked
            arrived = self.wait(120, self.moved, 0.2)
        finally:
            faults.well_again(self)
            faults.mend(self)
        record = {"at": round(self.struck, 3), "cause": self.cause, "with": self.complication,
                  "from": self.active, "to": arrived and arrived[1], "target": self.target}
        record["counts"] = bool(arrived) and arrived[1] != self.active
        record.update(self.times(arrived))
        record["effect"] = bool(worked) and faults.told(self, record)
        self.collect()
        self.note("failovers", record)
        return record

    def plan(self, rng, cause):
        """What shall happen, and where the group shall go, or then: so it likes these nodes."""
        self.cause, self.complication = faults.draw(rng, cause)
        others = rng.sample([n for n in NODES if n != self.active], 2)
        self.target = others[0]
        self.number = rng.randrange(1000)
        self.cluster.ask("cibadmin --modify --allow-create --scope constraints --xml-text '<constraints>"
                         "%s</constraints>'" % "".join(
                             '<rsc_location id="%s" rsc="mail" node="%s" score="%d"/>' % choice
                             for choice in zip(("next", "then"), others, (50, 25))))

    def times(self, arrived):
        """Seconds from the cause to each step."""
        def after(at):
            return round(at - self.struck, 2)

        steps = {}
        for at, who in self.greetings:
            if at > self.struck and who != self.active:
                steps.setdefault("gone", after(at))
                if who == "refused":
                    steps["vip"] = after(at)
        if self.active in self.power.fenced:
            steps["fenced"] = after(self.power.fenced[self.active])
        if arrived:
            steps["greeting"] = after(arrived[0])
            said = self.cluster.ask(
                "cibadmin -Q --xpath \"//node_state[@uname='%s']//lrm_resource[@id='mail-mta']"
                "/lrm_rsc_op[@operation='start']\"" % arrived[1])[1]
            if 'exec-time="' in said:
                steps["start"] = round(int(said.split('exec-time="')[-1].split('"')[0]) / 1000, 2)
        return steps


def drive(world, failovers, seed, rate, messages, causes):
    rng = random.Random(seed)
    world.talk(rate)
    done = tried = 0
    try:
        while done < failovers and tried < 2 * failovers + 10:
            record = world.failover(rng, causes[tried] if tried < len(causes) else None,
                                    messages * (tried + 1))
            tried += 1
            done += record["counts"]
            sums = account.Run(world.folder)
            print("%3d/%d %s %-22s %s → %-6s greets after %s s; %d acknowledged, %d on their way" % (
                done, failovers, time.strftime("%H:%M:%S"),
                record["cause"] + (" " + record["with"] if record["with"] else ""), record["from"],
                record["to"], record.get("greeting", "–"), len(sums.acknowledged), len(sums.missing)),
                flush=True)
    finally:
        world.hush()
    return 0 if done >= failovers else 1


def finish(world):
    """Put right, wait until nothing is missing, stop."""
    world.listen()
    faults.mend_all(world)

    def whole():
        online, where = world.without_failures()
        return where if len(online) == len(NODES) else None

    def arrived():
        world.collect()
        return not account.Run(world.folder).missing

    def stopped():
        return "Started" not in world.cluster.ask("crm_mon -1 --output-as=xml | grep 'id=\"mail-'")[1]

    where = world.wait(180, whole)
    if where is None:
        print("not whole after 180 s: %s" % (world.cluster.state(),))
        return 1
    # What DNS or the remote has put off need not wait for its next turn.
    world.lab.on(where, "postqueue -f")
    all_there = world.wait(240, arrived, 2)
    time.sleep(2)
    world.collect()
    world.note("events", {"queue": world.lab.on(where, "postqueue -p | tail -n 20")[1]})
    world.cluster.ask("pcs resource disable mail")
    ended = world.wait(90, stopped)
    if not ended:
        print("the group does not stop: %s" % (world.cluster.state(),))
    return 0 if all_there and ended else 1


def alone(folder):
    """One driver a run: another one is asked to come to its end, and then made to. Returns the lock."""
    file = open(folder + "/driver", "a+", encoding="ascii")
    for seconds in range(90):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            file.seek(0)
            try:
                os.kill(int(file.read()), signal.SIGTERM if seconds < 60 else signal.SIGKILL)
            except (ValueError, ProcessLookupError):
                pass  # it begins or ends just now
            time.sleep(1)
    else:
        raise Stuck("another driver does not end")
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def main():
    program, name, folder, what = sys.argv[1:5]
    lock = alone(folder)
    world = World(program, name, folder)

    def stop(_signal, _frame):
        world.stopping = what != "finish"

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    try:
        if what == "listen":
            return world.listen()
        if what == "finish":
            return finish(world)
        return drive(world, int(sys.argv[5]), sys.argv[6], sys.argv[7], int(sys.argv[8]),
                     sys.argv[9:])
    except Stuck as error:
        print("stuck: %s" % error)
    except Interrupted:
        print("interrupted")
    finally:
        lock.close()
    return 1


sys.exit(main())
