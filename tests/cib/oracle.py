#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""oracle: mta-stack-cib against crm_resource and crm_simulate on the same CIBs.

Run inside a root that has Pacemaker: oracle.py MTA_STACK_CIB FOLDER [--simulate]. For each FOLDER/*.xml:

values     each primitive's address, target-role and is-managed: what crm_resource says
places     each primitive's nodes: where crm_resource says that it runs
bonds      (--simulate) ours depends on a VIP exactly if it stops when the VIP is stopped, by
           crm_simulate: a chosen VIP must be one that ours depends on; with the answer that there
           is none, ours must depend on no IP resource

crm_resource evaluates for the node where the resource is active, and for none if it is not active
or on several, so we are asked for that node. Where it is active on none we may answer that we
cannot judge. Every line of disagreement is printed.
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
APART = {"active-since": "this spelling of a node's state is newer than Pacemaker 2.1.6"}
OURS = sys.argv[1]
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": os.environ.get("TZ", "UTC")}
counts = {"ok": 0, "not ok": 0, "skip": 0}


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
    return re.findall(r"is running on: (\S+)", out)


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
            facts[key] = value
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


def check_values(name, cib, tree):
    wrong = []
    maintenance = any(p.get("name", "").endswith(("maintenance", "maintenance-mode", "managed-default"))
                      for p in tree.iter("nvpair"))
    for prim in tree.iter("primitive"):
        rsc = prim.get("id")
        cls, provider, kind = agent_of(tree, prim)
        if (cls, provider) != ("ocf", "heartbeat") or kind not in PARAMS:
            continue
        places = nodes_of(cib, rsc)
        node = ["--node", places[0]] if len(places) == 1 else []
        theirs = address(get(cib, rsc, PARAMS[kind]))
        rc, _, vips, err = ask(cib, "--vip", rsc, *node)
        if get(cib, rsc, "network_namespace") or get(cib, rsc, "unique_clone_address") == "true":
            theirs = None
        if rc != 0:
            unsure = not places and "cannot be judged" in err
            if theirs is not None and not unsure:
                wrong.append(f"{rsc}: crm_resource says {theirs}, we say: {err}")
            continue
        v = vips[0]
        if v["address"] != theirs:
            wrong.append(f"{rsc} for {places}: crm_resource says {theirs}, we say {v['address']}")
        if sorted(v["active"]) != sorted(places):
            wrong.append(f"{rsc}: crm_resource sees it on {places}, we on {v['active']}")
        role = get(cib, rsc, "target-role", meta=True)
        if role != v.get("target-role"):
            wrong.append(f"{rsc}: target-role {role}, we say {v.get('target-role')}")
        managed = get(cib, rsc, "is-managed", meta=True)
        unmanaged = managed is not None and managed.lower() in ("false", "no", "off", "n", "0")
        if not maintenance and (v["managed"] == "no") != unmanaged:
            wrong.append(f"{rsc}: is-managed {managed}, we say {v['managed']}")
    report(f"{name}: values and places", wrong)


def runs_with_stopped(cib, vip, ours):
    """With nothing running yet: would the scheduler start ours while vip has to be stopped?"""
    with tempfile.TemporaryDirectory() as tmp:
        copy = os.path.join(tmp, "cib.xml")
        tree = ET.parse(cib)
        if vip is not None:
            prim = tree.find(f".//resources//primitive[@id='{vip}']")
            for m in prim.findall("meta_attributes"):
                for p in list(m):
                    if p.get("name") == "target-role":
                        m.remove(p)
            at = len(list(prim))
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
    for p in tree.findall(".//resources//primitive"):
        kind = agent_of(tree, p)
        if kind[1] == "heartbeat" and kind[2] in PARAMS:
            if not runs_with_stopped(cib, p.get("id"), ours):
                bound.append(p.get("id"))
    primitives = {p.get("id") for p in tree.iter("primitive")}
    for v in vips:
        if v["vip"] in primitives and v["vip"] not in bound:
            wrong.append(f"we chose {v['vip']}, but {ours} runs without it")
    # Bound, but not to an address of the same node.
    apart = any(why in err for why in ("network namespace", "unique_clone_address",
                                       "about a node attribute"))
    if none and bound and not apart:
        wrong.append(f"we found none, but {ours} cannot run without {bound}")
    if many and len(bound) < 2:
        wrong.append(f"we found several, but {ours} depends on {bound}")
    report(f"{name}: what ours depends on", wrong)


def main():
    simulate = "--simulate" in sys.argv
    for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.xml"))):
        name = os.path.basename(path)[:-4]
        rc, _, err = run("crm_resource", "-l", cib=path)
        tree = ET.parse(path).getroot()
        why = APART.get(name)
        if rc != 0 and not why:
            why = "Pacemaker does not take it: " + " ".join(err.split())[:160]
        if why:
            counts["skip"] += 1
            print(f"ok - {name} # SKIP {why}")
            continue
        check_values(name, path, tree)
        if simulate:
            check_bonds(name, path, tree)
    print(f"{counts['ok']} passed, {counts['not ok']} failed, "
          f"{counts['skip']} skipped")


main()
