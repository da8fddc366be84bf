"""What is saved reads back, once, however often and in whatever order it comes."""

from __future__ import annotations

import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent.database import open_writer
from wiretally.agent.entry import Entry
from wiretally.agent.queries import calls, totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wiretally.db"


def test_a_saved_call_reads_back(path: Path) -> None:
    store = Store(path)
    whole = made.entry(1)
    store.save([whole])
    with Reader(path) as reader:
        number = calls.find_uid(reader, whole.call.uid)
        assert number is not None
        found = calls.detail(reader, number)
        assert found is not None
        assert (found.row.input_tokens, found.row.cost, found.cost) == (1001, whole.call.cost.usd, whole.call.cost)
        assert (found.timing, found.ratelimit, found.request_headers) == (
            whole.call.timing, whole.call.ratelimit, whole.request_headers,
        )  # fmt: skip
        assert calls.body(reader, number, "request") == whole.request_body
        assert calls.body(reader, number, "response") == whole.response_body
    store.close()


def test_the_database_is_the_users_alone(path: Path) -> None:
    Store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_call_becomes_final_once(path: Path) -> None:
    store = Store(path)
    whole = made.entry(1)
    store.save([made.opened(whole)])
    store.save([whole])
    with Reader(path) as reader:
        before = calls.page(reader).rows
        store.save([whole])
        store.save([made.opened(whole)])
        assert calls.page(reader).rows == before
        assert calls.count(reader) == 1
    store.close()


@pytest.mark.parametrize("batches", [1, 2])
def test_usage_belongs_to_the_call_that_created_it_even_if_a_retrieval_was_seen_first(path: Path, batches: int) -> None:
    store = Store(path)
    retrieved, created = made.entry(1, usage_key="resp_1", method="GET"), made.entry(2, usage_key="resp_1")
    for batch in [[retrieved, created]] if batches == 1 else [[retrieved], [created]]:
        store.save(batch)
    with Reader(path) as reader:
        tokens = {row.uid: row.input_tokens for row in calls.page(reader).rows}
        assert tokens == {created.call.uid: 1002, retrieved.call.uid: None}
    store.close()


def told(path: Path) -> tuple[object, ...]:
    """All that a reader can see of the calls, but for the numbers that arrival gives them."""
    with Reader(path) as reader:
        rows = [calls.detail(reader, row.id) for row in calls.page(reader, limit=1000).rows]
        details = {row.row.uid: row for row in rows if row is not None}
        uids = {row.row.id: uid for uid, row in details.items()}
        lines = sorted(
            (uid, row.row.state, row.row.input_tokens, row.row.cost, row.usage_raw, row.row.session, row.row.app,
             uids.get(row.row.retry_of or 0), calls.body(reader, row.row.id, "response"))
            for uid, row in details.items()
        )  # fmt: skip
        return (lines, totals.totals(reader), totals.by(reader, "model"), totals.by(reader, "app"))


def deliveries(entries: list[Entry], chance: random.Random) -> list[list[Entry]]:
    """The same entries as they come when recorders die: opened before, twice, in other batches."""
    told_of = [*entries, *chance.sample(entries, len(entries) // 2)]
    told_of += [made.opened(entry) for entry in chance.sample(entries, len(entries) // 2)]
    chance.shuffle(told_of)
    size = chance.randrange(1, 30)
    return [told_of[start : start + size] for start in range(0, len(told_of), size)]


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000))
def test_entries_twice_and_out_of_order_give_the_same_rows(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("order")
    entries = [entry for entry in made.traffic(40, seed) if entry.call.state != "open"]
    straight, crooked = Store(folder / "straight.db"), Store(folder / "crooked.db")
    straight.save(entries)
    for batch in deliveries(entries, random.Random(seed)):
        crooked.save(batch)
    straight.close()
    crooked.close()
    assert told(folder / "straight.db") == told(folder / "crooked.db")
    assert verify(folder / "crooked.db").problems == ()


def test_another_attempt_names_the_first(path: Path) -> None:
    store = Store(path)
    refused = {"state": "failed", "fault": "rate_limit", "status": 429, "body_hash": "same"}
    store.save([made.opened(made.entry(1, **refused))])
    store.save([made.entry(1, **refused), made.opened(made.entry(3, body_hash="same", retry_count=1))])
    store.save([made.entry(3, **refused, retry_count=1), made.entry(5, body_hash="same", retry_count=2)])
    store.save([made.entry(500, body_hash="same"), made.entry(6, body_hash="other")])
    with Reader(path) as reader:
        rows = {row.uid: row for row in calls.page(reader).rows}
        first = rows["uid-00000001"].id
        assert [rows[f"uid-{number:08d}"].retry_of for number in (1, 3, 5, 6, 500)] == [None, first, first, None, None]
        assert totals.totals(reader).retries == 2
    store.close()


def test_calls_a_former_agent_left_open_become_aborted(path: Path) -> None:
    store = Store(path)
    store.save([made.opened(made.entry(1)), made.entry(2)])
    assert store.open_uids() == ["uid-00000001"]
    store.abandon(store.open_uids(), "the agent was killed")
    with Reader(path) as reader:
        states = {row.uid: (row.state, row.error_message) for row in calls.page(reader).rows}
        assert states["uid-00000001"] == ("aborted", "the agent was killed")
        assert totals.totals(reader).aborted == 1
    store.close()
    assert verify(path).problems == ()


def test_a_batch_is_kept_whole_or_not_at_all(path: Path) -> None:
    store = Store(path)
    broken = made.entry(2, tags={"a": object()})
    with pytest.raises(TypeError):
        store.save([made.entry(1), broken])
    with Reader(path) as reader:
        assert calls.count(reader) == 0
        store.save([made.entry(1)])
        assert calls.count(reader) == 1
    store.close()
    assert verify(path).problems == ()


def test_a_second_connection_of_the_process_does_not_drop_the_locks_of_the_first(path: Path) -> None:
    store = Store(path)
    store.save([made.entry(1)])
    open_writer(path).close()
    # A program that closes the last connection deletes the log: were our lock gone, it would take itself for the last.
    other = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('select count(*) from calls'); c.close()"
    subprocess.run([sys.executable, "-c", other], check=True)
    assert path.with_name(path.name + "-wal").exists()
    store.save([made.entry(2)])
    with Reader(path) as reader:
        assert calls.count(reader) == 2
    store.close()
