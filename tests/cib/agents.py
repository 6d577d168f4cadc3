#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""agents: our table of agents against the agents' own meta-data.

Run inside a root that has the package resource-agents: agents.py CIB_AGENTS_C. Each parameter that a
row names must be one of its agent's. An agent that this version of the package does not have is
skipped, by name; any other is a failure.
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

FOLDER = "/usr/lib/ocf/resource.d/heartbeat/"
# Not in every version of the package.
ABSENT = {"osceip"}
# Named in cib_address.c for every agent; these are IPaddr2's.
PLACES = {"IPaddr2": ["network_namespace", "unique_clone_address"]}


def rows(path):
    """{agent: parameters} of the table in C."""
    with open(path, encoding="utf-8") as source:
        table = re.search(r"agents\[\] = \{\n(.*?)\n\};", source.read(), re.S).group(1)
    found = {}
    for row in re.findall(r'(?:ADDRESS|NO_ADDRESS)\([^)]*\)|\{"heartbeat"[^}]*\}', table):
        words = [w for w in re.findall(r'"([^"]*)"', row) if w != "heartbeat"]
        found[words[0]] = words[1:] + PLACES.get(words[0], [])
    return found


def parameters(agent):
    done = subprocess.run([FOLDER + agent, "meta-data"], stdout=subprocess.PIPE, check=False,
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OCF_ROOT": "/usr/lib/ocf"})
    return {p.get("name") for p in ET.fromstring(done.stdout).iter("parameter")}


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for agent, ours in rows(sys.argv[1]).items():
        name = f"meta-data of {agent}: {', '.join(ours) or 'no address'}"
        try:
            theirs = parameters(agent)
            lacks = [p for p in ours if p not in theirs]
        except (FileNotFoundError, ET.ParseError) as why:
            if agent in ABSENT:
                counts["skipped"] += 1
                print(f"ok - {name} # SKIP this version of resource-agents lacks it")
                continue
            lacks = [str(why)]
        counts["failed" if lacks else "passed"] += 1
        print(f"{'not ok' if lacks else 'ok'} - {name}" + (f"\n#   {lacks}" if lacks else ""))
    print(", ".join(f"{n} {word}" for word, n in counts.items()))


main()
