"""Calls enter the roll-ups and leave them without a trace."""

from __future__ import annotations

import sqlite3

from wiretally.agent import rollups, schema

type Source = rollups.Source


def source(at: int, **changes: object) -> Source:
    names = [name.strip().partition(".")[2] for name in rollups.SOURCE.split(",")]
    values: dict[str, object] = {
        "started_at": at, "state": "done", "stream": 1, "usage_source": "reported", "cost_source": "priced",
        "input_tokens": 100, "output_tokens": 50, "cost_pico": 7, "request_bytes": 10, "response_bytes": 20,
        "duration_ms": 1234.5, "ttft_ms": 200.25, "output_tokens_per_second": 50.0, "model": "gpt-5", "app": "a.py",
        "endpoint": "/v1/responses", "session_id": 1, "status": 200, **changes,
    }  # fmt: skip
    return tuple(values.get(name) for name in names)


def kept(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("select * from rollups order by 1, 2, 3, 4").fetchall()


def test_what_enters_leaves_without_a_trace() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    rollups.register(connection)
    some = [source(at * 50_000, model=f"m{at % 3}", tags='{"team":"a"}', user="u") for at in range(100)]
    more = [source(at * 70_000, state="failed", fault="quota", status=None, ttft_ms=None) for at in range(50)]
    rollups.enter(connection, some)
    before = kept(connection)
    rollups.enter(connection, more)
    rollups.withdraw(connection, more)
    assert kept(connection) == before
    rollups.withdraw(connection, some)
    assert kept(connection) == []
    connection.close()


def test_one_call_has_a_row_in_each_level_of_its_dimensions() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    rollups.register(connection)
    rollups.enter(connection, [source(90_061_000, fault="quota", user="u", tags='{"team":"a"}')])
    rows = connection.execute("select level, dimension, start, value from rollups").fetchall()
    assert len(rows) == sum(len(levels) for levels in rollups.LEVELS.values())
    assert (rollups.DAY, "tag", rollups.DAY, "team=a") in rows
    assert (rollups.MINUTE, "all", 90_060_000, "") in rows
    connection.close()
