"""Readers see commits at once, hold no transaction, and share one connection between threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from .. import made


def test_a_commit_changes_the_data_version(tmp_path: Path) -> None:
    store = Store(tmp_path / "wiretally.db")
    with Reader(tmp_path / "wiretally.db") as reader:
        before = reader.data_version()
        assert reader.data_version() == before
        store.save([made.entry(1)])
        assert reader.data_version() != before
        assert calls.newest_id(reader) == 1
    store.close()


def test_the_log_stays_small_although_readers_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    lasting = Reader(path)
    for start in range(0, 3000, 100):
        store.save([made.entry(number) for number in range(start, start + 100)])
        with Reader(path) as passing:
            assert calls.page(passing, limit=10).rows
        calls.page(lasting)
    assert store.checkpoint()
    assert path.with_name("wiretally.db-wal").stat().st_size == 0
    lasting.close()
    store.close()


def test_threads_share_a_reader(path: Path) -> None:
    with Reader(path) as reader, ThreadPoolExecutor(8) as pool:
        expected = calls.page(reader).rows
        assert all(page.rows == expected for page in pool.map(calls.page, [reader] * 60))
