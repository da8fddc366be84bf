"""Adds up the calls of a span: whole days, hours and minutes from the roll-ups, only the span's edges from rows.

With a filter everything comes from rows, unless it asks for one value of what roll-ups are kept by. Both give the same
figures, and totals.py makes its answers of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..histograms import BUCKET_SQL, decode, histogram_of
from ..rollups import COUNT_SQL, COUNTS, DAY, HISTOGRAMS, HOUR, LEVELS, MEASURES, TIMED
from .reader import FROM, Reader
from .where import EVERYTHING, Where

NOW_AND_ON = 2**53 - 2**53 % DAY  # the end of a span without one: the end of a day, so that no edge is read from rows


class Sum:
    """Figures being added up for one group."""

    __slots__ = ("counts", "histograms", "open")

    def __init__(self) -> None:
        self.counts = [0] * len(COUNTS)
        self.histograms = [0] * len(HISTOGRAMS)
        self.open = 0


type Place = tuple[str, int]
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
_ONLY = {"fault": "+c.fault is not null", "user": "+c.user is not null"}  # the span's index is the shorter way

_ONE = {
    "(c.model = ?)": ("model", "?"),
    "(c.endpoint = ?)": ("endpoint", "?"),
    "(c.api_key = ?)": ("key", "?"),
    "(c.user = ?)": ("user", "?"),
    "(c.process_id in (select id from processes where app = ?))": ("app", "?"),
    "(c.session_id = (select id from sessions where name = ?))": (
        "session", "(select cast(id as text) from sessions where name = ?)"
    ),
}  # fmt: skip
"""Filters for one value: the dimension whose roll-ups are of the same calls, and how they name the value."""


def pieces(start: int, end: int, levels: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """The span as (level, start, end), coarsest first within; level 0 is for rows."""
    if not levels:
        if start < end:
            yield 0, start, end
        return
    level = levels[-1]
    first, last = -(-start // level) * level, end - end % level
    if first >= last:
        yield from pieces(start, end, levels[:-1])
        return
    yield from pieces(start, first, levels[:-1])
    yield level, first, last
    yield from pieces(last, end, levels[:-1])


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `step` is that of a series in milliseconds, `metrics` are places in HISTOGRAMS.

    Without `counts` only the histograms are told.
    """

    dimension: str
    start: int
    end: int
    where: Where = EVERYTHING
    step: int = 0
    metrics: tuple[int, ...] = (0, 1)
    counts: bool = True

    @property
    def kept(self) -> tuple[str, str] | None:
        """The dimension whose roll-ups answer this, and which of their values (SQL); None where rows have to."""
        own = "all" if self.dimension in ("hour", "day") else self.dimension
        if self.where == EVERYTHING:
            return own, "value"
        dimension, value = _ONE.get(self.where.sql, ("", ""))
        if own not in ("all", dimension) or max(self.metrics, default=0) >= TIMED:
            return None
        return (dimension, value) if dimension else None


def gather(reader: Reader, asked: Question) -> dict[Place, Sum]:
    """The figures of each group and step that has calls."""
    sums: dict[Place, Sum] = {}
    levels = LEVELS.get(asked.kept[0], ()) if asked.kept else ()
    coarsest = {"hour": HOUR, "day": DAY}.get(asked.dimension, asked.step)
    if coarsest:
        levels = tuple(level for level in levels if coarsest % level == 0)
    for level, start, end in pieces(asked.start, min(asked.end, NOW_AND_ON), levels):
        if level:
            _from_rollups(reader, asked, (level, start, end), sums)
        else:
            _from_rows(reader, asked, (start, end), sums)
    _open(reader, asked, sums)
    return sums


def _sum_of(sums: dict[Place, Sum], place: Place) -> Sum:
    if (found := sums.get(place)) is None:
        found = sums[place] = Sum()
    return found


def _from_rollups(reader: Reader, asked: Question, piece: tuple[int, int, int], sums: dict[Place, Sum]) -> None:
    level, start, end = piece
    dimension, only = asked.kept or (asked.dimension, "value")
    value = "value" if asked.dimension == dimension else "''"
    if asked.dimension in ("hour", "day"):
        value = f"cast(start - start % {HOUR if asked.dimension == 'hour' else DAY} as text)"
    step = f"start - start % {asked.step}" if asked.step else "0"
    condition = f"from rollups where level = ? and dimension = ? and start >= ? and start < ? and value = {only}"
    parameters = level, dimension, start, end, *asked.where.parameters
    sql = f"select {value}, {step}, {', '.join(f'sum({name})' for name in COUNTS)} {condition} group by 1, 2"
    for row in reader.rows(sql, parameters) if asked.counts else ():
        entry = _sum_of(sums, (row[0], row[1]))
        entry.counts = list(map(int.__add__, entry.counts, row[2:]))
    blobs = ", ".join(HISTOGRAMS[place] for place in asked.metrics)
    for row in reader.rows(f"select {value}, {step}, {blobs} {condition}", parameters):
        histograms = _sum_of(sums, (row[0], row[1])).histograms
        for place, blob in zip(asked.metrics, row[2:], strict=True):
            histograms[place] += decode(blob)


def _rows_from(asked: Question, open_ones: bool) -> str:
    calls = "from calls c indexed by calls_open" if open_ones else "from calls c"
    tags = ", json_each(c.tags) t" if asked.dimension == "tag" else ""
    state = "c.state = 'open'" if open_ones else "c.state <> 'open'"
    only = f" and {_ONLY[asked.dimension]}" if asked.dimension in _ONLY else ""
    joined = FROM.replace("from calls c", calls + tags)
    return f"{joined} where c.started_at >= ? and c.started_at < ? and {state}{only} and ({asked.where.sql})"


def _from_rows(reader: Reader, asked: Question, edge: tuple[int, int], sums: dict[Place, Sum]) -> None:
    value = _VALUES[asked.dimension]
    step = f"c.started_at - c.started_at % {asked.step}" if asked.step else "0"
    tail = _rows_from(asked, open_ones=False)
    parameters = *edge, *asked.where.parameters
    counts = ", ".join(f"coalesce({COUNT_SQL[name]}, 0)" for name in COUNTS)
    sql = f"select {value}, {step}, {counts} {tail} group by 1, 2"
    for row in reader.rows(sql, parameters) if asked.counts else ():
        entry = _sum_of(sums, (row[0], row[1]))
        entry.counts = list(map(int.__add__, entry.counts, row[2:]))
    for place in asked.metrics:
        measure = MEASURES[place]
        sql = (
            f"select {value}, {step}, {BUCKET_SQL.format(measure)}, count(*) {tail} and {measure} is not null "
            "group by 1, 2, 3"
        )
        found: dict[Place, list[tuple[int, int]]] = {}
        for row in reader.rows(sql, parameters):
            found.setdefault((row[0], row[1]), []).append((row[2], row[3]))
        for group, pairs in found.items():
            _sum_of(sums, group).histograms[place] += histogram_of(pairs)


def _open(reader: Reader, asked: Question, sums: dict[Place, Sum]) -> None:
    step = f"c.started_at - c.started_at % {asked.step}" if asked.step else "0"
    sql = f"select {_VALUES[asked.dimension]}, {step}, count(*) {_rows_from(asked, open_ones=True)} group by 1, 2"
    for row in reader.rows(sql, (asked.start, asked.end, *asked.where.parameters)):
        _sum_of(sums, (row[0], row[1])).open += row[2]
