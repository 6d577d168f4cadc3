# SPDX-License-Identifier: GPL-2.0-or-later
"""rows: the lines that a bench writes; run.py says what they mean."""

import sys


def row(what, limit, peer, ours, theirs=(), unit="ms"):
    print("row", what, limit, peer, unit, " ".join("%.2f" % x for x in ours), "/",
          " ".join("%.2f" % x for x in theirs), sep="\t", flush=True)


def point(curve, x, y):
    print("point", curve, x, "%.3f" % y, sep="\t", flush=True)


def progress(words):
    print(words, file=sys.stderr, flush=True)
