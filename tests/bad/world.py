# SPDX-License-Identifier: GPL-2.0-or-later
"""world: a machine of its own for the table of bad inputs, which ends with the test.

In namespaces of their own (network, mounts, processes): this node with 192.0.2.11 and the VIP
192.0.2.10, a remote 198.51.100.7 behind a wire with the scripted peer of tests/probe on it, the
name server of tests/threat, the built programs where everybody may run them, mta-stack-cib where
mta-stack looks for it, a writable /usr/sbin that has no mail server, and an OCF root with the built
agent.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[1:1] = [TESTS + "/property", TESTS + "/probe"]
import peer  # noqa: E402
import standin  # noqa: E402

VIP, NODE, REMOTE = "192.0.2.10", "192.0.2.11", "198.51.100.7"
MTA_PROGRAMS = ["postfix", "postconf", "postmap", "exim", "exim4", "smtpd", "sendmail", "makemap",
                "update-exim4.conf"]


def run(*words):
    subprocess.run(words, check=True)


def enter():
    """Go on in namespaces of our own."""
    if os.environ.get("BAD_INSIDE") is None:
        os.environ["BAD_INSIDE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", "--pid", "--fork",
                              "--mount-proc", sys.executable] + sys.argv)


def until(condition, what):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise RuntimeError(what)


class World:
    def __init__(self, build):
        self.top = tempfile.mkdtemp(prefix="mta-stack-bad-", dir="/tmp")
        os.chmod(self.top, 0o755)
        self.memory = self.top + "/memory"
        os.mkdir(self.memory)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.memory)
        self.children, self.root = [], self.top + "/ocf"
        self.build = self.top + "/build"
        os.mkdir(self.build)
        run("mount", "--bind", build, self.build)
        self.cib_place = self.build + "/mta-stack-cib"
        self.stubs = standin.lay_over({name: None for name in MTA_PROGRAMS})
        self.network()
        self.zone = self.top + "/zone"
        self.name_server()

    def network(self):
        run("ip", "link", "set", "lo", "up")
        far = subprocess.Popen(["unshare", "--net", "sh", "-c",
                                'read -r go && exec "$@"', "sh", sys.executable, TESTS + "/probe/peer.py",
                                REMOTE, self.top + "/peer.log"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.children.append(far)
        mine = os.readlink("/proc/self/ns/net")
        until(lambda: os.readlink("/proc/%d/ns/net" % far.pid) != mine, "no network for the peer")
        there = ["nsenter", "--net=/proc/%d/ns/net" % far.pid]
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(far.pid))
        for address in (NODE, VIP):
            run("ip", "addr", "add", address + "/24", "dev", "near")
        run(*there, "ip", "addr", "add", REMOTE + "/24", "dev", "far")
        run("ip", "link", "set", "near", "up")
        run(*there, "ip", "link", "set", "far", "up")
        run("ip", "route", "add", "198.51.100.0/24", "dev", "near")
        run(*there, "ip", "route", "add", "192.0.2.0/24", "dev", "far")
        far.stdin.write(b"go\n")
        far.stdin.flush()
        if far.stdout.readline() != b"ready\n":
            raise RuntimeError("no peer")

    def name_server(self):
        with open(self.top + "/resolv.conf", "w", encoding="ascii") as out:
            out.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        run("mount", "--bind", self.top + "/resolv.conf", "/etc/resolv.conf")
        self.say([])
        server = subprocess.Popen([sys.executable, TESTS + "/threat/dns.py", self.zone],
                                  stdout=subprocess.PIPE)
        self.children.append(server)
        if server.stdout.readline() != b"ready\n":
            raise RuntimeError("no name server")

    def say(self, zone):
        with open(self.zone, "w", encoding="ascii") as out:
            out.write("".join(line + "\n" for line in zone))

    def cib_program(self, script):
        """A script in place of mta-stack-cib, until cib_back()."""
        path = self.top + "/cib-program"
        with open(path, "w", encoding="utf-8") as out:
            out.write(("" if script.startswith("#!") else "#!/bin/sh\n") + script + "\n")
        os.chmod(path, 0o755)
        run("mount", "--bind", path, self.cib_place)

    def cib_back(self):
        run("umount", self.cib_place)

    def agent(self):
        """The agent's path; its root is made when it is asked for first."""
        path = self.root + "/resource.d/mta/stack"
        if not os.path.exists(path):
            said = subprocess.run([TESTS + "/agent/ocf-root"], check=True, capture_output=True,
                                  env={**os.environ, "MTA_STACK_BUILD": self.build})
            shutil.copytree(said.stdout.decode().strip() + "/usr/lib/ocf/lib/heartbeat",
                            self.root + "/lib/heartbeat")
            self.install("mta-stack.sh", "lib/mta/mta-stack.sh", "MTA_STACK=",
                         "MTA_STACK=%s/mta-stack" % self.root)
            self.program(None)
            self.install("stack", "resource.d/mta/stack", ": \"${OCF_ROOT:=",
                         ': "${OCF_ROOT:=%s}"' % self.root)
        return path

    def program(self, script):
        """What the agent runs: the built mta-stack, a script, or with an empty one nothing."""
        path = self.root + "/mta-stack"
        if os.path.lexists(path):
            os.unlink(path)
        if script is None:
            os.symlink(self.build + "/mta-stack", path)
        elif script:
            with open(path, "w", encoding="utf-8") as out:
                out.write("#!/bin/sh\n" + script + "\n")
            os.chmod(path, 0o755)

    def install(self, name, to, begins, becomes):
        with open(self.build + "/" + name, encoding="utf-8") as source:
            lines = [becomes + "\n" if line.startswith(begins) else line for line in source]
        os.makedirs(os.path.dirname(self.root + "/" + to), exist_ok=True)
        with open(self.root + "/" + to, "w", encoding="utf-8") as out:
            out.writelines(lines)
        os.chmod(self.root + "/" + to, 0o755)

    def end(self):
        for child in self.children:
            child.kill()
            child.wait()
        run("umount", "-l", standin.PLACE)
        run("umount", "-l", self.stubs)
        os.rmdir(self.stubs)
        run("umount", "-R", "-l", self.memory)
        run("umount", "-R", "-l", self.build)
        shutil.rmtree(self.top)


def port(name):
    """Of a behaviour of the peer."""
    for behaviours, first in ((peer.BEHAVIOURS, peer.FIRST), (peer.SMTP_BEHAVIOURS, peer.FIRST_SMTP)):
        if name in [b[0] for b in behaviours]:
            return peer.port_of(name, behaviours, first)
    return {"nobody": 10299}[name]
