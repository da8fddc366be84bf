"""Lists by pages in any order, without a gap or a repeat, and without reading the whole table."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent import filters
from wiretally.agent.queries import calls
from wiretally.agent.queries.calls import SORTS, UNINDEXED, Column, Order
from wiretally.agent.queries.reader import FROM, Reader
from wiretally.agent.queries.where import EVERYTHING, Where
from wiretally.agent.store import Store

from .. import made


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calls") / "wiretally.db"
    store = Store(path)
    store.save(made.traffic(230))
    store.close()
    return path


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("column", SORTS)
def test_pages_meet_without_gap_or_repeat_in_both_directions(mixed: Path, column: Column, descending: bool) -> None:
    order = Order(column, descending)
    with Reader(mixed) as reader:
        whole = calls.page(reader, EVERYTHING, order, limit=1000).rows
        assert len(whole) == 230
        page = last = calls.page(reader, EVERYTHING, order, limit=37)
        forward = list[calls.CallRow]()
        while page.rows:
            forward += page.rows
            last, page = page, calls.page(reader, EVERYTHING, order, after=page.after, limit=37)
        assert forward == list(whole)
        back, page = list(last.rows), calls.page(reader, EVERYTHING, order, before=last.before, limit=41)
        while page.rows:
            back = [*page.rows, *back]
            page = calls.page(reader, EVERYTHING, order, before=page.before, limit=41)
        assert back == list(whole)
        for place in (0, 100, 229):
            assert calls.position(reader, whole[place].id, EVERYTHING, order) == place


def test_what_changed_comes_in_the_order_of_its_changes(mixed: Path) -> None:
    with Reader(mixed) as reader:
        newest = calls.newest_revision(reader)
        rows = calls.changed(reader, newest - 40)
        assert [row.revision for row in rows] == sorted(row.revision for row in rows)
        assert calls.changed(reader, newest) == []
        assert calls.count(reader) == calls.count(reader, Where("c.id > 0")) == 230


def test_a_call_that_is_not_there_is_none(mixed: Path) -> None:
    with Reader(mixed) as reader:
        assert calls.detail(reader, 10_000) is None
        assert calls.body(reader, 10_000, "request") is None
        assert calls.position(reader, 10_000) is None
        assert calls.messages(reader, 1) == ()


@pytest.mark.parametrize("column", [name for name in SORTS if name not in UNINDEXED])
def test_a_page_is_read_by_an_index(mixed: Path, column: Column) -> None:
    key = SORTS[column]
    with Reader(mixed) as reader:
        plan = reader.rows(f"explain query plan select c.id {FROM} where 1 order by {key} desc, c.id desc limit 50")
        steps = " / ".join(row[3] for row in plan)
        assert "TEMP B-TREE" not in steps
        assert column == "time" or "USING" in steps


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("model:gpt-5", "calls_model"), ("status:429", "calls_status"), ("fault:quota", "calls_fault"),
        ("request:req_1", "calls_request"), ("response:resp_1", "calls_response"), ("session:first", "calls_session"),
        ("conversation:3", "calls_conversation"), ("is:open", "calls_open"),
    ],
)  # fmt: skip
def test_an_equality_is_found_by_its_index(mixed: Path, text: str, index: str) -> None:
    where = filters.parse(text)
    sql = f"explain query plan select c.id {FROM} where {where.sql} order by c.id desc limit 50"
    with Reader(mixed) as reader:
        steps = " / ".join(row[3] for row in reader.rows(sql, where.parameters))
        assert index in steps
        assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("text", ["model:gpt*", "cost>0", "latency>1s", "since:30d", "status:5xx"])
def test_a_range_walks_the_calls_in_order_until_the_page_is_full(mixed: Path, text: str) -> None:
    where = filters.parse(text)
    sql = f"explain query plan select c.id {FROM} where {where.sql} order by c.id desc limit 50"
    with Reader(mixed) as reader:
        steps = " / ".join(row[3] for row in reader.rows(sql, where.parameters))
        assert "TEMP B-TREE" not in steps


def test_changes_and_open_calls_are_found_by_their_indexes(mixed: Path) -> None:
    with Reader(mixed) as reader:
        for sql, index in (
            ("select c.id from calls c where c.revision > 5 order by c.revision limit 9", "calls_revision"),
            ("select count(*) from calls c where c.state = 'open' and +c.started_at > 5", "calls_open"),
            ("select count(*) from calls c where c.started_at >= 5 and c.started_at < 9", "calls_started"),
        ):
            assert any(index in row[3] for row in reader.rows(f"explain query plan {sql}"))


def test_a_repeat_is_found_by_its_body_and_after_the_calls_that_are_known(tmp_path: Path) -> None:
    store = Store(tmp_path / "wiretally.db")
    bodies = {1: "same", 2: "other", 3: "same", 4: "same"}
    store.save([made.entry(number, body_hash=body) for number, body in bodies.items()])
    store.close()
    with Reader(tmp_path / "wiretally.db") as reader:
        assert calls.find_repeat(reader, 1, 2) == 3
        assert calls.find_repeat(reader, 1, 4) is None
        assert calls.find_repeat(reader, 2, 2) is None
