#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""generate: CIBs that nobody would write, to compare two readers of them.

generate.py SEED COUNT FOLDER writes COUNT files. Each has IP resources whose address hangs on
several sets with scores, rules of all kinds, templates, references, groups and clones, and is valid
by Pacemaker's own schema. All dates are years away from now, so that an answer does not change while
two programs give it, but for calendars of the present hour's neighbourhood, which both see alike.
"""

import os
import random
import sys
import xml.etree.ElementTree as ET

SCORES = [None, None, "0", "1", "10", "10", "-5", "100", "INFINITY", "-INFINITY", "999999"]
VALUES = ["1", "2", "10", "9", "9.5", "10.0", "1.10", "1.9.3", "paris", "Paris", "", "9kg", "-3"]
DATES = ["2019-02-28", "2020-366", "2020-W10-3", "20210101", "2021-06-01 12:00:00Z",
         "2021-06-01 12:00:00 +02:00", "2021-06-01T12:00:00", "2990-01-01", "2990-06-15 23:30"]


class Maker:
    def __init__(self, rnd):
        self.rnd = rnd
        self.n = 0
        self.rules = []
        self.sets = []
        self.pairs = []

    def id(self, kind):
        self.n += 1
        return f"{kind}{self.n}"

    def expression(self, parent):
        r = self.rnd
        attribute = r.choice(["site", "weight", "site", "weight", "#uname", "#id", "#kind", "#is_dc",
                              "#cluster-name", "#site-name", "nothing"])
        op = r.choice(["eq", "ne", "lt", "lte", "gt", "gte", "defined", "not_defined"])
        e = ET.SubElement(parent, "expression", id=self.id("e"), attribute=attribute, operation=op)
        if op not in ("defined", "not_defined"):
            e.set("value", r.choice(VALUES + ["node1", "node2", "cluster", "true", "lab"]))
            kind = r.choice([None, None, "string", "integer", "number", "version"])
            # Not versions: Pacemaker reads those without end.
            if kind == "version" and not e.get("value").replace(".", "").isdigit():
                kind = "string"
            if kind == "version" and attribute != "weight":
                kind = "string"
            if kind:
                e.set("type", kind)

    def date(self, parent):
        r = self.rnd
        op = r.choice(["in_range", "gt", "lt", "date_spec", "in_range"])
        e = ET.SubElement(parent, "date_expression", id=self.id("d"), operation=op)
        if op == "gt":
            e.set("start", r.choice(DATES))
        elif op == "lt":
            e.set("end", r.choice(DATES))
        elif op == "in_range":
            form = r.randrange(3)
            if form != 0:
                e.set("start", r.choice(DATES))
            if form != 1:
                e.set("end", r.choice(DATES))
            elif r.random() < 0.8:
                d = ET.SubElement(e, "duration", id=self.id("u"))
                for unit in r.sample(["years", "months", "weeks", "days", "hours", "minutes"], 2):
                    d.set(unit, str(r.choice([1, 2, 3, 5, 40, 900])))
        else:
            s = ET.SubElement(e, "date_spec", id=self.id("s"))
            for unit, most in r.sample([("years", 2030), ("months", 12), ("monthdays", 31),
                                        ("weekdays", 7), ("weeks", 53), ("yeardays", 366)], 2):
                low = r.randint(1, most)
                s.set(unit, r.choice([f"{low}-", f"1-{most}", f"-{low}", f"{low}",
                                      f"{low}-{r.randint(low, most)}"]))

    def rule(self, parent, depth=0):
        r = self.rnd
        if depth == 0 and self.rules and r.random() < 0.1:
            ET.SubElement(parent, "rule").set("id-ref", r.choice(self.rules))
            return
        e = ET.SubElement(parent, "rule", id=self.id("r"), score="INFINITY")
        if depth == 0:
            self.rules.append(e.get("id"))
        op = r.choice([None, "and", "or"])
        if op:
            e.set("boolean-op", op)
        for _ in range(r.randint(1, 3)):
            what = r.random()
            if what < 0.6:
                self.expression(e)
            elif what < 0.8 or depth > 2:
                self.date(e)
            else:
                self.rule(e, depth + 1)

    def attributes(self, parent, address):
        r = self.rnd
        if self.sets and r.random() < 0.08:
            ET.SubElement(parent, "instance_attributes").set("id-ref", r.choice(self.sets))
            return
        e = ET.SubElement(parent, "instance_attributes", id=self.id("ia"))
        score = r.choice(SCORES)
        if score:
            e.set("score", score)
        if r.random() < 0.6:
            self.rule(e)
        self.sets.append(e.get("id"))
        if r.random() < 0.9:
            if self.pairs and r.random() < 0.1:
                ET.SubElement(e, "nvpair").set("id-ref", r.choice(self.pairs))
            else:
                value = "#default" if r.random() < 0.06 else address
                p = ET.SubElement(e, "nvpair", id=self.id("p"), name="ip", value=value)
                self.pairs.append(p.get("id"))
        else:
            ET.SubElement(e, "nvpair", id=self.id("p"), name="nic", value="eth0")

    def resource_rule(self, parent):
        """On what a resource is: defaults only."""
        r = self.rnd
        e = ET.SubElement(parent, "rule", id=self.id("r"), score="INFINITY")
        op = r.choice([None, "and", "or"])
        if op:
            e.set("boolean-op", op)
        for _ in range(r.choice([1, 1, 2])):
            if r.random() < 0.15:
                self.date(e)
                continue
            x = ET.SubElement(e, "rsc_expression", id=self.id("x"))
            for key, values in (("class", ["ocf", "ocf", "systemd", None]),
                                ("provider", ["heartbeat", "heartbeat", "pacemaker", None]),
                                ("type", ["IPaddr2", "IPaddr2", "Dummy", None])):
                value = r.choice(values)
                if value:
                    x.set(key, value)

    def meta(self, parent):
        r = self.rnd
        for _ in range(r.choice([0, 0, 1, 2])):
            e = ET.SubElement(parent, "meta_attributes", id=self.id("m"))
            score = r.choice(SCORES)
            if score:
                e.set("score", score)
            if parent.tag == "rsc_defaults" and r.random() < 0.7:
                self.resource_rule(e)
            ET.SubElement(e, "nvpair", id=self.id("p"), name="target-role",
                          value=r.choice(["Started", "Stopped", "#default"]))
            if r.random() < 0.4:
                ET.SubElement(e, "nvpair", id=self.id("p"), name="is-managed",
                              value=r.choice(["true", "false", "no", "1"]))

    def primitive(self, parent, name, templates):
        r = self.rnd
        e = ET.SubElement(parent, "primitive", id=name)
        if templates and r.random() < 0.3:
            e.set("template", r.choice(templates))
        else:
            for key, value in (("class", "ocf"), ("provider", "heartbeat"), ("type", "IPaddr2")):
                e.set(key, value)
        for i in range(r.choice([0, 1, 2, 2, 3, 4])):
            self.attributes(e, f"192.0.2.{self.n % 200 + i + 1}")
        self.meta(e)


def history(state, rsc, node, call):
    entry = ET.SubElement(state, "lrm_resource", {"id": rsc, "class": "ocf", "provider": "heartbeat",
                                                  "type": "IPaddr2"})
    key = f"{call}:1:0:11111111-2222-3333-4444-555555555555"
    ET.SubElement(entry, "lrm_rsc_op", {
        "id": f"{rsc}_last_0", "operation_key": f"{rsc}_start_0", "operation": "start",
        "crm-debug-origin": "x", "crm_feature_set": "3.16.2", "transition-key": key,
        "transition-magic": f"0:0;{key}", "on_node": node, "call-id": str(call), "rc-code": "0",
        "op-status": "0", "interval": "0", "last-rc-change": "1700000000", "exec-time": "1",
        "queue-time": "0", "op-digest": "x"})


def make(seed):
    rnd = random.Random(seed)
    m = Maker(rnd)
    cib = ET.Element("cib", {"crm_feature_set": "3.16.2", "validate-with": "pacemaker-3.9",
                             "epoch": "1", "num_updates": "1", "admin_epoch": "0",
                             "have-quorum": "1", "dc-uuid": rnd.choice(["1", "2"])})
    config = ET.SubElement(cib, "configuration")
    options = ET.SubElement(ET.SubElement(config, "crm_config"), "cluster_property_set",
                            id="cib-bootstrap-options")
    ET.SubElement(options, "nvpair", id="o1", name="stonith-enabled", value="false")
    if rnd.random() < 0.7:
        ET.SubElement(options, "nvpair", id="o2", name="cluster-name", value="lab")
    nodes = ET.SubElement(config, "nodes")
    for i in ("1", "2"):
        node = ET.SubElement(nodes, "node", id=i, uname=f"node{i}")
        attrs = ET.SubElement(node, "instance_attributes", id=f"nodes-{i}")
        for name in ("site", "weight"):
            if rnd.random() < 0.8:
                value = rnd.choice(VALUES if name == "site" else ["1", "9", "10", "1.9", "1.10"])
                ET.SubElement(attrs, "nvpair", id=f"nodes-{i}-{name}", name=name, value=value)
    resources = ET.SubElement(config, "resources")
    templates = []
    for _ in range(rnd.choice([0, 1, 2])):
        t = ET.SubElement(resources, "template", {"id": m.id("t"), "class": "ocf",
                                                  "provider": "heartbeat", "type": "IPaddr2"})
        for i in range(rnd.choice([0, 1, 2])):
            m.attributes(t, f"198.51.100.{m.n % 200 + i + 1}")
        m.meta(t)
        templates.append(t.get("id"))
    names, together = [], {}  # of one instance of a clone, all members are on one node
    for i in range(rnd.randint(2, 5)):
        where, top = resources, None
        for kind in ("clone", "group"):
            if rnd.random() < (0.25 if kind == "clone" else 0.5):
                where = ET.SubElement(where, kind, id=m.id(kind[0]))
                top = top or (where.get("id") if kind == "clone" else None)
                if rnd.random() < 0.5:
                    m.attributes(where, f"203.0.113.{m.n % 200 + 1}")
                m.meta(where)
        for _ in range(rnd.randint(1, 2) if where.tag == "group" else 1):
            names.append(f"vip{len(names)}")
            m.primitive(where, names[-1], templates)
            together[names[-1]] = top or names[-1]
    ET.SubElement(config, "constraints")
    if rnd.random() < 0.7:
        m.meta(ET.SubElement(config, "rsc_defaults"))
    status = ET.SubElement(cib, "status")
    for i in ("1", "2"):
        state = ET.SubElement(status, "node_state", {
            "id": i, "uname": f"node{i}", "in_ccm": "true", "crmd": "online", "join": "member",
            "expected": "member", "crm-debug-origin": "x"})
        lrm = ET.SubElement(ET.SubElement(state, "lrm", id=i), "lrm_resources")
        for call, name in enumerate(names):
            if random.Random(f"{seed}{together[name]}").choice(["1", "2", "1", "2", "0"]) == i:
                history(lrm, name, f"node{i}", call + 5)
        if rnd.random() < 0.4:
            t = ET.SubElement(state, "transient_attributes", id=i)
            a = ET.SubElement(t, "instance_attributes", id=f"status-{i}")
            ET.SubElement(a, "nvpair", id=f"status-{i}-site", name="site", value=rnd.choice(VALUES))
    return cib


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for i in range(count):
        tree = ET.ElementTree(make(seed * 100000 + i))
        tree.write(os.path.join(folder, f"generated-{i:03}.xml"))


main()
