"""Counts, tokens, money and time of any span: in all, by what calls are told apart by, as a series, as a histogram.

What is counted where is for sums.py; here are the questions, and what follows from the counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from ..call_rows import dollars
from ..histograms import bars, percentiles, value_of
from ..rollups import COUNTS, MINUTE
from .reader import Reader, Row
from .sums import NOW_AND_ON, Question, Sum, gather
from .where import EVERYTHING, Where

type Dimension = Literal[
    "model", "app", "endpoint", "session", "key", "user", "tag", "status", "hour", "day", "fault", "host", "kind"
]
type Metric = Literal["latency", "ttft", "input", "output"]


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`, in Unix seconds; None is without limit. A call is in the span of its start."""

    start: float | None = None
    end: float | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The same in milliseconds."""
        return (
            0 if self.start is None else round(self.start * 1000),
            NOW_AND_ON if self.end is None else round(self.end * 1000),
        )


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a set of calls adds up to. Tokens and money that were reported and those estimated are kept apart.

    `calls` includes those still open, of which nothing else is counted yet. Percentiles are within 1 %; None where
    nothing was measured. Rates that need a span's length are None where it has none.
    """

    calls: int
    failed: int
    aborted: int
    open: int
    streams: int
    retries: int
    estimated: int
    unpriced: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    estimated_input_tokens: int
    estimated_output_tokens: int
    cost: Decimal
    estimated_cost: Decimal
    request_bytes: int
    response_bytes: int
    cached_share: float | None
    error_rate: float | None
    calls_per_minute: float | None
    output_tokens_per_second: float | None
    latency_mean_ms: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    ttft_mean_ms: float | None
    ttft_p50_ms: float | None
    ttft_p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """The totals of the calls with one value. `value` is empty where a call has none; `key` finds the calls again."""

    key: str
    value: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a series, by value of its dimension; `start` in Unix seconds. `by_value` has "" without one."""

    start: float
    by_value: dict[str, Totals]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: how many calls had about `value` (milliseconds or tokens; within 1 %)."""

    value: float
    count: int


def _totals_of(summed: Sum, minutes: float | None) -> Totals:
    n = dict(zip(COUNTS, summed.counts, strict=True))
    calls = n["calls"] + summed.open
    latency = percentiles(summed.histograms[0], (0.5, 0.95, 0.99))
    ttft = percentiles(summed.histograms[1], (0.5, 0.95))
    return Totals(
        calls=calls, open=summed.open,
        **{name: n[name] for name in COUNTS[1:16] if not name.endswith("cost_pico") },
        cost=dollars(n["cost_pico"]) or Decimal(0),
        estimated_cost=dollars(n["estimated_cost_pico"]) or Decimal(0),
        request_bytes=n["request_bytes"], response_bytes=n["response_bytes"],
        cached_share=_ratio(n["cached_tokens"], n["input_tokens"]),
        error_rate=_ratio(n["failed"], n["calls"]),
        calls_per_minute=calls / minutes if minutes else None,
        output_tokens_per_second=_ratio(n["generated_tokens"] * 1e6, n["generation_us"]),
        latency_mean_ms=_ratio(n["duration_us"] / 1000, n["durations"]),
        latency_p50_ms=latency[0], latency_p95_ms=latency[1],
        latency_p99_ms=latency[2], ttft_mean_ms=_ratio(n["ttft_us"] / 1000, n["ttfts"]),
        ttft_p50_ms=ttft[0], ttft_p95_ms=ttft[1],
    )  # fmt: skip


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _minutes(span: Span) -> float | None:
    return None if span.start is None or span.end is None else (span.end - span.start) / 60


def totals(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING) -> Totals:
    """What the calls of a span add up to."""
    sums = gather(reader, Question("all", *span.bounds, where))
    return _totals_of(sums.get(("", 0), Sum()), _minutes(span))


def by(reader: Reader, dimension: Dimension, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[Group]:
    """The totals of each value, most expensive first; hours and days in their order (`value` in ISO 8601, UTC)."""
    if dimension not in get_args(Dimension.__value__):
        raise ValueError(f"no dimension {dimension!r}")
    sums = gather(reader, Question(dimension, *span.bounds, where))
    label = _labels(reader, dimension)
    groups = [Group(key, label(key), _totals_of(entry, _minutes(span))) for (key, _), entry in sums.items()]
    groups = [group for group in groups if group.totals.calls]
    if dimension in ("hour", "day"):
        return sorted(groups, key=lambda group: int(group.key))
    return sorted(groups, key=lambda group: (-group.totals.cost, -group.totals.calls, group.value))


def _labels(reader: Reader, dimension: Dimension) -> Callable[[str], str]:
    if dimension == "session":
        names: dict[str, str] = dict(reader.rows("select cast(id as text), name from sessions"))
        return lambda key: names.get(key, key)
    if dimension in ("hour", "day"):
        return lambda key: _iso(int(key), dimension)
    return lambda key: key


def _iso(milliseconds: int, dimension: Dimension) -> str:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%d" if dimension == "day" else "%Y-%m-%dT%H:00Z")


def series(
    reader: Reader,
    span: Span,
    step_seconds: int,
    dimension: Dimension | None = None,
    where: Where = EVERYTHING,
) -> list[Bucket]:
    """The totals of each step of a span, in order, empty steps too; `span` needs a start and an end.

    Steps begin at whole multiples of `step_seconds`; minutes, hours and days read quickest.
    """
    step = step_seconds * 1000
    start, end = span.bounds
    sums = gather(reader, Question(dimension or "all", start, end, where, step))
    label = _labels(reader, dimension) if dimension else str
    buckets: dict[int, dict[str, Totals]] = {at: {} for at in range(start - start % step, end, step)}
    for (key, at), entry in sums.items():
        buckets.setdefault(at, {})[label(key)] = _totals_of(entry, step_seconds / 60)
    return [Bucket(at / 1000, buckets[at]) for at in sorted(buckets)]


def begin(reader: Reader, span: Span = ALWAYS) -> float | None:
    """When the first call of a span began, in Unix seconds; None without one."""
    first = reader.value("select min(started_at) from calls where started_at >= ? and started_at < ?", span.bounds)
    return None if first is None else first / 1000


def histogram(reader: Reader, metric: Metric, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[Bar]:
    """How long calls took or how many tokens they had, as bars in rising order."""
    place = get_args(Metric.__value__).index(metric)
    sums = gather(reader, Question("all", *span.bounds, where, metrics=(place,), counts=False))
    found = sums[("", 0)].histograms[place] if ("", 0) in sums else 0
    return [Bar(value_of(number), count) for number, count in bars(found)]


__all__ = ["ALWAYS", "MINUTE", "Bar", "Bucket", "Dimension", "Group", "Metric", "Row", "Span", "Totals", "begin"]
