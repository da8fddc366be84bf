"""Summaries of blocks: made by the store, gone with what they said."""

from __future__ import annotations

import sqlite3
from itertools import batched
from pathlib import Path

import pytest
from wiretally.agent import call_blocks, schema
from wiretally.agent.call_blocks import LAG, SIZE, summarise
from wiretally.agent.database import open_writer
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "wiretally.db"
    store, writer = Store(path), open_writer(path)
    for batch in batched([made.entry(number) for number in range(60)], 10):
        store.save(batch)
        writer.execute("update sqlite_sequence set seq = seq + ? where name = 'calls'", (SIZE - 10,))
    store.close()
    writer.close()
    return path


def _blocks(path: Path) -> set[int]:
    writer = open_writer(path)
    found = {row[0] for row in writer.execute("select block from call_blocks")}
    writer.close()
    return found


def test_the_store_makes_them_but_of_the_newest_blocks(path: Path) -> None:
    assert _blocks(path) == set(range(6 - LAG))


CHANGES = (
    "update calls set status = 500 where id = 2",
    "update calls set tags = '{}' where id between 1 and 3",
    "delete from calls where id = 1",
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_takes_its_blocks_summary_away_until_it_is_made_anew(path: Path, change: str) -> None:
    writer = open_writer(path)
    writer.execute(change)
    assert _blocks(path) == {1, 2, 3}
    assert summarise(writer) == 1
    assert summarise(writer) == 0
    writer.close()
    assert _blocks(path) == {0, 1, 2, 3}


def test_what_is_not_in_a_summary_leaves_it(path: Path) -> None:
    writer = open_writer(path)
    writer.execute("update calls set conversation_id = 7, note = 'a remark', revision = 99")
    writer.close()
    assert _blocks(path) == {0, 1, 2, 3}


def test_a_program_known_by_another_name_takes_its_blocks_away(path: Path) -> None:
    writer = open_writer(path)
    writer.execute("update processes set app = app")
    assert _blocks(path) == {0, 1, 2, 3}
    writer.execute("update processes set app = 'renamed'")
    assert not _blocks(path)
    summarise(writer)
    assert {row[0] for row in writer.execute("select app from call_blocks")} == {",renamed,"}
    writer.close()


def test_numbers_have_bounds_and_texts_their_values(path: Path) -> None:
    writer = open_writer(path)
    writer.execute("update calls set status = 400 + id % 3, user = case when id % 2 then 'ann' end where id < 9")
    writer.execute("update calls set path = id || ? where id < 9", ("x" * call_blocks.LONGEST,))
    summarise(writer)
    told = writer.execute("select min_status, max_status, status, user, path, min_ttft_ms from call_blocks").fetchone()
    writer.close()
    low, high, status, user, long, _ = told
    assert (low, high) == (200, 402)
    assert set(status.split(",")) == {"", "200", "400", "401", "402"}
    assert set(user.split(",")) >= {"", "ann"}
    assert long is None


def test_few_are_made_at_once(path: Path) -> None:
    writer = open_writer(path)
    writer.execute("delete from call_blocks")
    assert summarise(writer, 3) == 3
    assert _blocks(path) == {1, 2, 3}
    writer.close()


def test_a_summary_that_is_not_true_is_found(path: Path) -> None:
    writer = open_writer(path)
    assert call_blocks.untrue(writer) == []
    writer.execute("update call_blocks set model = ',another,' where block = 2")
    writer.execute("update call_blocks set max_status = 200 + max_status where block = 3")
    assert call_blocks.untrue(writer) == [2, 3]
    writer.close()
    assert {"block 2 of calls differs from its summary", "block 3 of calls differs from its summary"} <= {
        *verify(path).problems
    }


def test_an_older_database_has_them_once_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    older = sqlite3.connect(path, isolation_level=None)
    schema.migrate(older, schema.MIGRATIONS[:1])
    older.executemany(
        "insert into calls (id, uid, revision, started_at, state, session_id, endpoint, kind, stream, usage_source, "
        "cost_source, door, method, scheme, host, path) values (?, ?, 1, 1, 'done', 1, '', 'chat', 0, 'reported', "
        "'priced', '', 'POST', 'https', 'localhost', '/')",
        [(1 + block * SIZE, str(block)) for block in range(6)],
    )
    older.close()
    Store(path).close()
    assert _blocks(path) == set(range(6 - LAG))
