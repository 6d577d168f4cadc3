#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run: benchmarks side by side, one table, and a verdict.

    tests/bench/run.py BUILDDIR [BENCH…]      all benches, or those named; --list names them

A bench is an executable file tests/bench/NAME.bench in any language. It measures ours and the peer
in turns, in one run, and writes lines of fields set apart by tabs to standard output:

    row    WHAT   LIMIT   PEER   UNIT   OURS…   /   PEERS…     numbers of all runs, blank between two
    point  CURVE  X       Y                                    for the plot; X and Y are numbers
    note   TEXT                                                below the table
    skip   TEXT                                                why something could not be measured

LIMIT is what is promised: "4x" (the median of ours is at most 4 times the median of the peer's),
"250" (ours is at most 250 of the unit), "=0" (ours is exactly 0 in every run) or "-" (nothing).
What it writes to standard error is progress. It ends with 0 unless it could not measure: then all
of it counts as failed. Its working directory is empty, on BUILDDIR's file system, and removed
afterwards together with the processes it left; MTA_STACK_BUILD and MTA_STACK_SRC are set, RUNS says
how often to measure.

Prints the table, with the 95 % interval of each ratio where there are samples enough (interval.py),
and writes it to BUILDDIR/bench/table.txt, the samples to samples.tsv and the curves to curves.svg.
Exits with 1 when a promise does not hold or a bench failed.
"""

import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import interval
import plot

HERE = os.path.dirname(os.path.realpath(__file__))


def benches():
    return sorted(f[: -len(".bench")] for f in os.listdir(HERE) if f.endswith(".bench"))


class Row:
    def __init__(self, bench, fields):
        self.bench = bench
        self.what, self.limit, self.peer, self.unit = fields[:4]
        ours, _, theirs = " ".join(fields[4:]).partition("/")
        self.ours = [float(x) for x in ours.split()]
        self.theirs = [float(x) for x in theirs.split()]
        if not self.ours:
            raise ValueError("no samples")
        if self.limit.endswith("x") and not self.theirs:
            raise ValueError("a ratio needs samples of the peer")

    def ratio(self):
        if not self.theirs or statistics.median(self.theirs) <= 0:
            return None
        return statistics.median(self.ours) / statistics.median(self.theirs)

    def holds(self):
        if self.limit == "-":
            return None
        if self.limit.endswith("x"):
            ratio = self.ratio()
            return ratio is not None and ratio <= float(self.limit[:-1])
        if self.limit.startswith("="):
            return all(x == float(self.limit[1:]) for x in self.ours)
        return statistics.median(self.ours) <= float(self.limit)

    def cells(self):
        ratio = self.ratio()
        around = interval.of_ratio(self.ours, self.theirs)
        holds = self.holds()
        return [
            self.what,
            number(statistics.median(self.ours)),
            spread(self.ours),
            number(statistics.median(self.theirs)) if self.theirs else "",
            spread(self.theirs),
            self.unit,
            "" if ratio is None else "%.2f" % ratio,
            "" if around is None else "%.2f–%.2f" % around,
            "" if self.limit == "-" else self.limit,
            {None: "", True: "holds", False: "FAILS"}[holds],
            self.peer,
        ]


def number(x):
    return "%.0f" % x if abs(x) >= 100 or x == int(x) else "%.3g" % x


def spread(samples):
    return "%s–%s" % (number(min(samples)), number(max(samples))) if samples else ""


HEAD = ["what", "ours", "min–max", "peer", "min–max", "unit", "ratio", "95 %", "limit", "", "the peer is"]
RIGHT = {1, 2, 3, 4, 6, 7, 8}


def table(rows):
    lines = [HEAD] + [r.cells() for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    out = []
    for line in lines:
        cells = [c.rjust(w) if i in RIGHT else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths))]
        out.append("  ".join(cells).rstrip())
    out.insert(1, "-" * max(len(x) for x in out))
    return out


def show_progress(stream, name):
    tty = sys.stderr.isatty()
    for line in stream:
        line = line.rstrip("\n")
        if tty:
            sys.stderr.write("\r\033[K%s: %s" % (name, line[:100]))
        else:
            sys.stderr.write("%s: %s\n" % (name, line))
        sys.stderr.flush()
    if tty:
        sys.stderr.write("\r\033[K")


def end_group(child):
    """A bench that still runs cleans up first; what it left behind goes with it."""
    try:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                pass
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Results:
    def __init__(self):
        self.rows, self.points, self.notes, self.skips, self.failed = [], [], [], [], []

    def take(self, bench, line):
        kind, *fields = line.rstrip("\n").split("\t")
        if kind == "row":
            self.rows.append(Row(bench, fields))
        elif kind == "point":
            self.points.append((fields[0], float(fields[1]), float(fields[2])))
        elif kind == "note":
            self.notes.append("%s: %s" % (bench, fields[0]))
        elif kind == "skip":
            self.skips.append("%s: skipped: %s" % (bench, fields[0]))
        else:
            raise ValueError("unknown line")


def run_bench(name, build, results):
    """Run one and take its lines."""
    work = tempfile.mkdtemp(prefix=name + ".", dir=os.path.join(build, "bench"))
    env = dict(os.environ, MTA_STACK_BUILD=build, MTA_STACK_SRC=os.path.dirname(os.path.dirname(HERE)),
               PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1", LC_ALL="C")
    env.setdefault("RUNS", "7")
    started = time.monotonic()
    child = subprocess.Popen([os.path.join(HERE, name + ".bench")], cwd=work, env=env, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True)
    progress = threading.Thread(target=show_progress, args=(child.stderr, name), daemon=True)
    progress.start()
    before = len(results.rows) + len(results.skips)
    try:
        for line in child.stdout:
            try:
                results.take(name, line)
            except (ValueError, IndexError) as e:
                results.failed.append("%s: cannot understand \"%s\": %s" % (name, line.strip(), e))
        if child.wait() != 0:
            results.failed.append("%s: it could not measure (status %d)" % (name, child.returncode))
        elif len(results.rows) + len(results.skips) == before:
            results.failed.append("%s: it measured nothing" % name)
    finally:
        end_group(child)
        child.wait()
        progress.join(5)
        shutil.rmtree(work, ignore_errors=True)
    results.notes.append("%s took %.0f s" % (name, time.monotonic() - started))


def machine():
    with open("/proc/cpuinfo") as f:
        model = next((x.split(":")[1].strip() for x in f if x.startswith("model name")), "")
    return "%s, %d processors%s, Linux %s" % (
        time.strftime("%Y-%m-%d"), os.cpu_count(), " (%s)" % model if model else "",
        platform.release())


def main(argv):
    if len(argv) < 2:
        sys.stderr.write(__doc__)
        return 2
    if argv[1] == "--list" or argv[2:] == ["--list"]:
        print("\n".join(benches()))
        return 0
    build = os.path.realpath(argv[1])
    names = argv[2:] or benches()
    unknown = [n for n in names if n not in benches()]
    if unknown:
        sys.stderr.write("bench: there is no bench %s; see --list\n" % " ".join(unknown))
        return 2
    os.makedirs(os.path.join(build, "bench"), exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results()
    for name in names:
        run_bench(name, build, results)
    broken = [r for r in results.rows if r.holds() is False]
    out = [machine(), ""] + table(results.rows) + [""] + results.notes + results.skips
    out += ["%s: FAILED" % x for x in results.failed]
    out += ["%s: the promise does not hold: %s" % (r.bench, r.what) for r in broken]
    promised = [r for r in results.rows if r.holds() is not None]
    out.append("%d promises, %d do not hold, %d benches failed, %d skipped" % (
        len(promised), len(broken), len(results.failed), len(results.skips)))
    print("\n".join(out))
    with open(os.path.join(build, "bench", "table.txt"), "w") as f:
        f.write("\n".join(out) + "\n")
    with open(os.path.join(build, "bench", "samples.tsv"), "w") as f:
        for r in results.rows:
            f.write("\t".join([r.bench, r.what, r.unit, " ".join(map(str, r.ours)),
                               " ".join(map(str, r.theirs))]) + "\n")
    if results.points:
        plot.write(os.path.join(build, "bench", "curves.svg"), results.points)
    return 1 if broken or results.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
