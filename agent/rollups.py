"""Totals kept beside the rows: for each minute, hour and day, of all calls and by what they are told apart by.

A call enters when it is final, in the transaction that makes it so, and leaves when it is deleted; so the sum of the
rows is the roll-ups' at any moment. Times are added up in whole microseconds, money in picodollars: sums are exact.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched, chain
from operator import add, itemgetter
from typing import Any

import msgspec

from .addends import Addend, Source
from .call_rows import COLUMNS, Row
from .histograms import Histogram, decode, encode, histogram_of_numbers

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LEVELS: dict[str, tuple[int, ...]] = {
    "all": (MINUTE, HOUR, DAY),
    "model": (MINUTE, HOUR, DAY),
    "app": (HOUR, DAY),
    "endpoint": (HOUR, DAY),
    "session": (HOUR, DAY),
    "key": (HOUR, DAY),
    "status": (HOUR, DAY),
    "fault": (HOUR, DAY),
    "user": (DAY,),
    "tag": (DAY,),
}
"""Which levels are kept of each dimension, finest first. A call without tags or fault has no row in that dimension."""

COUNTS = (
    "calls", "failed", "aborted", "streams", "retries", "estimated", "unpriced", "input_tokens", "cached_tokens",
    "cache_write_tokens", "output_tokens", "reasoning_tokens", "estimated_input_tokens", "estimated_output_tokens",
    "cost_pico", "estimated_cost_pico", "request_bytes", "response_bytes", "duration_us", "durations", "ttft_us",
    "ttfts", "generation_us", "generated_tokens",
)  # fmt: skip
AT_ONCE = 4096  # calls that are looked at together
NOTHING_OWN = (None, None)
TIMED = 2  # how many of the HISTOGRAMS each dimension has; lengths are kept of all calls together
HISTOGRAMS = ("latency_histogram", "ttft_histogram", "input_histogram", "output_histogram")

SOURCE = """c.started_at, c.state, c.stream, c.retry_of, c.retry_count, c.usage_source, c.cost_source, c.input_tokens,
 c.cached_tokens, c.cache_write_tokens, c.output_tokens, c.reasoning_tokens, c.cost_pico, c.request_bytes,
 c.response_bytes, c.duration_ms, c.ttft_ms, c.output_tokens_per_second, c.model, p.app, c.endpoint, c.session_id,
 c.api_key, c.status, c.fault, c.user, c.tags"""
"""What a roll-up is made of, as SQL over calls c and processes p; `tally` takes tuples of these."""

_NAMES = [name.strip().partition(".")[2] for name in SOURCE.split(",")]
_APP = _NAMES.index("app")
_pick = itemgetter(*(COLUMNS.index("process_id" if name == "app" else name) for name in _NAMES))

_REPORTED = "c.usage_source = 'reported'"
_GENERATED = "c.output_tokens_per_second > 0 and c.output_tokens is not null"
COUNT_SQL: dict[str, str] = {
    "calls": "count(*)",
    "failed": "sum(c.state = 'failed')",
    "aborted": "sum(c.state = 'aborted')",
    "streams": "sum(c.stream)",
    "retries": "sum(c.retry_of is not null or coalesce(c.retry_count, 0) > 0)",
    "estimated": "sum(c.usage_source = 'estimated')",
    "unpriced": "sum(c.cost_source = 'unpriced')",
    **{
        name: f"sum(case when {_REPORTED} then c.{name} end)"
        for name in ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    },
    "estimated_input_tokens": "sum(case when c.usage_source = 'estimated' then c.input_tokens end)",
    "estimated_output_tokens": "sum(case when c.usage_source = 'estimated' then c.output_tokens end)",
    "cost_pico": "sum(case when c.cost_source <> 'estimated' then c.cost_pico end)",
    "estimated_cost_pico": "sum(case when c.cost_source = 'estimated' then c.cost_pico end)",
    "request_bytes": "sum(c.request_bytes)",
    "response_bytes": "sum(c.response_bytes)",
    "duration_us": "sum(cast(c.duration_ms * 1000 + 0.5 as integer))",
    "durations": "count(c.duration_ms)",
    "ttft_us": "sum(cast(c.ttft_ms * 1000 + 0.5 as integer))",
    "ttfts": "count(c.ttft_ms)",
    "generation_us": (
        f"sum(case when {_GENERATED} "
        "then cast(c.output_tokens * 1e6 / c.output_tokens_per_second + 0.5 as integer) end)"
    ),
    "generated_tokens": f"sum(case when {_GENERATED} then c.output_tokens end)",
}
"""The same counts from rows: what queries sum where there is no roll-up, and what verify compares with."""

MEASURES = ("c.duration_ms", "c.ttft_ms", "c.input_tokens", "c.output_tokens")
"""What the HISTOGRAMS are of, as SQL."""

type Key = tuple[str, int, str]


class Tally:
    """Counts and histograms of one row of `rollups`."""

    __slots__ = ("counts", "histograms")

    def __init__(self, counts: list[int], histograms: list[Histogram]) -> None:
        self.counts = counts
        self.histograms = histograms

    def add(self, other: Tally) -> None:
        self.counts = list(map(add, self.counts, other.counts))
        self.histograms = list(map(add, self.histograms, other.histograms))

    def equals(self, kept: Sequence[Any]) -> bool:
        """Whether a stored row's COUNTS and HISTOGRAMS say the same."""
        counts, blobs = kept[: len(COUNTS)], kept[len(COUNTS) :]
        return list(counts) == self.counts and list(blobs) == [encode(histogram) for histogram in self.histograms]

    def copy(self) -> Tally:
        return Tally(self.counts, self.histograms)


