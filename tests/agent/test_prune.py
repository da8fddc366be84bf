"""What is deleted is gone, with all that hung on it; what stays is as it was."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from wiretally.agent import prune, verify
from wiretally.agent.queries import calls, totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import Where
from wiretally.agent.store import Store

from . import made
from .queries.conftest import turns

SHARED = ("details", "bodies", "body_parts", "conversation_keys", "conversations", "rollups")


def filled(path: Path) -> Store:
    store = Store(path)
    store.save(turns(6))
    store.save([entry for entry in made.traffic(400) if entry.call.state != "open"])
    return store


def counts(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    found = {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in SHARED}
    connection.close()
    return found


def test_old_calls_go_with_all_that_hung_on_them(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    filled(path).close()
    cut = made.START + 86_400
    with Reader(path) as reader:
        kept = totals.totals(reader, where=Where("c.started_at >= ?", (cut * 1000,)))
        whole = calls.count(reader)
        assert prune.prune(path, cut).calls == whole - kept.calls
        assert totals.totals(reader) == kept
    assert verify.verify(path).problems == ()
    assert prune.prune(path, made.START + 10 * 86_400).calls == kept.calls
    assert counts(path) == dict.fromkeys(SHARED, 0)


def test_bodies_alone_can_go(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    filled(path).close()
    with Reader(path) as reader:
        before = totals.totals(reader)
        assert prune.prune(path, made.START + 10 * 86_400, bodies_only=True).calls == before.calls
        assert totals.totals(reader) == before
        assert calls.body(reader, 1, "request") is None
    assert verify.verify(path).problems == ()


def test_a_recorder_goes_on_while_old_calls_are_deleted(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = filled(path)
    failures = list[BaseException]()

    def record() -> None:
        try:
            for number in range(5000, 5600, 20):
                store.save([made.entry(at) for at in range(number, number + 20)])
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    recorder = threading.Thread(target=record)
    recorder.start()
    prune.prune(path, made.START + 4999)
    prune.delete(path, "uid < ?", ("uid-00005000",))
    recorder.join()
    store.close()
    assert failures == []
    assert verify.verify(path).problems == ()
    with Reader(path) as reader:
        assert calls.count(reader, Where("c.started_at >= ?", ((made.START + 5000) * 1000,))) == 600
