# SPDX-License-Identifier: GPL-2.0-or-later
"""agents: call resource agents on a node as Pacemaker does, ours and the peer's."""

import os
import socket
import subprocess
import time

ENV = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OCF_ROOT": "/usr/lib/ocf", "OCF_RA_VERSION_MAJOR": "1",
    "OCF_RA_VERSION_MINOR": "1", "OCF_RESOURCE_INSTANCE": "mail-mta", "OCF_RESKEY_CRM_meta_timeout": "20000",
    "HA_LOGFACILITY": "none",
}
OURS = "/usr/lib/ocf/resource.d/mta/stack"
THEIRS = "/usr/lib/ocf/resource.d/heartbeat/postfix"


def begin(argv, env):
    return subprocess.Popen(argv, env=dict(ENV, **env), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(child):
    """Seconds of CPU, its descendants' included; it must end with 0."""
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit("%s: status %d: %s" % (" ".join(child.args), child.returncode, said.decode()))
    return used.ru_utime + used.ru_stime


def call(argv, env):
    """One action: milliseconds of wall and of CPU."""
    began = time.monotonic()
    used = finish(begin(argv, env))
    return (time.monotonic() - began) * 1000, used * 1000


def greets(address, seconds):
    """Does a mail server greet there? Not refused, but silent for so long, is no."""
    try:
        with socket.create_connection((address, 25), seconds) as s:
            s.settimeout(seconds)
            return s.recv(512).startswith(b"220 ")
    except OSError:
        return False


def start(program, env, vip):
    """Milliseconds until the first greeting on the VIP, and until the agent was done."""
    began = time.monotonic()
    child = begin([program, "start"], env)
    while not greets(vip, 2):
        if time.monotonic() - began > 60:
            raise SystemExit("%s start: no greeting on %s" % (program, vip))
        time.sleep(0.005)
    greeted = time.monotonic()
    finish(child)
    return (greeted - began) * 1000, (time.monotonic() - began) * 1000


def stop(program, env, vip):
    """Milliseconds; nothing greets any more."""
    ms, _ = call([program, "stop"], env)
    if greets(vip, 2):
        raise SystemExit("%s stop: something still greets on %s" % (program, vip))
    return ms