def _shared_values(
    model: str | None, app: str | None, endpoint: str, session: int, key: str | None, status: int | None,
    fault: str | None,
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """The dimension and value of rows that calls share with many; an unknown value is the empty text."""
    yield "all", ""
    yield "model", model or ""
    yield "app", app or ""
    yield "endpoint", endpoint
    yield "session", str(session)
    yield "key", key or ""
    yield "status", "" if status is None else str(status)
    if fault is not None:
        yield "fault", fault


def _own_values(user: str | None, tags: str | None) -> Iterator[tuple[str, str]]:
    """The same of those whose value may be another with each call."""
    if user is not None:
        yield "user", user
    if tags is not None:
        for name, value in msgspec.json.decode(tags).items():
            yield "tag", f"{name}={value}"


def sources_of(rows: Iterable[Row], apps: Mapping[int, str]) -> Iterator[Source]:
    """What SOURCE finds for calls, from their rows at hand; `apps` by process id."""
    for row in rows:
        picked = _pick(row)
        yield (*picked[:_APP], apps.get(picked[_APP]), *picked[_APP + 1 :])


def tally(sources: Iterable[Source]) -> dict[Key, Tally]:
    """The roll-ups' rows, (dimension, start, value), at the finest level of each dimension."""
    added: dict[Key, Tally] = {}
    for some in batched(sources, AT_ONCE):
        for key, groups in _gathered(some).items():
            _add(added, key, _tally(groups, key[0]))
    return added


def _gathered(sources: Iterable[Source]) -> dict[Key, list[Addend]]:
    """What is to be added to each row. Calls that are alike in all that an app's calls mostly share are one addend."""
    alike: dict[tuple[Any, ...], list[Source]] = {}
    own: dict[Key, list[Source]] = {}
    for source in sources:
        minute = source[0] - source[0] % MINUTE
        alike.setdefault((minute, *source[18:25]), []).append(source)
        for dimension, value in _own_values(*source[25:]) if source[25:] != NOTHING_OWN else ():
            own.setdefault((dimension, minute - minute % LEVELS[dimension][0], value), []).append(source)
    gathered = {key: [Addend(some)] for key, some in own.items()}
    for (minute, *shared), some in alike.items():
        group = Addend(some)
        for name, value in _shared_values(*shared):
            gathered.setdefault((name, minute - minute % LEVELS[name][0], value), []).append(group)
    return gathered


def _add(added: dict[Key, Tally], key: Key, entry: Tally) -> None:
    if key in added:
        added[key].add(entry)
    else:
        added[key] = entry


def _tally(groups: Sequence[Addend], dimension: str) -> Tally:
    """All of `groups` together, with the histograms that `dimension` has."""
    kept = len(HISTOGRAMS) if dimension == "all" else TIMED
    rest = [0] * (len(HISTOGRAMS) - kept)
    if len(groups) == 1:
        return Tally(groups[0].counts, groups[0].histograms[:kept] + rest)
    counts = list(map(sum, zip(*[group.counts for group in groups], strict=True)))
    columns = zip(*[group.buckets[:kept] for group in groups], strict=True)
    return Tally(counts, [histogram_of_numbers(chain.from_iterable(column)) for column in columns] + rest)


def all_levels(finest: dict[Key, Tally]) -> Iterator[tuple[int, Key, Tally]]:
    """Each row with its level, from what `tally` made."""
    for level in (MINUTE, HOUR, DAY):
        coarser: dict[Key, Tally] = {}
        for (dimension, start, value), entry in finest.items():
            if level not in LEVELS[dimension]:
                continue
            key = dimension, start - start % level, value
            _add(coarser, key, entry.copy())
        for key, entry in coarser.items():
            yield level, key, entry


_COLUMNS = ("level", "dimension", "start", "value", *COUNTS, *HISTOGRAMS)
_ADD = (
    f"insert into rollups ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))}) on conflict do update set "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTS)
    + ", "
    + ", ".join(f"{name} = histogram_sum({name}, excluded.{name})" for name in HISTOGRAMS)
)
_SUBTRACT = (
    f"update rollups set {', '.join(f'{name} = {name} - ?' for name in COUNTS)}, "
    f"{', '.join(f'{name} = histogram_rest({name}, ?)' for name in HISTOGRAMS)} "
    "where level = ? and dimension = ? and start = ? and value = ?"
)


