# SPDX-License-Identifier: GPL-2.0-or-later
"""cluster: the nodes of a lab, their power and what Pacemaker says of them; runs inside of the lab.

Guarantees: no call without a bound; a node's power is switched by one thread at a time; a fence request is
answered only when the node is off, and then the node is switched on again, as a reboot would.
"""

import json
import os
import subprocess
import threading
import time
import xml.etree.ElementTree as xml

INSIDE = "/run/lab"
DESK = INSIDE + "/shared/fence"
NODES = ("node1", "node2", "node3")
MEMBERS = 4  # of the group


class Lab:
    def __init__(self, program, name):
        self.program, self.name = program, name

    def call(self, *words, timeout=60):
        """A function of the lab's own. Returns (status, output); status 124 where it took too long."""
        try:
            done = subprocess.run(
                ["bash", self.program, "--inside", self.name] + list(words), timeout=timeout,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True, check=False)
        except subprocess.TimeoutExpired:
            return 124, "no answer after %d s" % timeout
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def on(self, node, script, timeout=30):
        return self.call("machine_enter", node, "timeout", str(timeout), "sh", "-c", script,
                         timeout=timeout + 10)

    def is_off(self, node):
        try:
            with open("%s/%s/nspawn.pid" % (INSIDE, node), encoding="ascii") as file:
                os.kill(int(file.read()), 0)
        except (OSError, ValueError):
            return True
        return False

    def started(self, netns, *command, **options):
        """A long-running program of this machine in the network of one of the lab's."""
        return subprocess.Popen(
            ["ip", "netns", "exec", "%s-%s" % (self.name, netns)] + list(command),
            start_new_session=True, **options)


class Cluster:
    """What Pacemaker says, asked of any node that answers."""

    def __init__(self, lab):
        self.lab, self.spokesman = lab, NODES[0]

    def ask(self, script, timeout=15):
        """(status, output) of the first node whose Pacemaker answers."""
        answer = (125, "no node answers")
        for node in (self.spokesman,) + NODES:
            if not self.lab.is_off(node):
                answer = self.lab.on(node, script, timeout)
                if answer[0] == 0:
                    self.spokesman = node
                    return answer
        return answer

    def state(self):
        """(nodes that are online, node where the whole group runs or None, failures)."""
        status, text = self.ask("crm_mon -1 --output-as=xml", 6)
        try:
            tree = xml.fromstring(text[text.index("<pacemaker-result"):]) if status == 0 else None
        except (ValueError, xml.ParseError):
            tree = None
        if tree is None:
            return set(), None, []
        online = {n.get("name") for n in tree.iterfind("./nodes/node")
                  if n.get("online") == "true" and n.get("pending") == "false"
                  and n.get("unclean") == "false"}
        places = [r.find("node").get("name") if r.get("role") == "Started"
                  and r.find("node") is not None and not r.get("pending") else None
                  for r in tree.iterfind("./resources/group[@id='mail']/resource")]
        where = places[0] if len(places) == MEMBERS and len(set(places)) == 1 else None
        failures = ["%s on %s: %s" % (f.get("op_key"), f.get("node"), f.get("exitreason"))
                    for f in tree.iterfind("./failures/failure")]
        return online, where, failures


class Power(threading.Thread):
    """The power switch: answers fence requests, and switches a node on that shall be on."""

    def __init__(self, lab, log):
        super().__init__(daemon=True)
        self.lab, self.log = lab, log
        self.locks = {node: threading.Lock() for node in NODES}
        self.due = {node: 0.0 for node in NODES}
        self.fenced = {}

    def note(self, what, node):
        self.log.write(json.dumps({"at": round(time.time(), 3), "what": what, "node": node}) + "\n")
        self.log.flush()

    def cut(self, node):
        """From one moment to the next it is off; on again when the cluster has fenced it."""
        with self.locks[node]:
            self.due[node] = time.time() + 20
            self.note("cut", node)
            if not self.lab.is_off(node):
                self.lab.call("machine_cut", node)

    def switch_on(self, node):
        with self.locks[node]:
            if self.lab.is_off(node):
                self.note("on", node)
                status, said = self.lab.call("machine_start", node, "boot")
                if status != 0:
                    self.note("does not start: " + said[-300:], node)
                    self.lab.call("machine_cut", node)
                    self.due[node] = time.time() + 2

    def answer(self, wanted):
        node = wanted.split(".")[0]
        with self.locks[node]:
            if not self.lab.is_off(node):
                self.lab.call("machine_cut", node)
            if not self.lab.is_off(node):
                self.note("is not off: no answer yet", node)
                return
            self.fenced[node] = time.time()
            self.due[node] = time.time() + 0.3
            self.note("fenced", node)
            os.rename("%s/%s" % (DESK, wanted), "%s/%s" % (DESK, wanted.replace(".wanted", ".done")))

    def run(self):
        while True:
            time.sleep(0.1)
            for wanted in [f for f in os.listdir(DESK) if f.endswith(".wanted")]:
                try:
                    self.answer(wanted)
                except OSError:
                    continue
            for node in NODES:
                if self.due[node] < time.time() and self.lab.is_off(node) and \
                        not self.locks[node].locked():
                    threading.Thread(target=self.switch_on, args=(node,), daemon=True).start()
