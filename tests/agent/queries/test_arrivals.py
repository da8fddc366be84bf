"""Pages of a filtered list are the same however they are found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from wiretally.agent.filters import parse
from wiretally.agent.queries import arrivals, calls
from wiretally.agent.queries.arrivals import Direction, first_ids
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from .. import made

FILTERS = (
    "",
    "is:error",
    "model:gpt-5*",
    "-model:gpt-4o latency>30s",
    "tag:team=a",
    "gpt",
    "cost>900",
    "app:a.py OR user:u1",
    "method:POST",
    "host:nowhere",
    "-is:done input>10",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    path = tmp_path_factory.mktemp("arrivals") / "wiretally.db"
    store = Store(path)
    store.save(made.traffic(400))
    store.close()
    with Reader(path) as reader:
        yield reader


@pytest.mark.parametrize("stretch", [1, 37, 10_000])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("text", FILTERS)
def test_the_first_ids_are_those_of_the_plain_query(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, text: str, descending: bool, stretch: int
) -> None:
    monkeypatch.setattr(arrivals, "STRETCH", stretch)
    where = parse(text)
    rows = reader.rows(f"select c.id from calls c where {where.sql} order by c.id", where.parameters)
    expected = [row[0] for row in rows]
    if descending:
        expected.reverse()
    assert first_ids(reader, where, Direction(descending), 20) == expected[:20]
    if len(expected) > 20:
        assert first_ids(reader, where, Direction(descending, expected[19]), 20) == expected[20:40]


def test_pages_there_and_back_show_the_same_calls(reader: Reader) -> None:
    where = parse("status:200 OR status:429")
    first = calls.page(reader, where, limit=15)
    second = calls.page(reader, where, after=first.after, limit=15)
    assert [row.id for row in calls.page(reader, where, before=second.before, limit=15).rows] == [
        row.id for row in first.rows
    ]


def test_a_rare_filter_is_answered_by_an_index(reader: Reader) -> None:
    for text in ("cost>900", "user:u1", "model:gpt-5*", "code:x", "ttft>9s", "session:first", "words"):
        where = parse(text)
        sql = f"select c.id from calls c where +c.id between 0 and 9 and ({where.sql}) order by +c.id desc limit 9"
        plan = [row[3] for row in reader.rows(f"explain query plan {sql}", where.parameters)]
        assert not any(step == "SCAN c" for step in plan), (text, plan)
