# SPDX-License-Identifier: GPL-2.0-or-later
"""interval: how far a ratio of two medians can be trusted."""

import random
import statistics

RESAMPLES = 2000
FEWEST = 5  # with fewer samples an interval would only seem to say something


def of_ratio(ours, theirs, share=0.95):
    """The middle `share` of what the ratio is when both are drawn anew (bootstrap, a fixed seed); None
    if there is none."""
    if min(len(ours), len(theirs)) < FEWEST or min(theirs) <= 0:
        return None
    draw = random.Random(1)
    ratios = sorted(statistics.median(draw.choices(ours, k=len(ours))) /
                    statistics.median(draw.choices(theirs, k=len(theirs))) for _ in range(RESAMPLES))
    cut = round(RESAMPLES * (1 - share) / 2)
    return ratios[cut], ratios[-cut - 1]
