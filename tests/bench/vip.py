# SPDX-License-Identifier: GPL-2.0-or-later
"""vip.py: the measuring half of vip.bench, run on a node."""

import os
import statistics
import subprocess
import sys
import time

RUNS = int(os.environ["RUNS"])
NODES = range(1, 9)
WHERE = ["/usr/libexec/mta-stack/mta-stack-cib", "--resource", "mail-mta", "--node", "node1"]
OURS = WHERE + ["--brief"]  # as start and plan ask: the address
THEIRS = ["crm_resource", "--resource", "mail-vip", "--get-parameter", "ip"]
EMPTY = ["/root/client"]
SIZES = [10, 100, 1000]
AWAY = 6  # nodes of these that are not there: what they know stays, also when a live one joins anew
REST = 300  # seconds that the cluster may take until it rests
AT_ONCE = 50  # more in one message keeps the CIB daemon busy until its watchdog ends it


def progress(words):
    print(words, file=sys.stderr, flush=True)


def change(section, text):
    """Where the machine has other work, the CIB daemon may be too busy: then once more."""
    argv = ["cibadmin", "--modify", "--allow-create", "--scope", section, "--xml-pipe"]
    for _ in range(5):
        if subprocess.run(argv, input=text, text=True, check=False).returncode == 0:
            return
        settle()
    raise SystemExit(f"{section}: the CIB daemon takes no change")


def primitive(i):
    return (f'<primitive id="p{i}" class="ocf" provider="heartbeat" type="IPaddr2">'
            f'<instance_attributes id="p{i}-ia"><nvpair id="p{i}-ip" name="ip" '
            f'value="10.{i // 62500}.{i // 250 % 250}.{i % 250}"/></instance_attributes>'
            f'<meta_attributes id="p{i}-ma"><nvpair id="p{i}-tr" name="target-role" '
            f'value="Stopped"/></meta_attributes>'
            f'<operations><op id="p{i}-m" name="monitor" interval="10s" timeout="20s"/></operations>'
            f'</primitive>')


def history(i):
    key = f"{i}:1:7:00000000-0000-0000-0000-000000000000"
    return (f'<lrm_resource id="p{i}" class="ocf" provider="heartbeat" type="IPaddr2">'
            f'<lrm_rsc_op id="p{i}_last_0" operation_key="p{i}_monitor_0" operation="monitor" '
            f'crm-debug-origin="do_update_resource" crm_feature_set="3.16.2" transition-key="{key}" '
            f'transition-magic="0:7;{key}" exit-reason="" call-id="{i + 100}" rc-code="7" '
            f'op-status="0" interval="0" last-rc-change="1700000000" exec-time="20" queue-time="0" '
            f'op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8"/></lrm_resource>')


def grow(first, end):
    """Primitives first to end, and what eight nodes know of them."""
    for i in range(first, end, AT_ONCE):
        part = range(i, min(i + AT_ONCE, end))
        change("resources", f'<resources>{"".join(map(primitive, part))}</resources>')
    remember(first, end)


def remember(first, end):
    """Only what eight nodes know of them; said twice it is there once."""
    for node in NODES:
        progress(f"{end} primitives: the history of node{node}")
        change("nodes", f'<nodes><node id="{node}" uname="node{node}"/></nodes>')
        for i in range(first, end, AT_ONCE):
            part = range(i, min(i + AT_ONCE, end))
            change("status", f'<status><node_state id="{node}" uname="node{node}"><lrm id="{node}">'
                             f'<lrm_resources>{"".join(map(history, part))}</lrm_resources></lrm>'
                             f'</node_state></status>')


def ms(argv, want):
    start = time.monotonic()
    said = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    took = (time.monotonic() - start) * 1000
    if want not in said:
        raise SystemExit(f"{argv[0]} said {said!r}")
    return took


def ticks():
    """Processor time that this node's cluster daemons have used, in clock ticks."""
    used = 0
    pids = subprocess.run(["pgrep", "^pacemaker|^corosync"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False).stdout.split()
    if not pids:
        raise SystemExit("the cluster's daemons have ended: is the machine too busy?")
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            used += sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
    return used


def settle():
    """Until the cluster has nothing more to think about: a reader is not slowed down by it."""
    subprocess.run(["crm_resource", "--wait", "--timeout", "60"], stderr=subprocess.DEVNULL,
                   check=False)
    quiet = 0
    end = time.monotonic() + REST
    while time.monotonic() < end:
        before = ticks()
        time.sleep(2)
        # A twentieth of one processor, for longer than the pauses between two transitions.
        quiet = quiet + 1 if ticks() - before <= 10 else 0
        if quiet == 6:
            return
    raise SystemExit(f"the cluster's daemons do not come to rest within {REST} s: nothing can be measured")


def remembered():
    """How many resources the status section has, and of how many nodes."""
    said = subprocess.run(["cibadmin", "--query", "--scope", "status"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    return said.count("<lrm_resource "), said.count("<lrm_resources>")


def prepare(n):
    """A cluster at rest that remembers all: where its daemons had to start anew, it is told again."""
    for _ in range(3):
        settle()
        if remembered()[0] >= AWAY * n:
            return
        progress(f"only {remembered()} histories and nodes are left: once more")
        remember(0, n)
    raise SystemExit(f"the cluster does not keep {AWAY * n} histories of resources: is the machine too busy?")


def measure():
    """Samples of each: we, we with where it runs, crm_resource, a client that asks nothing."""
    ours, where, theirs, empty = [], [], [], []
    for i in range(RUNS):
        progress(f"run {i + 1} of {RUNS}")
        for _ in range(5):
            ours.append(ms(OURS, "address=192.0.2.10"))
            where.append(ms(WHERE, "active=node"))
            empty.append(ms(EMPTY, ""))
    # Afterwards: it makes the daemon copy the whole CIB, which others would still feel.
    for i in range(RUNS):
        progress(f"crm_resource {i + 1} of {RUNS}")
        theirs.append(ms(THEIRS, "192.0.2.10"))
    return ours, where, theirs, empty


def row(what, limit, peer, ours, theirs):
    print("\t".join(["row", what, limit, peer, "ms", *(f"{x:.2f}" for x in ours), "/",
                     *(f"{x:.2f}" for x in theirs)]))


def main():
    got, done = {}, 0
    for n in SIZES:
        grow(done, n)
        done = n
        prepare(n)
        got[n] = measure()
        histories, nodes = remembered()
        if histories < AWAY * n:
            raise SystemExit(f"afterwards the CIB has {histories} histories of resources, not {AWAY * n}")
        print(f"note\tamong {n} primitives the CIB had {histories} histories of {nodes} nodes")
    (few, few_where, _, _), (many, many_where, many_theirs, _) = got[SIZES[0]], got[SIZES[-1]]
    for n, (ours, _, theirs, empty) in got.items():
        row(f"VIP among {n} primitives", "0.05x" if n == 1000 else "-", "crm_resource -g", ours, theirs)
        row(f"VIP among {n} primitives", "-", "an empty libcib client", ours, empty)
    row("VIP among 1000 primitives", "1.5x", "ours among 10", many, few)
    row("VIP and where it runs, 1000", "0.05x", "crm_resource -g", many_where, many_theirs)
    row("VIP and where it runs, 1000", "1.5x", "ours among 10", many_where, few_where)
    for column, curve in ((0, "VIP"), (2, "crm_resource -g"), (3, "an empty libcib client")):
        for n in SIZES:
            print(f"point\t{curve}\t{n}\t{statistics.median(got[n][column]):.2f}")


main()
