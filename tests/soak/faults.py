# SPDX-License-Identifier: GPL-2.0-or-later
"""faults: what drives the group away from its node, and what makes that harder.

A fault is a cause, and perhaps a complication. Both are functions of the world (driver.World) that
strike and say whether that worked; `mend` puts the cause right, `well_again` the complication. A cause
has had its effect when the group has moved; whether a complication has, `told` says afterwards.

Guarantees: whatever has struck can be mended at any time, also twice, and by a driver that did not see it
strike (mend_all).
"""

import errno
import threading
import time

from cluster import INSIDE, NODES

# (name, weight): a power cut comes most often.
CAUSES = (("cut", 46), ("move", 15), ("standby", 12), ("ring", 10), ("corosync", 6), ("based", 2))
COMPLICATIONS = (("", 50), ("dns-silent", 8), ("dns-away", 5), ("full", 9), ("drift", 9), ("append", 5),
                 ("revert", 7), ("hung", 3), ("distribution", 7), ("revert-all", 0))

# Which of the two go together: a hanging server is stopped only where something stops it.
ONLY_WITH = {"hung": ("move", "standby"), "distribution": ("cut", "ring")}

# After these a node is fenced, and after those none.
FENCED, UNFENCED = ("cut", "ring", "corosync"), ("move", "standby")

OUTAGE = 8  # seconds without DNS
SEEN = 12   # seconds until a monitor has surely come by


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
    return world.lab.is_off(world.active)


def move(world):
    return world.cluster.ask("crm_resource --move --resource mail --node %s" % world.target)[0] == 0


def standby(world):
    return world.cluster.ask("crm_standby -q -N %s -v on" % world.active)[0] == 0


def ring(world):
    return world.lab.call("ip", "link", "set", world.active + ".ring", "down")[0] == 0


STOP = 'pkill -STOP -x %s && case $(ps -o stat= -C %s) in T*) ;; *) exit 1 ;; esac'


def corosync(world):
    return world.lab.on(world.active, STOP % ("corosync", "corosync"))[0] == 0


def based(world):
    return world.lab.on(world.active, STOP % ("pacemaker-based", "pacemaker-based"))[0] == 0


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
    threading.Timer(OUTAGE, world.lab.call, ("dns_resume",)).start()
    return world.lab.call("dns_pause")[0] == 0


def dns_away(world):
    threading.Timer(OUTAGE, world.lab.call, ("dns_start",)).start()
    return world.lab.call("dns_stop")[0] == 0


def full(world):
    """The state directory of the node that is to take over has not a byte left."""
    try:
        with open("%s/%s/state/filler" % (INSIDE, world.target), "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError as error:
        return error.errno == errno.ENOSPC


# The admin's own copy gets the same edit: it is what must be there in the end.
EDIT = """for d in /etc/postfix /root/before; do postconf -c $d -e '%s' || exit; done"""


def edited(world, node, script):
    """An edit; half of them stand long enough to be seen by a monitor before the group has to go."""
    worked = world.lab.on(node, script)[0] == 0
    if world.number % 2:
        world.wait(SEEN, lambda: False)
    return worked


def drift(world):
    """A configuration management sets a line that stands in the middle of the file."""
    return edited(world, world.active, EDIT % ("header_size_limit = %d" % (100000 + world.number)))


def append(world):
    """The same with a line that it adds at the end, below ours."""
    return edited(world, world.active, EDIT % ("line_length_limit = %d" % (2048 + world.number)))


def revert(world):
    """It brings back the admin's table on the active node, and all files on the others."""
    for node in NODES:
        if node != world.active:
            world.lab.on(node, "cp -a /root/before/. /etc/postfix/")
    return edited(world, world.active, "cd /root/before && ! cmp -s transport /etc/postfix/transport && "
                  "cp -p transport transport.lmdb /etc/postfix/")


def revert_all(world):
    """It brings back all files on the active node, too, and reloads: never drawn, only by name.

    From there on Postfix calls as the admin's file says until the next monitor, and no agent can be there
    earlier (config_mode=copy is for that): a run with it must fail, or the soak sees no leak; see
    soak.sh --control.
    """
    said = world.lab.on(world.active, "cp -a /root/before/. /etc/postfix/ && postfix reload")
    time.sleep(3)
    return said[0] == 0


def hung(world):
    return world.lab.on(world.active, "pkill -STOP -x master")[0] == 0


def distribution(world):
    """Debian's Postfix is enabled on the node that is about to boot: there it meets the probe. Before the
    next failover it is gone again: where it runs it would answer at the VIP before any start is asked."""
    return world.lab.on(world.active, "systemctl -q enable postfix")[0] == 0


def told(world, record):
    """Had the complication the effect that it is there for?"""
    what, arrived = record["with"], record["to"]
    if what in ("dns-silent", "dns-away"):
        return "greeting" in record and record["greeting"] - record.get("start", 0) < OUTAGE
    if what == "full":
        return arrived is not None and arrived != record["target"]
    if what == "distribution":
        world.wait(60, lambda: world.active in world.cluster.state()[0])
        return world.lab.on(world.active, "systemctl is-active postfix@-.service; "
                            "systemctl -q disable --now postfix")[1].startswith("active")
    return True


def well_again(world):
    for node in NODES:
        try:
            world.remove("%s/%s/state/filler" % (INSIDE, node))
        except FileNotFoundError:
            pass


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
        world.lab.on(node, "systemctl -q disable --now postfix; :")


STRIKE = {f.__name__.replace("_", "-"): f for f in (
    cut, move, standby, ring, corosync, based, dns_silent, dns_away, full, drift, append, revert,
    revert_all, hung, distribution)}
