"""The range of time that the counters and the tabs speak of: steps to go through by key, or one that was typed, in the
words of --since and --until."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from ..agent.errors import UsageError
from ..agent.moments import AGO, parse_moment
from ..agent.queries.totals import Span

type RangeName = Literal["today", "10m", "1h", "24h", "7d", "30d", "all"]

TODAY = "today"
BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class Range:
    """`words` is what the screen calls it. `since` and `until` are as the command line takes them, or "today", the last
    local midnight; empty is without limit. What is so long ago moves with the time."""

    words: str
    since: str = ""
    until: str = ""

    def span(self, now: float) -> Span:
        """The range as it is at `now`, in Unix seconds. Raises ValueError where a word is no time."""
        return Span(_moment(self.since, now), _moment(self.until, now))


def _moment(word: str, now: float) -> float | None:
    if word == TODAY:
        year, month, day, *_ = time.localtime(now)
        return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
    return parse_moment(word, now) / 1000 if word else None


RANGES: dict[RangeName, Range] = {
    "today": Range("today", TODAY),
    "10m": Range("last 10 min", "10m"),
    "1h": Range("last 1 h", "1h"),
    "24h": Range("last 24 h", "24h"),
    "7d": Range("last 7 days", "7d"),
    "30d": Range("last 30 days", "30d"),
    "all": Range("all time"),
}


def typed_range(text: str, now: float) -> Range:
    """What `text` names: a step, `2h`, `2026-03-01T08:00`, or two of these as `since..until`, where one may be missing.

    Raises UsageError saying what is wrong.
    """
    for name, known in RANGES.items():
        if text.strip() == name:
            return known
    since, between, until = (part.strip() for part in text.partition(BETWEEN))
    if not since and not until:
        raise UsageError("Write 2h, 7d, 2026-03-01T08:00, or two of these as since..until.")
    words = f"last {since}" if AGO.fullmatch(since) else f"since {since}"
    found = Range(f"{since}{BETWEEN}{until}" if between else words, since, until)
    try:
        span = found.span(now)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if span.start is not None and span.start >= (now if span.end is None else span.end):
        raise UsageError(f"{until or 'now'} is not after {since}, so no call can be between them.")
    return found


def next_range(current: Range) -> Range:
    """The step after `current`; after a typed one the first."""
    steps = list(RANGES.values())
    return steps[(steps.index(current) + 1) % len(steps)] if current in steps else steps[0]
