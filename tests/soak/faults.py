# SPDX-License-Identifier: GPL-2.0-or-later
"""faults: what drives the group away from its node, and what makes that harder.

A fault is a cause, and perhaps a complication. Both are functions of the world (driver.World) that
strike; the complication is put right by its own second function, the cause by `mend`.

Guarantees: whatever has struck can be mended at any time, also twice, and by a driver that did not see it
strike (mend_all).
"""

import threading
import time

from cluster import INSIDE, NODES

# (name, weight): a power cut comes most often.
CAUSES = (("cut", 46), ("move", 15), ("standby", 12), ("ring", 10), ("corosync", 6), ("based", 2))
COMPLICATIONS = (("", 50), ("dns-silent", 8), ("dns-away", 5), ("full", 9), ("drift", 9), ("append", 5),
                 ("revert", 7), ("hung", 3), ("distribution", 7), ("revert-all", 0))

# Which of the two go together: a hanging server is stopped only where something stops it.
ONLY_WITH = {"hung": ("move", "standby"), "distribution": ("cut", "ring")}


def draw(rng, cause=None):
    """(cause, complication); cause may name both, as cut+full, or none of them: cut+."""
    if cause and "+" in cause:
        return tuple(cause.split("+", 1))
    cause = cause or rng.choices([c for c, _ in CAUSES], [w for _, w in CAUSES])[0]
    fitting = [(c, w) for c, w in COMPLICATIONS if cause in ONLY_WITH.get(c, (cause,))]
    return cause, rng.choices([c for c, _ in fitting], [w for _, w in fitting])[0]


# --- causes -----------------------------------------------------------------------------------

def cut(world):
    world.power.cut(world.active)


def move(world):
    world.cluster.ask("crm_resource --move --resource mail --node %s" % world.target)


def standby(world):
    world.cluster.ask("crm_standby -q -N %s -v on" % world.active)


def ring(world):
    world.lab.call("ip", "link", "set", world.active + ".ring", "down")


def corosync(world):
    world.lab.on(world.active, "pkill -STOP -x corosync")


def based(world):
    world.lab.on(world.active, "pkill -STOP -x pacemaker-based")


def mend(world):
    """Of all causes; power and cables come back with the boot that follows fencing."""
    world.cluster.ask("crm_resource --clear --resource mail >/dev/null 2>&1; for n in %s; do "
                      "crm_standby -q -N $n -D; done" % " ".join(NODES))
    if not world.lab.is_off(world.active):
        world.lab.call("ip", "link", "set", world.active + ".ring", "up")
        world.lab.on(world.active, "pkill -CONT -x corosync; pkill -CONT -x pacemaker-based; :")


# --- complications ----------------------------------------------------------------------------

def dns_silent(world):
    """Queries are swallowed for a while that outlasts the start."""
    world.lab.call("dns_pause")
    threading.Timer(8, world.lab.call, ("dns_resume",)).start()


def dns_away(world):
    world.lab.call("dns_stop")
    threading.Timer(8, world.lab.call, ("dns_start",)).start()


def full(world):
    """The state directory of the node that is to take over has not a byte left."""
    try:
        with open("%s/%s/state/filler" % (INSIDE, world.target), "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass


# The admin's own copy gets the same edit: it is what must be there in the end.
EDIT = """for d in /etc/postfix /root/before; do postconf -c $d -e '%s'; done"""


def drift(world):
    """A configuration management sets a line that stands in the middle of the file."""
    world.lab.on(world.active, EDIT % ("header_size_limit = %d" % (100000 + world.number)))


def append(world):
    """The same with a line that it adds at the end, below ours."""
    world.lab.on(world.active, EDIT % ("line_length_limit = %d" % (2048 + world.number)))


def revert(world):
    """It brings back the admin's table on the active node, and all files on the others."""
    world.lab.on(world.active, "cd /root/before && cp -p transport transport.lmdb /etc/postfix/")
    for node in NODES:
        if node != world.active:
            world.lab.on(node, "cp -a /root/before/. /etc/postfix/")


def revert_all(world):
    """It brings back all files on the active node, too, and reloads: never drawn, only by name.

    From there on Postfix calls as the admin's file says until the next monitor, and no agent can be there
    earlier (config_mode=copy is for that): a run with it must fail, or the soak sees no leak.
    """
    world.lab.on(world.active, "cp -a /root/before/. /etc/postfix/; postfix reload")
    time.sleep(3)


def hung(world):
    world.lab.on(world.active, "pkill -STOP -x master")


def distribution(world):
    """Debian's Postfix is enabled on the node that is about to boot."""
    world.lab.on(world.active, "systemctl -q enable postfix")


def well_again(world):
    for node in NODES:
        try:
            world.remove("%s/%s/state/filler" % (INSIDE, node))
        except FileNotFoundError:
            pass
    if world.complication == "distribution":
        world.distribution_at = world.active


def mend_all(world):
    """Everything, for the end."""
    world.lab.call("dns_resume")
    world.lab.call("dns_start")
    well_again(world)
    for node in NODES:
        world.active = node
        if world.lab.is_off(node):
            world.power.due[node] = time.time()
        else:
            mend(world)
    for node in NODES:
        world.lab.on(node, "systemctl -q disable postfix; :")


STRIKE = {f.__name__.replace("_", "-"): f for f in (
    cut, move, standby, ring, corosync, based, dns_silent, dns_away, full, drift, append, revert,
    revert_all, hung, distribution)}
