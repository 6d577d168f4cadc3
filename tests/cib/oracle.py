#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""oracle: mta-stack-cib against crm_resource and crm_simulate on the same CIBs.

Run inside a root that has Pacemaker: oracle.py MTA_STACK_CIB FOLDER FLOOR [--simulate]. For each
FOLDER/*.xml:

values     each IP resource's address and target-role: what crm_resource says; whether it is managed:
           what crm_mon says; of a bundle, what they say of the resource BUNDLE-ip-ADDRESS that
           Pacemaker makes of it
places     its nodes: where crm_resource says that it runs
bonds      (--simulate) ours depends on a VIP exactly if it stops when the VIP is stopped, by
           crm_simulate: a chosen VIP must be one that ours depends on; with the answer that there
           is none, ours must depend on no IP resource

crm_resource evaluates for the node where the resource is active, and for none if it is not active
or on several, so we are asked for that node. Where it is active on none we may answer that we
cannot judge. Every line of disagreement is printed. A CIB in which nothing was compared is a
failure unless it is listed here, and so is a run in which fewer than FLOOR CIBs had an address that
both sides gave, or nodes that both gave.
"""

import glob
import ipaddress
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

PARAMS = {
    "IPaddr2": "ip", "IPaddr": "ip", "VIPArip": "ip", "aws-vpc-move-ip": "ip",
    "gcp-vpc-move-ip": "ip", "gcp-vpc-move-route": "ip", "openstack-virtual-ip": "ip",
    "IPv6addr": "ipv6addr", "aliyun-vpc-move-ip": "address", "awsvip": "secondary_private_ip",
    "ocivip": "secondary_private_ip", "gcp-vpc-move-vip": "alias_ip",
}
# Not to be compared, and why.
APART = {
    "active-since": "this spelling of a node's state is newer than Pacemaker 2.1.6",
    "schema-4": "Pacemaker 2.1 has no schema 4",
    "schema-newer": "no Pacemaker has this schema",
}
# In which there is nothing to compare, and why.
NOTHING = {
    "agent-balancer": "no agent with an address", "agent-gcp-ilb": "no agent with an address",
    "agent-openstack-floating-ip": "no agent with an address",
    "agent-osceip": "no agent with an address", "agent-other-provider": "an agent unknown to us",
    "agent-public": "no agent with an address", "agent-unknown": "an agent unknown to us",
    "agent-unknown-none": "an agent unknown to us", "agent-unknown-two": "an agent unknown to us",
    "coloc-bundle-many": "we refuse the bundle", "coloc-loop": "no IP resource",
    "date-unsure-inactive": "neither side can judge", "none": "no IP resource",
    "own-promotable": "no IP resource",
}
OURS = sys.argv[1]
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": os.environ.get("TZ", "UTC")}
counts = {"ok": 0, "not ok": 0, "skip": 0}
compared = {"address": 0, "place": 0}  # CIBs with at least one


def run(*argv, cib=None):
    env = dict(ENV)
    if cib:
        env["CIB_file"] = cib
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def report(name, wrong):
    word = "not ok" if wrong else "ok"
    counts[word] += 1
    print(f"{word} - {name}")
    for line in wrong:
        print(f"#   {line}")


def get(cib, rsc, name, meta=False):
    rc, out, _ = run("crm_resource", "-r", rsc, *(["-m"] if meta else []), "-g", name, cib=cib)
    return out.rstrip("\n") or None if rc == 0 else None


def nodes_of(cib, rsc):
    _, out, _ = run("crm_resource", "-r", rsc, "-W", cib=cib)
    return sorted(set(re.findall(r"is running on: (\S+)", out)))


def ask(cib, *argv):
    rc, out, err = run(OURS, "--cib-file", cib, *argv)
    facts, vips = {}, []
    for line in out.splitlines():
        key, value = line.split("=", 1)
        if key == "vip":
            vips.append({"vip": value, "active": []})
        elif vips and key == "active":
            vips[-1]["active"].append(value)
        elif vips:
            vips[-1][key] = value
        else:
            facts[key] = f"{facts[key]}; {value}" if key in facts else value
    return rc, facts, vips, err.strip()


def address(text):
    try:
        a = ipaddress.ip_address((text or "").split("/")[0])
    except ValueError:
        return None
    return None if a.is_loopback or a.is_multicast or a.is_unspecified else str(a)


def agent_of(tree, prim):
    tmpl = prim.get("template")
    if tmpl:
        prim = tree.find(f".//template[@id='{tmpl}']")
    return prim.get("class"), prim.get("provider"), prim.get("type")


def managed_by_mon(cib):
    """{id: True, False, or None where its instances differ}."""
    _, out, err = run("crm_mon", "-1", "-r", "--output-as=xml", cib=cib)
    if not out:
        raise RuntimeError(f"crm_mon: {err.strip()}")
    managed = {}
    for r in ET.fromstring(out).find("resources").iter("resource"):
        rsc, says = r.get("id").split(":")[0], r.get("managed") == "true"
        managed[rsc] = says if managed.get(rsc, says) == says else None
    return managed


def ip_resources(tree):
    """(id in the CIB, id that Pacemaker's tools know, parameter) of each."""
    for prim in tree.findall(".//resources//primitive"):
        cls, provider, kind = agent_of(tree, prim)
        if (cls, provider) == ("ocf", "heartbeat") and kind in PARAMS:
            yield prim.get("id"), prim.get("id"), PARAMS[kind]
    for bundle in tree.findall(".//resources//bundle"):
        start = bundle.find("network").get("ip-range-start") if bundle.find("network") is not None else None
        if start:
            yield bundle.get("id"), f"{bundle.get('id')}-ip-{start.replace(':', '.')}", "ip"


class Values:
    """One CIB's resources, ours and theirs."""

    def __init__(self, cib):
        self.cib, self.wrong = cib, []
        self.managed = managed_by_mon(cib)
        self.seen = set()  # what was compared: address, place, none

    def differ(self, rsc, what, theirs, ours):
        if theirs != ours:
            self.wrong.append(f"{rsc}: {what}: Pacemaker says {theirs}, we say {ours}")

    def one(self, rsc, theirs_id, param):
        places = nodes_of(self.cib, theirs_id)
        node = ["--node", places[0]] if len(places) == 1 else []
        theirs = address(get(self.cib, theirs_id, param))
        rc, facts, vips, err = ask(self.cib, "--vip", rsc, *node)
        if get(self.cib, theirs_id, "network_namespace") or \
                get(self.cib, theirs_id, "unique_clone_address") == "true":
            theirs = None
        if rc != 0:
            if theirs is None:
                self.seen.add("none")
            elif "more than one replica" not in err and (places or "cannot be judged" not in err):
                self.differ(rsc, "address", theirs, err)
            return
        v = vips[0]
        self.seen.add("address")
        self.differ(f"{rsc} for {places}", "address", theirs, v["address"])
        if places:
            self.seen.add("place")
        self.differ(rsc, "nodes", places, sorted(v["active"]))
        if "managed hangs on a rule" not in facts.get("finding", ""):
            self.differ(rsc, "target-role", get(self.cib, rsc, "target-role", meta=True),
                        v.get("target-role"))
            self.differ(rsc, "managed", self.managed.get(theirs_id), v["managed"] == "yes")


def check_values(name, cib, tree):
    values = Values(cib)
    for rsc, theirs_id, param in ip_resources(tree):
        values.one(rsc, theirs_id, param)
    if not values.seen and not values.wrong and name not in NOTHING:
        values.wrong.append("nothing was compared")
    if values.seen and name in NOTHING:
        values.wrong.append("listed as one without anything to compare")
    for what in compared:
        compared[what] += what in values.seen
    if name not in NOTHING or values.wrong:
        report(f"{name}: values and places", values.wrong)


def runs_with_stopped(cib, vip, ours):
    """With nothing running yet: would the scheduler start ours while vip has to be stopped?"""
    with tempfile.TemporaryDirectory() as tmp:
        copy = os.path.join(tmp, "cib.xml")
        tree = ET.parse(cib)
        if vip is not None:
            prim = tree.find(f".//resources//*[@id='{vip}']")
            for m in prim.findall("meta_attributes"):
                for p in list(m):
                    if p.get("name") == "target-role":
                        m.remove(p)
            at = len(list(prim)) if prim.tag == "primitive" else 0
            stop = ET.fromstring('<meta_attributes id="zz-stop" score="INFINITY"><nvpair id="zz-stop-r" '
                                 'name="target-role" value="Stopped"/></meta_attributes>')
            prim.insert(at, stop)
        for state in tree.iter("node_state"):
            for lrm in state.findall("lrm"):
                state.remove(lrm)
        tree.write(copy)
        rc, out, err = run("crm_simulate", "-R", "-x", copy)
        if rc != 0:
            raise RuntimeError(f"crm_simulate: {err.strip()}")
        return re.search(rf"\* Start\s+{re.escape(ours)}\s", out) is not None


def check_bonds(name, cib, tree):
    ours = "mail-mta"
    prim = tree.find(f".//resources//primitive[@id='{ours}']")
    if prim is None:
        return
    rc, _, vips, err = ask(cib, "--resource", ours, "--node", "node1")
    none, many = "cannot find a VIP" in err, "cannot choose among" in err
    if rc != 0 and not none and not many:
        return
    if not runs_with_stopped(cib, None, ours):
        return  # stopped for another reason
    wrong, bound = [], []
    for rsc, _, _ in ip_resources(tree):
        if not runs_with_stopped(cib, rsc, ours):
            bound.append(rsc)
    for v in vips:
        if v["vip"] != v["address"] and v["vip"] not in bound:
            wrong.append(f"we chose {v['vip']}, but {ours} runs without it")
    # Bound, but not to an address of the same node.
    apart = any(why in err for why in ("network namespace", "unique_clone_address",
                                       "about a node attribute", "more than one replica"))
    if none and bound and not apart:
        wrong.append(f"we found none, but {ours} cannot run without {bound}")
    if many and len(bound) < 2:
        wrong.append(f"we found several, but {ours} depends on {bound}")
    report(f"{name}: what ours depends on", wrong)


def main():
    simulate, floor = "--simulate" in sys.argv, int(sys.argv[3])
    for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.xml"))):
        name = os.path.basename(path)[:-4]
        rc, _, err = run("crm_resource", "-l", cib=path)
        tree = ET.parse(path).getroot()
        if name in APART:
            counts["skip"] += 1
            print(f"ok - {name} # SKIP {APART[name]}")
            continue
        if rc != 0:
            report(name, ["Pacemaker does not take it: " + " ".join(err.split())[:160]])
            continue
        check_values(name, path, tree)
        if simulate:
            check_bonds(name, path, tree)
    for what, n in compared.items():
        report(f"{n} CIBs with a comparison: {what}",
               [] if n >= floor else [f"no more than {n}, {floor} are wanted"])
    print(f"{counts['ok']} passed, {counts['not ok']} failed, "
          f"{counts['skip']} skipped")


main()
