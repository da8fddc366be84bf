"""Sliding windows: what the calls that ended within the last minutes, hours or days add up to.

A window is cut into slots; a call enters the slot of its end and leaves with it, so judging costs the same whatever
the database's size and traffic. What had ended before the agent began is read once, added up by SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from .alarm_metrics import MetricName
from .histograms import BUCKET_SQL, bars, bucket, histogram_of, percentile
from .queries.finished import COST, ENDED, FAILED, HEADROOM, LIMIT, RETRIED, TOKENS, Sample
from .queries.reader import FROM, Reader
from .queries.where import Where

SLOTS: Final = 600
"""How finely a window is cut; a slot is no shorter than a second."""
LONGEST_CALL_MS: Final = 3_600_000
"""Calls that began longer before the window than this are not looked for when the agent starts."""
PICO: Final = 1e12
LATENCY: Final = "latency_p95_ms"
TTFT: Final = "ttft_p95_ms"
HEADROOM_LEFT: Final = "ratelimit_remaining_percent"


@dataclass(slots=True)
class Sums:
    """What calls add up to."""

    calls: int = 0
    failed: int = 0
    retries: int = 0
    tokens: int = 0
    cost_pico: int = 0
    latency: int = 0  # histograms, see histograms.py
    ttft: int = 0

    def add(self, other: Sums, sign: int = 1) -> None:
        """Add the other's figures, or with `sign` -1 take them away."""
        self.calls += sign * other.calls
        self.failed += sign * other.failed
        self.retries += sign * other.retries
        self.tokens += sign * other.tokens
        self.cost_pico += sign * other.cost_pico
        self.latency += sign * other.latency
        self.ttft += sign * other.ttft


class Window:
    """The calls that ended in the last `seconds`, as sums. The oldest slot leaves whole."""

    def __init__(self, seconds: float, metrics: Set[MetricName]) -> None:
        """`metrics` are those that will be asked for; others are not kept."""
        self._metrics = metrics
        self.seconds = seconds
        self.slot_ms = max(1000, math.ceil(seconds * 1000 / SLOTS))
        self.sums = Sums()
        self._count = math.ceil(seconds * 1000 / self.slot_ms)
        self._slots: dict[int, Sums] = {}
        self._limits: dict[tuple[str, str], tuple[int, float]] = {}

    def first_slot(self, now: float) -> int:
        """The oldest slot that counts at `now` (Unix seconds)."""
        return math.floor(now * 1000 / self.slot_ms) - self._count + 1

    def enter(self, found: Iterable[Sample]) -> None:
        """Count calls that ended."""
        slots: dict[int, list[Sample]] = {}
        for sample in found:
            slots.setdefault(sample.ended // self.slot_ms, []).append(sample)
            if sample.headroom is not None and HEADROOM_LEFT in self._metrics:
                self._limit(sample.limit, sample.ended, sample.headroom)
        for number, part in slots.items():
            sums = Sums(
                len(part), sum(it.failed for it in part), sum(it.retried for it in part),
                sum(it.tokens for it in part), sum(it.cost_pico for it in part),
            )  # fmt: skip
            if LATENCY in self._metrics:
                sums.latency = histogram_of((bucket(it.duration_ms), 1) for it in part if it.duration_ms is not None)
            if TTFT in self._metrics:
                sums.ttft = histogram_of((bucket(it.ttft_ms), 1) for it in part if it.ttft_ms is not None)
            self._enter(number, sums)

    def slide(self, now: float) -> bool:
        """Let go of what is too old at `now`; was there any?"""
        first = self.first_slot(now)
        slots = [number for number in self._slots if number < first]
        for number in slots:
            self.sums.add(self._slots.pop(number), -1)
        limits = [limit for limit, (at, _) in self._limits.items() if at // self.slot_ms < first]
        for limit in limits:
            del self._limits[limit]
        return bool(slots or limits)

    def value(self, metric: MetricName, min_calls: int = 1) -> float | None:
        """The metric's value now; None where there is nothing to judge, or fewer than `min_calls` calls."""
        sums, minutes = self.sums, self.seconds / 60
        if metric == HEADROOM_LEFT:
            return min((percent for _, percent in self._limits.values()), default=None)
        if metric == "spend_usd":
            return sums.cost_pico / PICO
        if metric == "requests_per_minute":
            return sums.calls / minutes
        if metric == "tokens_per_minute":
            return sums.tokens / minutes
        if metric == "retry_count":
            return sums.retries
        if metric == "error_rate":
            return sums.failed / sums.calls if sums.calls >= min_calls else None
        histogram = sums.latency if metric == LATENCY else sums.ttft
        return percentile(histogram, 0.95) if sum(count for _, count in bars(histogram)) >= min_calls else None

    def fill(self, reader: Reader, where: Where, now: float, revision: int) -> None:
        """Count what had ended by `revision`, from the rows."""
        start = self.first_slot(now) * self.slot_ms
        slot = f"{ENDED} / {self.slot_ms}"
        tail = (
            f"{FROM} where c.started_at >= ? and {ENDED} >= ? and c.revision <= ? and c.state <> 'open' "
            f"and ({where.sql})"
        )
        parameters = start - LONGEST_CALL_MS, start, revision, *where.parameters
        counts = ", ".join(f"sum({part})" for part in (FAILED, RETRIED, TOKENS, COST))
        for number, *figures in reader.rows(f"select {slot}, count(*), {counts} {tail} group by 1", parameters):
            self._enter(number, Sums(*figures))
        for metric, column in ((LATENCY, "c.duration_ms"), (TTFT, "c.ttft_ms")):
            if metric not in self._metrics:
                continue
            sql = f"select {slot}, {BUCKET_SQL.format(column)}, count(*) {tail} and {column} is not null group by 1, 2"
            for number, place, count in reader.rows(sql, parameters):
                histogram = histogram_of([(place, count)])
                self._enter(number, Sums(latency=histogram) if metric == LATENCY else Sums(ttft=histogram))
        if HEADROOM_LEFT in self._metrics:
            # SQLite takes the other columns from the row with the greatest `max`
            sql = f"select {LIMIT}, {HEADROOM}, max({ENDED}) {tail} and {HEADROOM} is not null group by 1, 2"
            for model, key, headroom, ended in reader.rows(sql, parameters):
                self._limit((model, key), ended, headroom)

    def _enter(self, number: int, sums: Sums) -> None:
        if number not in self._slots:
            self._slots[number] = Sums()
        self._slots[number].add(sums)
        self.sums.add(sums)

    def _limit(self, limit: tuple[str, str], at: int, percent: float) -> None:
        known = self._limits.get(limit)
        if known is None or at >= known[0]:
            self._limits[limit] = at, percent
