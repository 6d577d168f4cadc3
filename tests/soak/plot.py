# SPDX-License-Identifier: GPL-2.0-or-later
"""plot: how long each message took, over the time of all runs, with the failovers marked, as SVG.

Usage: plot.py RESULTS CODE FILE

Each dot is a message, rounded to a second and a thirtieth of a decade, so that thousands stay one dot.
"""

import math
import sys

import account

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 1200, 420, 60, 20, 50, 50
COLOURS = {"out": "#1f5fa8", "in": "#2e7d32"}
MARKS = {"cut": "#c62828", "ring": "#ef6c00", "corosync": "#ef6c00", "based": "#ef6c00"}
LOW, HIGH = -3, 2.5


def write(path, all_runs):
    waits, marks, ends, offset = set(), [], [], 0
    for run in all_runs:
        rows = run.latencies()
        if not rows:
            continue
        begin = rows[0][0]
        for at, seconds, way in rows:
            waits.add((way, round(at - begin + offset), round(math.log10(seconds) * 30) / 30))
        marks += [(r["at"] - begin + offset, r["cause"]) for r in run.failovers if r["counts"]]
        offset += rows[-1][0] - begin + 10
        ends.append(offset)
    total = max(offset, 1)

    def across(seconds):
        return LEFT + seconds / total * (WIDTH - LEFT - RIGHT)

    def down(exponent):
        part = (min(max(exponent, LOW), HIGH) - LOW) / (HIGH - LOW)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
           'font-size="12"><rect width="100%%" height="100%%" fill="white"/>' % (WIDTH, HEIGHT)]
    for seconds, cause in marks:
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s" stroke-opacity="0.5"/>' % (
            across(seconds), TOP, across(seconds), HEIGHT - BOTTOM, MARKS.get(cause, "#9e9e9e")))
    for exponent in range(math.ceil(LOW), math.floor(HIGH) + 1):
        out.append('<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>' % (
            LEFT, down(exponent), WIDTH - RIGHT, down(exponent)))
        out.append('<text x="%d" y="%.1f" text-anchor="end">%g s</text>' % (
            LEFT - 6, down(exponent) + 4, 10 ** exponent))
    for minute in range(0, int(total / 60) + 1, max(1, int(total / 60 / 12))):
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%d min</text>' % (
            across(minute * 60), HEIGHT - BOTTOM + 18, minute))
    for way, at, exponent in sorted(waits):
        out.append('<circle cx="%.1f" cy="%.1f" r="1.3" fill="%s"/>' % (
            across(at), down(exponent), COLOURS[way]))
    legend = (("outgoing", COLOURS["out"]), ("incoming", COLOURS["in"]), ("| power cut", MARKS["cut"]),
              ("| fenced for another reason", MARKS["ring"]), ("| moved, standby", "#9e9e9e"))
    for i, (words, colour) in enumerate(legend):
        out.append('<text x="%d" y="20" fill="%s">%s</text>' % (LEFT + 190 * i, colour, words))
    out.append('<text x="%d" y="38">from the acknowledgement at the VIP to the arrival</text></svg>' % LEFT)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    write(sys.argv[3], list(account.runs(*sys.argv[1:3])))
