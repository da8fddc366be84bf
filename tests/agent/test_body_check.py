"""Whatever reads back passes, whatever does not is named, and a log that grows is looked at again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent import bodies, body_check
from wiretally.agent.body_check import BodyCheck
from wiretally.agent.store import Store

from .agentic import entries


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save(list(entries(3, 12)))
    store.close()
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def unreadable(connection: sqlite3.Connection) -> set[tuple[int, str]]:
    """The bodies that cannot be read one by one."""
    found = set[tuple[int, str]]()
    for call, side in connection.execute("select call_id, side from bodies").fetchall():
        try:
            bodies.read(connection, call, side)
        except ValueError:
            found.add((call, side))
    return found


@pytest.mark.parametrize("log", [1, 2, 4])
@pytest.mark.parametrize("place", [0, 1, 5])
@pytest.mark.parametrize("damage", ["delete from body_parts", "update body_parts set data = zeroblob(9)"])
def test_it_names_the_bodies_that_cannot_be_read(
    connection: sqlite3.Connection, damage: str, log: int, place: int
) -> None:
    with BodyCheck(connection) as check:
        assert check.problems(1, 36) == []
        assert check.read == 72
    connection.execute(f"{damage} where id = ?", (log * bodies.PARTS + place,))
    with BodyCheck(connection) as check:
        problems = check.problems(1, 36)
    expected = unreadable(connection)
    assert len(problems) == len(expected)
    assert all(any(f"the {side} body of call {call} is" in text for text in problems) for call, side in expected)


def test_a_log_that_has_grown_is_read_again(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_check, "LOGS_KNOWN", 1)
    kept = connection.execute("select * from body_parts where id % 1024 > 3").fetchall()
    connection.execute("delete from body_parts where id % 1024 > 3")
    with BodyCheck(connection) as check:
        assert check.problems(1, 36)
        connection.executemany("insert into body_parts values (?, ?, ?, ?)", kept)
        assert check.problems(1, 36) == []