def register(connection: sqlite3.Connection) -> None:
    """Give the connection the two SQL functions that roll-ups are written with."""
    connection.create_function("histogram_sum", 2, _sum, deterministic=True)
    connection.create_function("histogram_rest", 2, _rest, deterministic=True)


def _sum(kept: bytes | None, added: bytes | None) -> bytes | None:
    if kept is None or added is None:
        return kept or added
    return encode(decode(kept) + decode(added))


def _rest(kept: bytes | None, taken: bytes | None) -> bytes | None:
    return encode(decode(kept) - decode(taken))


def enter(connection: sqlite3.Connection, sources: Iterable[Source]) -> None:
    """Add calls that became final, within the open transaction."""
    write(connection, tally(sources))


def write(connection: sqlite3.Connection, finest: dict[Key, Tally]) -> None:
    """Add what `tally` made to every level, within the open transaction."""
    rows = [(level, *key, *entry.counts, *map(encode, entry.histograms)) for level, key, entry in all_levels(finest)]
    connection.executemany(_ADD, rows)


def withdraw(connection: sqlite3.Connection, sources: Iterable[Source]) -> None:
    """Take calls out again that are deleted or change, within the open transaction."""
    keys = [(level, key, entry) for level, key, entry in all_levels(tally(sources))]
    connection.executemany(
        _SUBTRACT, [(*entry.counts, *map(encode, entry.histograms), level, *key) for level, key, entry in keys]
    )
    connection.executemany(
        "delete from rollups where level = ? and dimension = ? and start = ? and value = ? and calls = 0",
        [(level, *key) for level, key, _ in keys],
    )
