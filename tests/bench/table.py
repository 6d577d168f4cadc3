# SPDX-License-Identifier: GPL-2.0-or-later
"""table: what benches measured, kept for each, and the table of it with its verdicts.

    result = table.Result(name, origin, trial)   origin: when and where, as the table says it
    result.take(line)                            a line of the bench; ValueError if it is none
    result.keep(folder)                          as NAME.tsv, instead of what was there
    table.kept(folder, names)                    the results that are there, in that order
    table.Table(results)                         .lines() of text, .holds(), .samples(), .points()

NAME.tsv has the lines that the bench wrote, and before them `from ORIGIN` and a `failed TEXT` for each
thing that went wrong.
"""

import os
import statistics

import interval


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
        """None if nothing is promised. A ratio that cannot be told is one that does not hold."""
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
            "%.2f–%.2f" % around if around else "too few" if self.limit.endswith("x") else "",
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


def aligned(rows):
    lines = [HEAD] + [r.cells() for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    out = []
    for line in lines:
        cells = [c.rjust(w) if i in RIGHT else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths))]
        out.append("  ".join(cells).rstrip())
    out.insert(1, "-" * max(len(x) for x in out))
    return out


class Result:
    """What one bench measured in one run."""

    def __init__(self, bench, origin="", trial=False):
        self.bench, self.origin, self.trial = bench, origin, trial
        self.rows, self.points, self.notes, self.skips, self.failed = [], [], [], [], []
        self.taken = []

    def take(self, line):
        line = line.rstrip("\n")
        kind, *fields = line.split("\t")
        if kind == "row":
            self.rows.append(Row(self.bench, fields))
        elif kind == "point":
            self.points.append((fields[0], float(fields[1]), float(fields[2])))
        elif kind == "note":
            self.notes.append(fields[0])
        elif kind == "skip":
            self.skips.append(fields[0])
        else:
            raise ValueError("unknown line")
        self.taken.append(line)

    def is_empty(self):
        return not self.rows and not self.skips

    def keep(self, folder):
        path = os.path.join(folder, self.bench + ".tsv")
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write("from\t%s\n" % self.origin)
            f.writelines("failed\t%s\n" % " ".join(text.split()) for text in self.failed)
            f.writelines(line + "\n" for line in self.taken)
        os.rename(path + ".new", path)


def read(folder, bench):
    """The kept result of one bench; None if there is none."""
    try:
        with open(os.path.join(folder, bench + ".tsv"), encoding="utf-8") as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return None
    result = Result(bench)
    for line in lines:
        kind, _, text = line.partition("\t")
        if kind == "from":
            result.origin = text
        elif kind == "failed":
            result.failed.append(text)
        else:
            result.take(line)
    return result


def kept(folder, benches):
    found = (read(folder, bench) for bench in benches)
    return [result for result in found if result is not None]


class Table:
    def __init__(self, results, missing=()):
        """`missing` are the benches that belong here and have no result."""
        self.results, self.missing = results, missing
        self.rows = [row for r in results for row in r.rows]
        self.broken = [row for row in self.rows if row.holds() is False]

    def points(self):
        return [point for r in self.results for point in r.points]

    def samples(self):
        return ["\t".join([r.bench, r.what, r.unit, " ".join(map(str, r.ours)),
                           " ".join(map(str, r.theirs))]) for r in self.rows]

    def failed(self):
        return ["%s: %s" % (r.bench, text) for r in self.results for text in r.failed]

    def holds(self):
        return not self.broken and not self.failed() and not self.missing

    def head(self):
        """When and where: once if all came from there, else for each bench."""
        origins = [r.origin for r in self.results]
        if len(set(origins)) <= 1:
            return origins[:1]
        return ["%s: %s" % (r.bench, r.origin) for r in self.results]

    def lines(self):
        out = self.head() + [""] + aligned(self.rows) + [""]
        for r in self.results:
            out += ["%s: %s" % (r.bench, text) for text in r.notes]
            out += ["%s: skipped: %s" % (r.bench, text) for text in r.skips]
            if r.trial:
                out.append("%s: a trial, with %s samples of a row: it proves no promise" % (
                    r.bench, counts(r.rows)))
        out += ["%s: not measured" % name for name in self.missing]
        out += ["%s: FAILED" % text for text in self.failed()]
        out += ["%s: the promise does not hold: %s" % (row.bench, row.what) for row in self.broken]
        promised = [row for row in self.rows if row.holds() is not None]
        out.append("%d promises, %d do not hold, %d benches failed, %d skipped, %d not measured" % (
            len(promised), len(self.broken), sum(bool(r.failed) for r in self.results),
            sum(len(r.skips) for r in self.results), len(self.missing)))
        return out


def counts(rows):
    """The fewest and the most samples that a row of ours has."""
    numbers = sorted(len(row.ours) for row in rows) or [0]
    return "%d" % numbers[0] if numbers[0] == numbers[-1] else "%d to %d" % (numbers[0], numbers[-1])
