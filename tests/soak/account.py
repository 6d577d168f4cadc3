# SPDX-License-Identifier: GPL-2.0-or-later
"""account: what became of each message, from the logs of one run or of several.

Usage: account.py RESULTS CODE [--json | --timeline]

--json: the sums; --timeline: a line of JSON for each failover, times in seconds after its cause. CODE: only
runs that tested this code, as their file of that name says.

A run is a folder with the files sent, sink, inbox, failovers, events; see send.py, sink.py and driver.py for
their lines. Guarantees: lost means that the server had answered 250 to its last dot and it has not arrived; a
duplicate is an arrival of an id after its first. Reads, never writes.
"""

import json
import os
import statistics
import sys

from faults import FENCED, UNFENCED


def lines(folder, name):
    """Whole lines, as words; the last may be half written."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):
                    yield line.split()
    except FileNotFoundError:
        return


def records(folder, name):
    for words in lines(folder, name):
        yield json.loads(" ".join(words))


class Run:
    def __init__(self, folder):
        self.folder = folder
        self.failed = (verdict(folder) or {"failed": 0})["failed"]
        self.acknowledged, self.refused, self.broken = {}, 0, set()
        for words in lines(folder, "sent"):
            if words[2] == "acknowledged":
                self.acknowledged[words[1]] = float(words[0])
            elif words[2] == "refused":
                self.refused += 1
            else:
                self.broken.add(words[1])
        self.arrived, self.duplicates = {}, 0
        self.remote_mail, self.calls, self.over_6, self.strangers, self.helos = [], 0, 0, [], {}
        self.read_sink()
        seen = set()
        for at, name, file in lines(folder, "inbox"):
            if file not in seen:
                seen.add(file)
                self.arrival(name, float(at))
        self.missing = [name for name in self.acknowledged if name not in self.arrived]
        self.times = sorted(self.acknowledged.values())
        self.failovers = list(records(folder, "failovers"))
        self.stops_failed = sum(f.startswith("mail-mta_stop") for event in records(folder, "events")
                                for f in event.get("failures", ()))
        for record in self.failovers:
            self.complete(record)

    def read_sink(self):
        for words in lines(self.folder, "sink"):
            if words[1] == "call":
                self.calls += 1
                self.over_6 += ":" in words[2]
            elif words[1] == "stranger":
                self.strangers.append(words)
            else:
                self.helos[words[3]] = self.helos.get(words[3], 0) + 1
                self.remote_mail.append(float(words[0]))
                self.arrival(words[4], float(words[0]))

    def arrival(self, name, at):
        if name in self.arrived:
            self.duplicates += 1
        else:
            self.arrived[name] = at

    def complete(self, record):
        """First mail at the remote after the VIP was gone; longest time without an acknowledgement."""
        at, greeting = record["at"], record.get("greeting")
        if greeting is None:
            return
        gone = at + record.get("gone", greeting)
        record["mail"] = next((round(t - at, 2) for t in self.remote_mail if t >= gone), None)
        around = [t for t in self.times if at - 2 <= t < at + greeting]
        after = next((t for t in self.times if t >= at + greeting), None)
        if around and after:
            around.append(after)
            record["blackout"] = round(max(b - a for a, b in zip(around, around[1:])), 2)

    def latencies(self):
        """(time of acknowledgement, seconds to the arrival, way), in order."""
        return sorted((t, max(self.arrived[name] - t, 0.001), name.split("-")[0])
                      for name, t in self.acknowledged.items() if name in self.arrived)


def verdict(folder):
    """What soak.sh found of that run's nodes in the end, or None if it has no end yet."""
    try:
        with open(os.path.join(folder, "verdict"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def runs(results, code):
    """Runs of that code that have come to an end, in order."""
    for name in sorted(os.listdir(results)):
        folder = os.path.join(results, name)
        if name.startswith("run") and verdict(folder) is not None and \
                list(lines(folder, "code")) == [[code]]:
            yield Run(folder)


def middle(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def summary(all_runs):
    real = [r for run in all_runs for r in run.failovers if r["counts"]]
    causes = {}
    for record in real:
        causes[record["cause"]] = causes.get(record["cause"], 0) + 1
    helps = {}
    for record in real:
        if record["with"] and record["effect"]:
            helps[record["with"]] = helps.get(record["with"], 0) + 1
    acknowledged = [name for run in all_runs for name in run.acknowledged]
    return {
        "runs": len(all_runs),
        "failovers": len(real),
        "power cuts": causes.get("cut", 0),
        "by cause": causes,
        "complications": helps,
        "complications without effect": sum(bool(r["with"]) for r in real) - sum(helps.values()),
        "faults without a failover": sum(len(run.failovers) for run in all_runs) - len(real),
        "failovers without fencing": sum("fenced" not in r for r in real if r["cause"] in FENCED),
        "fenced without need": sum("fenced" in r for r in real if r["cause"] in UNFENCED),
        "stops of ours that failed": sum(run.stops_failed for run in all_runs),
        "acknowledged": len(acknowledged),
        "outgoing": sum(name.startswith("out-") for name in acknowledged),
        "incoming": sum(name.startswith("in-") for name in acknowledged),
        "lost": sum(len(run.missing) for run in all_runs),
        "duplicates": sum(run.duplicates for run in all_runs),
        "refused": sum(run.refused for run in all_runs),
        "without an answer": sum(len(run.broken) for run in all_runs),
        "of them arrived": sum(name in run.arrived for run in all_runs for name in run.broken),
        "checks that failed in the end": sum(run.failed for run in all_runs),
        "connections at the remote": sum(run.calls + len(run.strangers) for run in all_runs),
        "of them over IPv6": sum(run.over_6 for run in all_runs),
        "from another address than the VIP": sum(len(run.strangers) for run in all_runs),
        "under another name": sum(n for run in all_runs for h, n in run.helos.items()
                                  if h != "mail.cluster.example"),
    }


def table(all_runs):
    """Lines of text: the figures, and the time line by cause."""
    for key, value in summary(all_runs).items():
        if isinstance(value, dict):
            value = ", ".join("%s %d" % kv for kv in sorted(value.items(), key=lambda kv: -kv[1]))
        yield "%-34s %s" % (key, value)
    waits = [s for run in all_runs for _, s, _ in run.latencies()]
    yield "%-34s %.2f, %.2f, %.1f" % ("latency: median, p95, longest [s]", middle(waits, 0.5),
                                      middle(waits, 0.95), max(waits, default=0))
    gaps = [r["blackout"] for run in all_runs for r in run.failovers if r["counts"] and "blackout" in r]
    yield "%-34s %.2f, %.2f, %.1f" % ("blackout: median, p95, longest [s]", middle(gaps, 0.5),
                                      middle(gaps, 0.95), max(gaps, default=0))
    steps = ("gone", "fenced", "vip", "greeting", "mail", "blackout", "start")
    yield "seconds after the cause (medians; blackout: also p95; start: how long the agent's took)"
    yield "%-10s %4s" % ("cause", "n") + "".join("%9s" % s for s in steps) + "      p95"
    real = [r for run in all_runs for r in run.failovers if r["counts"]]
    for cause in sorted({r["cause"] for r in real}):
        mine = [r for r in real if r["cause"] == cause]
        row = "%-10s %4d" % (cause, len(mine))
        for step in steps:
            values = [r[step] for r in mine if r.get(step) is not None]
            row += "%9.2f" % statistics.median(values) if values else "%9s" % "–"
        yield row + "%9.2f" % middle([r["blackout"] for r in mine if "blackout" in r], 0.95)


def main():
    all_runs = list(runs(*sys.argv[1:3]))
    if "--json" in sys.argv:
        print(json.dumps(summary(all_runs), indent=1))
    elif "--timeline" in sys.argv:
        for run in all_runs:
            for record in run.failovers:
                print(json.dumps({"run": os.path.basename(run.folder), **record}))
    else:
        print("\n".join(table(all_runs)))


if __name__ == "__main__":
    main()
