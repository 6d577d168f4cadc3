# SPDX-License-Identifier: GPL-2.0-or-later
"""failover: how long a group's mail server cannot be reached, by move and by power cut.

    with lab.Lab() as cluster:
        prepare(cluster)
        with Watch(cluster) as watch:
            got = rounds(cluster, watch, groups, runs())    got[name][what] is a list of milliseconds:
                                    the blackout, to the first mail, and for CUT Pacemaker's wait in it

A blackout is the time between two greetings on the VIP: the last of the old server and the first
of the new one, as greetings.py sees them from the client. Each round is, for each of the groups in
turns: it is made and starts on node1, moves to node2, and then node2's power is cut, so that it
comes back; node2 boots, the group is deleted, and both nodes must have the admin's own
configuration again, which one group after the other finds. The first round is not counted.

After a power cut Pacemaker's controller waits for one second or for two until it decides, as the news of
the lost node happen to reach it; that is the same toss for every group, and worth more than what is
looked for where two of ours are compared. So each power cut also tells how long that was.
"""

import os
import subprocess
import threading
import time

from rows import progress

VIP = "192.0.2.10"
STEADY = 10  # so many greetings within half a second
CUT, MOVE = "power cut", "move"
FEWEST = 10  # runs of each: what is promised is promised of so many


def runs():
    """What RUNS says, but never fewer than are promised, except in a trial."""
    wanted = int(os.environ.get("RUNS", FEWEST))
    return max(wanted, 2 if os.environ.get("TRIAL", "") not in ("", "0") else FEWEST)


class Group:
    """A group named NAME, whose last resource is NAME-mta."""

    def __init__(self, name, resources, before=""):
        self.name, self.resources, self.before = name, resources, before
        self.mta = name + "-mta"

    def create(self, cluster):
        for node in ("node1", "node2"):
            cluster.on(node, "sh", "-ec", """
                rm -rf /etc/postfix && cp -a /root/before /etc/postfix
                %s
                rm -rf /root/admin && cp -a /etc/postfix /root/admin""" % self.before)
        lines = ["pcs resource create %s-%s --group %s" % (self.name, r, self.name)
                 for r in self.resources]
        cluster.on("node1", "sh", "-ec", "\n".join(lines))
        cluster("wait-started", self.mta)
        cluster("move", self.mta, "node1")

    def delete(self, cluster):
        # Stopped first, in its order: what is deleted while it runs is stopped all at once.
        cluster.on("node1", "pcs", "resource", "disable", self.name)
        cluster("wait-stopped", self.name + "-vip")
        cluster.on("node1", "pcs", "resource", "delete", "--force", self.name)
        for node in ("node1", "node2"):
            cluster.on(node, "diff", "-r", "/root/admin", "/etc/postfix")


def ours(name, *parameters, before=""):
    return Group(name, ["vip ocf:heartbeat:IPaddr2 ip=%s cidr_netmask=24" % VIP,
                        "mta ocf:mta:stack mta=postfix " + " ".join(parameters)], before)


def peers(name):
    """What people do without: routes get the VIP as source, for the whole host."""
    return Group(name, ["vip ocf:heartbeat:IPaddr2 ip=%s cidr_netmask=24" % VIP,
                        "src ocf:heartbeat:IPsrcaddr ipaddress=%s cidr_netmask=24" % VIP,
                        "mta ocf:heartbeat:postfix"])


def prepare(cluster):
    for node in ("node1", "node2"):
        cluster.on(node, "sh", "-ec", """
            cp -a /etc/postfix /root/before
            systemctl -q enable mta-stack-restore.service""")
    cluster.on("node1", "crm_attribute", "--type", "rsc_defaults", "--name", "resource-stickiness",
               "--update", "100")


class Watch:
    """Greetings at the client, deliveries at the remote, as they happen."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.greetings, self.sent, self.delivered = [], {}, {}
        self.children = []

    def __enter__(self):
        self.cluster.put("client", "/root/greetings.py", "greetings.py")
        self.start(self.take_greeting, "enter", "client", "python3", "-u", "/root/greetings.py", VIP)
        self.start(self.take_log, "enter", "remote", "tail", "-n", "0", "-F", "/var/log/mail.log")
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.stdin.close()
            child.terminate()
            child.wait()

    def start(self, take, *words):
        child = subprocess.Popen(self.cluster.argv(*words), stdin=subprocess.PIPE, text=True,
                                 stdout=subprocess.PIPE)
        self.children.append(child)

        def read():
            for line in child.stdout:
                take(line.split(), line)
        threading.Thread(target=read, daemon=True).start()

    def take_greeting(self, words, _):
        if words[0] == "greeting":
            self.greetings.append(float(words[1]))
        else:
            self.sent[words[1]] = float(words[2])

    def take_log(self, _, line):
        if "status=sent" in line and "to=<first-" in line:
            self.delivered[line.split("to=<")[1].split(">")[0]] = time.monotonic()

    def wait(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("after %d s not seen: %s" % (seconds, what))
            time.sleep(0.02)

    def is_steady(self, since):
        now = time.monotonic()
        return now - since > 1 and sum(t > now - 0.5 for t in self.greetings[-100:]) >= STEADY

    def steady(self):
        since = time.monotonic()
        self.wait("steady greetings on the VIP", lambda: self.is_steady(since))

    def gap(self, since):
        """The longest silence that ended after that moment."""
        times = self.greetings[:]
        return max((b - a, a, b) for a, b in zip(times, times[1:]) if b > since)

    def blackout(self, fault):
        """Milliseconds to the first greeting, and to the first message at the remote."""
        self.steady()
        began = time.monotonic()
        fault()
        self.wait("a silence of the VIP", lambda: self.gap(began - 1)[0] > 0.1)
        self.steady()
        length, last, first = self.gap(began)
        recipients = [r for r, t in self.sent.items() if t >= first]
        self.wait("the first message", lambda: any(r in self.delivered for r in recipients))
        mail = min(self.delivered[r] for r in recipients if r in self.delivered)
        return length * 1000, (mail - last) * 1000


def decision(cluster, group):
    """Milliseconds on node1 from Corosync's new membership to Pacemaker's first step for the group."""
    formed = begun = None
    for line in cluster.on("node1", "journalctl", "-q", "--no-pager", "-o", "short-unix").splitlines():
        if "A new membership" in line:
            formed, begun = float(line.split()[0]), None
        elif begun is None and "Initiating start operation %s-" % group.name in line:
            begun = float(line.split()[0])
    if formed is None or begun is None:
        raise SystemExit("%s: node1's journal does not tell when it took over" % group.name)
    return (begun - formed) * 1000


def one_round(cluster, watch, group):
    group.create(cluster)
    moved = watch.blackout(lambda: cluster("move", group.mta, "node2"))

    def cut():
        cluster("cut", "node2")
        cluster("wait-started", group.mta, "node1")
    was_cut = (*watch.blackout(cut), decision(cluster, group))
    cluster("boot", "node2")
    group.delete(cluster)
    progress("%s: move %.0f ms, %.0f to the first mail; power cut %.0f, %.0f, decided in %.0f" % (
        group.name, *moved, *was_cut))
    return {MOVE: moved, CUT: was_cut}


def rounds(cluster, watch, groups, times):
    got = {g.name: {MOVE: [], CUT: []} for g in groups}
    for i in range(times + 1):
        progress("round %d of %d" % (i, times))
        for group in groups if i % 2 == 0 else reversed(groups):
            for what, both in one_round(cluster, watch, group).items():
                if i > 0:
                    got[group.name][what].append(both)
    return got
