"""A trend in one line of block characters, with a scale that stays put.

Textual's own Sparkline rescales at every value, so all bars move when one comes; here the top of the scale is a round
number that changes only when the values leave it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


def round_top(value: float) -> float:
    """The least of 1, 2, 5, 10, 20, … (and their fractions) that is not below `value`; 1 for nothing."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1, 2, 5, 10):
        if value <= step * power * 1.000001:
            return step * power
    return 10 * power


class SteadyScale:
    """The top of a scale. It rises at once, and sinks only when everything fits under a fifth of it."""

    def __init__(self) -> None:
        self.top = 0.0

    def fit(self, values: Sequence[float | None]) -> float:
        """The top to draw `values` with."""
        most = max((value for value in values if value is not None), default=0.0)
        if most > self.top or most < self.top / 5:
            self.top = round_top(most)
        return self.top


def sparkline(values: Sequence[float | None], width: int, top: float) -> str:
    """The last `width` values as bars, oldest first. None (nothing happened) is a blank, zero the lowest bar."""
    if width <= 0:
        return ""
    shown = list(values)[-width:]
    bars = "".join(" " if value is None else _bar(value, top) for value in shown)
    return bars.rjust(width)


def _bar(value: float, top: float) -> str:
    if value <= 0 or top <= 0:
        return BARS[0]
    return BARS[max(1, min(len(BARS) - 1, math.ceil(value / top * len(BARS)) - 1))]
