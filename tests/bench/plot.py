# SPDX-License-Identifier: GPL-2.0-or-later
"""plot: curves on two logarithmic axes, as SVG, with nothing but the standard library."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800, 480, 70, 230, 20, 50
COLOURS = ["#1f5fa8", "#b5460f", "#2e7d32", "#7b1fa2", "#555555", "#b08900"]


def decades(values):
    """The powers of ten around them."""
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def plain(exponent):
    return "%s" % format(10 ** exponent, ",d") if exponent >= 0 else "%g" % 10 ** exponent


def write(path, points):
    """points: (curve, x, y), x and y above 0; curves are drawn in the order of their first point."""
    points = [(c, x, y) for c, x, y in points if x > 0 and y > 0]
    curves = {}
    for curve, x, y in points:
        curves.setdefault(curve, []).append((x, y))
    x_low, x_high = decades([x for _, x, _ in points])
    y_low, y_high = decades([y for _, _, y in points])

    def at(x, y):
        return (LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(y) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM))

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
           'font-size="12">' % (WIDTH, HEIGHT), '<rect width="100%" height="100%" fill="white"/>']

    def line(a, b):
        out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ddd"/>' % (a + b))

    def text(x, y, anchor, words, colour="black"):
        out.append('<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>' % (
            x, y, anchor, colour, escape(words)))

    for e in range(x_low, x_high + 1):
        line(at(10 ** e, 10 ** y_low), at(10 ** e, 10 ** y_high))
        text(at(10 ** e, 1)[0], HEIGHT - BOTTOM + 18, "middle", plain(e))
    for e in range(y_low, y_high + 1):
        line(at(10 ** x_low, 10 ** e), at(10 ** x_high, 10 ** e))
        text(LEFT - 8, at(1, 10 ** e)[1] + 4, "end", plain(e))
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "middle", "size")
    text(LEFT - 8, TOP - 6, "end", "ms")
    for i, (curve, places) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        spots = [at(x, y) for x, y in sorted(places)]
        dashes = "" if i < len(COLOURS) else ' stroke-dasharray="%d 3"' % (8 // (i // len(COLOURS)))
        out.append('<polyline fill="none" stroke="%s"%s stroke-width="2" points="%s"/>' % (
            colour, dashes, " ".join("%.1f,%.1f" % s for s in spots)))
        for spot in spots:
            out.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (spot + (colour,)))
        text(WIDTH - RIGHT + 12, TOP + 16 + 18 * i, "start", curve, colour)
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
