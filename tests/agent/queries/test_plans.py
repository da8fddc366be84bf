"""No question that is asked while one looks on reads all calls: every plan of it goes by an index.

These are hot: what the screen asks on a tick or at a key press, and the first page of a listing. Not hot are exports,
sorts without an index, insights and `stats` with a filter. Filters that no index knows read all calls, but narrow ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import pytest
from wiretally.agent import filters
from wiretally.agent.queries import (
    alarms,
    balance,
    calls,
    conversations,
    errors,
    finished,
    insights,
    limits,
    places,
    sessions,
    totals,
)  # fmt: skip
from wiretally.agent.queries.arrivals import Direction, first_ids
from wiretally.agent.queries.blocks import OF_BLOCKS
from wiretally.agent.queries.reader import Reader, Row
from wiretally.agent.queries.totals import Span

DAY = Span(1_000_000.0, 1_086_400.0)

HOT: dict[str, Callable[[Reader], object]] = {
    "page": calls.page,
    "page by cost": lambda reader: calls.page(reader, order=calls.Order("cost")),
    "page by duration": lambda reader: calls.page(reader, order=calls.Order("duration")),
    "page by tokens": lambda reader: calls.page(reader, order=calls.Order("tokens")),
    "changed": lambda reader: calls.changed(reader, 5),
    "count": calls.count,
    "detail": lambda reader: calls.detail(reader, 3),
    "rows": lambda reader: calls.rows(reader, [1, 2, 3]),
    "newest": lambda reader: (calls.newest_id(reader), calls.newest_revision(reader)),
    "place": lambda reader: places.cursor_at(reader, 50),
    "finished": lambda reader: finished.Finished(reader).ids(),
    "totals": totals.totals,
    "totals of a day": lambda reader: totals.totals(reader, DAY),
    "series": lambda reader: totals.series(reader, DAY, 60),
    "series by model": lambda reader: totals.series(reader, DAY, 3600, "model"),
    "histogram": lambda reader: totals.histogram(reader, "latency"),
    "errors": errors.errors,
    "limits": limits.latest,
    "sessions": sessions.sessions,
    "conversations": conversations.conversations,
    "turns": lambda reader: conversations.turns(reader, 1),
    "retries": insights.retry_storms,
    "peak hours": insights.peak_hours,
    "alarms": alarms.firing,
    "balance": balance.balance,
    **{
        f"by {dimension}": (lambda reader, dimension=dimension: totals.by(reader, dimension))
        for dimension in get_args(totals.Dimension.__value__)
        if dimension not in ("host", "kind")  # without roll-ups; asked with a span
    },
    **{
        f"by {dimension} of a day": (lambda reader, dimension=dimension: totals.by(reader, dimension, DAY))
        for dimension in get_args(totals.Dimension.__value__)
    },
}


class Listening(Reader):
    """A reader that keeps what it was asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked: list[tuple[str, Sequence[object]]] = []

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        self.asked.append((sql, parameters))
        return super().rows(sql, parameters)

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        self.asked.append((sql, parameters))
        return super().row(sql, parameters)


@pytest.mark.parametrize("name", HOT)
def test_a_hot_question_reads_by_an_index(path: Path, name: str) -> None:
    with Listening(path) as reader:
        HOT[name](reader)
        assert reader.asked
        for sql, parameters in list(reader.asked):
            if not sql.lstrip().startswith(("select", "with")):
                continue
            steps = [row[3] for row in Reader.rows(reader, f"explain query plan {sql}", parameters)]
            whole = [step for step in steps if step in ("SCAN c", "SCAN calls", "SCAN f")]
            assert not whole or (" limit ?" in sql and not any("TEMP B-TREE" in step for step in steps)), (sql, steps)


NARROW = (
    "host:none", "agent:none*", "-host:none", "kind:chat is:stream", "-is:done -is:error -is:aborted", "finish:length",
    "model:none OR tag:team=none", "endpoint:*none*", "path:/v1/none*", "requested:none", "method:GET", "door:local",
    "tier:flex", "project:none", "organization:none", "sent>1gb", "received>1gb", "retries>9", "is:retry", "speed>1000",
    "input>1M", "output>1M", "cached>1M", "reasoning>1M", "is:estimated", "is:unpriced", "host:none cost>9 status>499",
    "tag:team=none",
)  # fmt: skip
SPARSE = (
    "rating:down",
    "is:rated",
    "app:a.py OR error:none",
    "trace:none",
    "trace:none*",
    "note:wrong",
    "is:noted",
    "error:nothing",
)


@pytest.mark.parametrize("text", NARROW + SPARSE)
def test_a_filter_reads_no_whole_calls(spread: Path, text: str) -> None:
    """But for the newest, where most filters find their page."""
    where = filters.parse(text)
    with Listening(spread) as reader:
        first_ids(reader, where, Direction(descending=True), 2**31)
        beyond = [one for one in reader.asked if "from calls c not indexed" not in one[0]]
        asked = [one for one in beyond if OF_BLOCKS in one[0] or "from calls c " in one[0]]
        asked = [one for one in asked if not one[0].startswith("explain")]
        steps = [row[3] for one in asked[-1:] for row in Reader.rows(reader, f"explain query plan {one[0]}", one[1])]
    of_calls = [step for step in steps if step.split()[1] in ("c", "calls")]
    assert of_calls
    if text in NARROW:
        assert all(" USING COVERING INDEX " in step for step in of_calls), steps
    assert all(" USING " in step and "PRIMARY KEY (rowid>? AND rowid<?)" not in step for step in of_calls), steps


@pytest.mark.parametrize("text", ["latency>5s", "words", "model:none", "-is:done", "status:429 user:u1", "app:a.py"])
def test_summaries_are_looked_at_once_in_order(spread: Path, text: str) -> None:
    where = filters.parse(text)
    with Listening(spread) as reader:
        first_ids(reader, where, Direction(descending=True), 2**31)
        ((sql, parameters),) = (one for one in reader.asked if "from call_blocks b" in one[0])
        steps = [row[3] for row in Reader.rows(reader, f"explain query plan {sql}", parameters)]
    assert "SEARCH b USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in steps
    assert not any(step.startswith("CORRELATED") and "(name)" not in step for step in steps), steps
