"""Bodies read back as they were, whatever they share; agents' traffic takes a part of its raw size."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from itertools import batched, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import bodies, schema
from wiretally.agent.bodies import FULL, SHORT, BodyWriter
from wiretally.agent.database import open_writer
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import agentic


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_writer(tmp_path / "wiretally.db")
    yield connection
    connection.close()


EDITS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 300), st.binary(max_size=400)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=60)
@given(st.binary(min_size=1, max_size=3000), EDITS)
def test_bodies_that_change_anywhere_read_back(first: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    writer = BodyWriter(connection)
    body, saved = first, [first]
    for at, size, text in edits:
        body = body[:at] + text + body[at + size :] or b"-"
        saved.append(body)
    for number, text in enumerate(saved):
        writer.save(number, "request", text, ("request", 1))
        if number % 7 == 3:
            writer.flush()
    writer.flush()
    assert [bodies.read(connection, number, "request") for number in range(len(saved))] == saved
    connection.close()


def test_a_turn_that_resends_all_costs_its_new_part(connection: sqlite3.Connection) -> None:
    writer = BodyWriter(connection)
    speaker = agentic.Speaker(1)
    body = speaker.text(4000).encode()
    for number in range(40):
        writer.save(number, "request", body, ("request", 1))
        writer.flush()
        body += speaker.text(20).encode()
    root, rest = connection.execute(
        "select sum(length(data)) filter (where id % 1024 = 0), sum(length(data)) filter (where id % 1024 <> 0) "
        "from body_parts"
    ).fetchone()
    assert rest < root


def test_short_texts_that_come_together_are_one_part(connection: sqlite3.Connection) -> None:
    writer, speaker = BodyWriter(connection), agentic.Speaker(3)
    saved = [f'{{"asked": "{speaker.text(60)}", "model": "gpt-5"}}'.encode() for _ in range(200)]
    for number, body in enumerate(saved):
        writer.save(number, "request", body, ("request", 1))
        if number % 100 == 99:
            writer.flush()
    parts = connection.execute("select start, size from body_parts where id % 1024 > 0 order by id").fetchall()
    assert len(parts) < 20
    assert all(start + size == following for (start, size), (following, _) in pairwise(parts))
    assert all(size <= FULL + SHORT for _, size in parts)
    assert [bodies.read(connection, number, "request") for number in range(len(saved))] == saved


def test_a_log_that_has_all_its_parts_is_followed_by_another(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PARTS", 8)
    writer, speaker = BodyWriter(connection), agentic.Speaker(4)
    saved = [(speaker.text(4000) + speaker.text(700 if number % 3 else 20)).encode() for number in range(40)]
    body = saved[0]
    for number, text in enumerate(saved):
        body = saved[number] = body + text[-900 if number % 3 else -40 :]
        writer.save(number, "request", body, ("request", 1))
        if number % 2:
            writer.flush()
    writer.flush()
    assert connection.execute("select max(parts) from body_logs").fetchone()[0] in (7, 8)
    assert connection.execute("select count(*) from body_logs").fetchone()[0] > 2
    assert [bodies.read(connection, number, "request") for number in range(len(saved))] == saved


def test_a_body_without_likeness_begins_a_log(connection: sqlite3.Connection) -> None:
    writer = BodyWriter(connection)
    speaker = agentic.Speaker(2)
    saved = [speaker.chance.randbytes(20_000) for _ in range(3)]
    for number, body in enumerate(saved):
        writer.save(number, "request", body, ("request", 1))
    writer.flush()
    assert connection.execute("select count(*), sum(users) from body_logs").fetchone() == (3, 3)
    assert [bodies.read(connection, number, "request") for number in range(3)] == saved


def test_a_missing_part_is_said(connection: sqlite3.Connection) -> None:
    writer = BodyWriter(connection)
    writer.save(1, "request", b"text" * 100, ("request", 1))
    writer.flush()
    assert bodies.read(connection, 1, "response") is None
    connection.execute("delete from body_parts")
    with pytest.raises(ValueError, match="request body of call 1 is damaged"):
        bodies.read(connection, 1, "request")


def test_agents_traffic_takes_a_part_of_its_raw_size(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store, raw, sent = Store(path), 0, dict[str, bytes]()
    for batch in batched(agentic.entries(8, 40), 40):
        store.save(batch)
        for entry in batch:
            raw += len(entry.request_body or b"") + len(entry.response_body or b"")
            sent[entry.call.uid] = entry.request_body or b""
    store.checkpoint()
    store.close()
    assert path.stat().st_size <= 0.15 * raw
    assert verify(path).problems == ()
    connection = sqlite3.connect(path)
    fastest = list[float]()
    for uid, number in connection.execute("select uid, id from calls order by id desc limit 16").fetchall():
        took = list[float]()
        for _ in range(3):
            began = time.perf_counter()
            assert bodies.read(connection, number, "request") == sent[uid]
            took.append(time.perf_counter() - began)
        fastest.append(min(took))
    connection.close()
    assert sorted(fastest)[len(fastest) // 2] <= 0.02
