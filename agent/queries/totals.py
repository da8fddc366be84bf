"""Counts, tokens, money and time of any span: in all, by what calls are told apart by, as a series, as a histogram.

Without a filter, whole days, hours and minutes come from the roll-ups and only the span's edges from rows; with one,
everything comes from rows. Both give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from ..call_rows import dollars
from ..histograms import BUCKET_SQL, bars, decode, histogram_of, percentiles, value_of
from ..rollups import COUNT_SQL, COUNTS, DAY, HISTOGRAMS, HOUR, LEVELS, MEASURES, MINUTE
from .reader import FROM, Reader, Row
from .where import EVERYTHING, Where

type Dimension = Literal[
    "model", "app", "endpoint", "session", "key", "user", "tag", "status", "hour", "day", "fault", "host", "kind"
]
type Metric = Literal["latency", "ttft", "input", "output"]

NOW_AND_ON = 2**53  # the end of a span without one


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


class _Sum:
    """Figures being added up for one group."""

    __slots__ = ("counts", "histograms", "open")

    def __init__(self) -> None:
        self.counts = [0] * len(COUNTS)
        self.histograms = [0] * len(HISTOGRAMS)
        self.open = 0

    def totals(self, minutes: float | None) -> Totals:
        n = dict(zip(COUNTS, self.counts, strict=True))
        calls = n["calls"] + self.open
        latency = percentiles(self.histograms[0], (0.5, 0.95, 0.99))
        ttft = percentiles(self.histograms[1], (0.5, 0.95))
        return Totals(
            calls=calls, open=self.open,
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


type _Place = tuple[str, int]
"""A group's key and, in a series, the start of the step in milliseconds."""

_VALUES: dict[str, str] = {
    "all": "''",
    "model": "coalesce(c.model, '')",
    "app": "coalesce(p.app, '')",
    "endpoint": "c.endpoint",
    "session": "cast(c.session_id as text)",
    "key": "coalesce(c.api_key, '')",
    "status": "coalesce(cast(c.status as text), '')",
    "fault": "c.fault",
    "user": "c.user",
    "tag": "t.key || '=' || t.value",
    "hour": f"cast(c.started_at - c.started_at % {HOUR} as text)",
    "day": f"cast(c.started_at - c.started_at % {DAY} as text)",
    "host": "c.host",
    "kind": "c.kind",
}
_ONLY = {"fault": "c.fault is not null", "user": "c.user is not null"}


