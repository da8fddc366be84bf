"""An export is a list of numbers, then pages of calls, each value as the database has it."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import prune
from wiretally.agent.call import Cost, RateLimits
from wiretally.agent.queries import calls
from wiretally.agent.queries.export import BODY_COLUMNS, COLUMNS, ids, lines
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import Where
from wiretally.agent.store import Store

from .. import made


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([made.entry(number) for number in range(1, 11)])
    store.save(
        [
            made.entry(
                11, cost=Cost(None, "unpriced"), ratelimit=None, process=None, tags={"team": 'a"b'}, stream=True,
                truncated=True,
            ),
            made.entry(12, ratelimit=RateLimits(remaining_tokens=5, other={"x-ratelimit-images": "3"})),
        ]
    )  # fmt: skip
    store.close()
    return path


@pytest.fixture
def reader(stored: Path) -> Iterator[Reader]:
    with Reader(stored) as reader:
        yield reader


def exported(reader: Reader, *numbers: int) -> list[dict[str, Any]]:
    return [json.loads(line) for _, line in lines(reader, numbers)]


def test_all_calls_are_a_range_and_some_are_a_list(reader: Reader) -> None:
    assert ids(reader) == range(1, 13)
    assert ids(reader, after=10) == range(11, 13)
    assert ids(reader, Where("c.id % 5 = ?", (0,)), after=5) == array("q", [10])
    assert list(ids(reader, after=12)) == []


def test_calls_deleted_meanwhile_are_left_out(reader: Reader, stored: Path) -> None:
    chosen = ids(reader)
    prune.delete(stored, "id in (3, 12)")
    assert [number for number, _ in lines(reader, chosen)] == [1, 2, *range(4, 12)]
    assert ids(reader) == array("q", [1, 2, *range(4, 12)])
    assert [number for number, _ in lines(reader, (2, 3, 5))] == [2, 5]
    assert lines(reader, ()) == []


def test_every_column_is_there_once_and_in_order(reader: Reader) -> None:
    (call,) = exported(reader, 7)
    assert list(call) == [column.name for column in COLUMNS]
    names = [column.name for column in (*COLUMNS, *BODY_COLUMNS)]
    assert len(set(names)) == len(names)
    assert all(column.meaning for column in (*COLUMNS, *BODY_COLUMNS))


def test_values_are_those_of_the_list(reader: Reader) -> None:
    for call, row in zip(exported(reader, *range(1, 13)), calls.rows(reader, range(1, 13)), strict=True):
        for name in ("id", "session", "model", "status", "input_tokens", "total_tokens", "ttft_ms", "stream", "app"):
            assert call[name] == getattr(row, name), name
        assert call["cost_usd"] == (None if row.cost is None else float(row.cost))


def test_unknown_is_null_and_types_are_json(reader: Reader) -> None:
    plain, bare, odd = exported(reader, 1, 11, 12)
    assert (plain["tags"], plain["stream"], plain["truncated"]) == ({}, False, False)
    assert plain["started_at"] == "2026-09-21T14:13:21.000Z"
    assert plain["ratelimit"]["remaining_requests"] == 9998
    assert (bare["cost_usd"], bare["cost_source"], bare["ratelimit"], bare["app"], bare["pid"]) == (
        None, "unpriced", None, None, None,
    )  # fmt: skip
    assert (bare["tags"], bare["stream"], bare["truncated"]) == ({"team": 'a"b'}, True, True)
    assert odd["ratelimit"] == {"remaining_tokens": 5, "x-ratelimit-images": "3"}