def _pieces(start: int, end: int, levels: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """The span as (level, start, end), coarsest first within; level 0 is for rows."""
    if not levels:
        if start < end:
            yield 0, start, end
        return
    level = levels[-1]
    first, last = -(-start // level) * level, end - end % level
    if first >= last:
        yield from _pieces(start, end, levels[:-1])
        return
    yield from _pieces(start, first, levels[:-1])
    yield level, first, last
    yield from _pieces(last, end, levels[:-1])


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked. `step` is that of a series in milliseconds, `metrics` are places in HISTOGRAMS."""

    dimension: str
    start: int
    end: int
    where: Where = EVERYTHING
    step: int = 0
    metrics: tuple[int, ...] = (0, 1)


def _gather(reader: Reader, asked: _Question) -> dict[_Place, _Sum]:
    sums: dict[_Place, _Sum] = {}
    from_hours = asked.dimension in ("hour", "day")
    levels = LEVELS["all"] if from_hours else LEVELS.get(asked.dimension, ())
    coarsest = {"hour": HOUR, "day": DAY}.get(asked.dimension, asked.step)
    if coarsest:
        levels = tuple(level for level in levels if coarsest % level == 0)
    if asked.where != EVERYTHING:
        levels = ()
    for level, start, end in _pieces(asked.start, min(asked.end, NOW_AND_ON), levels):
        if level:
            _from_rollups(reader, asked, (level, start, end), sums)
        else:
            _from_rows(reader, asked, (start, end), sums)
    _open(reader, asked, sums)
    return sums


def _sum_of(sums: dict[_Place, _Sum], place: _Place) -> _Sum:
    if (found := sums.get(place)) is None:
        found = sums[place] = _Sum()
    return found


def _from_rollups(reader: Reader, asked: _Question, piece: tuple[int, int, int], sums: dict[_Place, _Sum]) -> None:
    level, start, end = piece
    dimension, value = asked.dimension, "value"
    if dimension in ("hour", "day"):
        size = HOUR if dimension == "hour" else DAY
        dimension, value = "all", f"cast(start - start % {size} as text)"
    step = f"start - start % {asked.step}" if asked.step else "0"
    condition = "from rollups where level = ? and dimension = ? and start >= ? and start < ?"
    parameters = level, dimension, start, end
    sql = f"select {value}, {step}, {', '.join(f'sum({name})' for name in COUNTS)} {condition} group by 1, 2"
    for row in reader.rows(sql, parameters):
        entry = _sum_of(sums, (row[0], row[1]))
        entry.counts = list(map(int.__add__, entry.counts, row[2:]))
    blobs = ", ".join(HISTOGRAMS[place] for place in asked.metrics)
    for row in reader.rows(f"select {value}, {step}, {blobs} {condition}", parameters):
        histograms = _sum_of(sums, (row[0], row[1])).histograms
        for place, blob in zip(asked.metrics, row[2:], strict=True):
            histograms[place] += decode(blob)


def _rows_from(asked: _Question, open_ones: bool) -> str:
    tags = ", json_each(c.tags) t" if asked.dimension == "tag" else ""
    started = "+c.started_at" if open_ones else "c.started_at"  # the index of open calls is the shorter way to them
    state = "c.state = 'open'" if open_ones else "c.state <> 'open'"
    only = f" and {_ONLY[asked.dimension]}" if asked.dimension in _ONLY else ""
    joined = FROM.replace("from calls c", f"from calls c{tags}") if tags else FROM
    return f"{joined} where {started} >= ? and {started} < ? and {state}{only} and ({asked.where.sql})"


def _from_rows(reader: Reader, asked: _Question, edge: tuple[int, int], sums: dict[_Place, _Sum]) -> None:
    value = _VALUES[asked.dimension]
    step = f"c.started_at - c.started_at % {asked.step}" if asked.step else "0"
    tail = _rows_from(asked, open_ones=False)
    parameters = *edge, *asked.where.parameters
    counts = ", ".join(f"coalesce({COUNT_SQL[name]}, 0)" for name in COUNTS)
    for row in reader.rows(f"select {value}, {step}, {counts} {tail} group by 1, 2", parameters):
        entry = _sum_of(sums, (row[0], row[1]))
        entry.counts = list(map(int.__add__, entry.counts, row[2:]))
    for place in asked.metrics:
        measure = MEASURES[place]
        sql = (
            f"select {value}, {step}, {BUCKET_SQL.format(measure)}, count(*) {tail} and {measure} is not null "
            "group by 1, 2, 3"
        )
        found: dict[_Place, list[tuple[int, int]]] = {}
        for row in reader.rows(sql, parameters):
            found.setdefault((row[0], row[1]), []).append((row[2], row[3]))
        for group, pairs in found.items():
            _sum_of(sums, group).histograms[place] += histogram_of(pairs)


def _open(reader: Reader, asked: _Question, sums: dict[_Place, _Sum]) -> None:
    step = f"c.started_at - c.started_at % {asked.step}" if asked.step else "0"
    sql = f"select {_VALUES[asked.dimension]}, {step}, count(*) {_rows_from(asked, open_ones=True)} group by 1, 2"
    for row in reader.rows(sql, (asked.start, asked.end, *asked.where.parameters)):
        _sum_of(sums, (row[0], row[1])).open += row[2]


def _minutes(span: Span) -> float | None:
    return None if span.start is None or span.end is None else (span.end - span.start) / 60


def totals(reader: Reader, span: Span = ALWAYS, where: Where = EVERYTHING) -> Totals:
    """What the calls of a span add up to."""
    sums = _gather(reader, _Question("all", *span.bounds, where))
    return sums.get(("", 0), _Sum()).totals(_minutes(span))


def by(reader: Reader, dimension: Dimension, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[Group]:
    """The totals of each value, most expensive first; hours and days in their order (`value` in ISO 8601, UTC)."""
    if dimension not in get_args(Dimension.__value__):
        raise ValueError(f"no dimension {dimension!r}")
    sums = _gather(reader, _Question(dimension, *span.bounds, where))
    label = _labels(reader, dimension)
    groups = [Group(key, label(key), entry.totals(_minutes(span))) for (key, _), entry in sums.items()]
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
    sums = _gather(reader, _Question(dimension or "all", start, end, where, step))
    label = _labels(reader, dimension) if dimension else str
    buckets: dict[int, dict[str, Totals]] = {at: {} for at in range(start - start % step, end, step)}
    for (key, at), entry in sums.items():
        buckets.setdefault(at, {})[label(key)] = entry.totals(step_seconds / 60)
    return [Bucket(at / 1000, buckets[at]) for at in sorted(buckets)]


def histogram(reader: Reader, metric: Metric, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[Bar]:
    """How long calls took or how many tokens they had, as bars in rising order."""
    place = get_args(Metric.__value__).index(metric)
    sums = _gather(reader, _Question("all", *span.bounds, where, metrics=(place,)))
    found = sums[("", 0)].histograms[place] if ("", 0) in sums else 0
    return [Bar(value_of(number), count) for number, count in bars(found)]


__all__ = ["ALWAYS", "MINUTE", "Bar", "Bucket", "Dimension", "Group", "Metric", "Row", "Span", "Totals"]
