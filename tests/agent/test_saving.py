"""Entries reach the disk whatever it says: database, spool or memory, each once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent import saving
from wiretally.agent.entry import Entry
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.queries.agent import faults, state
from wiretally.agent.queries.calls import count
from wiretally.agent.queries.reader import Reader
from wiretally.agent.refused import AGAIN_SECONDS
from wiretally.agent.saving import Saver
from wiretally.agent.store import Store

from .made import entry


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("wiretally.agent.database.BUSY_MS", 20)
    return Home(tmp_path / "home").make()


@pytest.fixture
def saver(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Saver]:
    monkeypatch.setattr(saving, "RETRY_SECONDS", 0.0)
    made = Saver(home, plan(home))
    yield made
    made.close("first", 0)


def plan(home: Home, *, fresh: bool = True) -> RecorderPlan:
    return RecorderPlan(journals=[], home=str(home.path), life=0, session="first", doors=[], fresh=fresh)


def stored(home: Home) -> int:
    with Reader(home.database) as reader:
        return count(reader)


class Lock:
    """Another program that writes to the database and does not let go."""

    def __init__(self, home: Home) -> None:
        self._connection = sqlite3.connect(home.database, isolation_level=None)

    def __enter__(self) -> None:
        self._connection.execute("begin immediate")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("rollback")
        self._connection.close()


def test_what_can_be_stored_is_stored(home: Home, saver: Saver) -> None:
    saver.save([entry(1), entry(2)])
    assert (stored(home), saver.saved, saver.waiting) == (2, 2, 0)


def test_a_locked_database_costs_no_call(home: Home, saver: Saver) -> None:
    with Lock(home):
        saver.save([entry(1)])
        saver.save([entry(2)])
        assert saver.waiting == 2
        assert saver.troubled
    saver.save([])
    assert (stored(home), saver.waiting) == (2, 0)
    saver.tend(1e10, {})
    with Reader(home.database) as reader:
        assert any("locked" in fault.error for fault in faults(reader))


def test_what_waits_lies_in_the_spool_and_comes_back(home: Home, saver: Saver) -> None:
    with Lock(home):
        for number in range(12):
            saver.save([entry(number)])
        assert saver.waiting == 12
        assert list(home.spool.iterdir())
    saver.save([])
    assert (stored(home), saver.waiting) == (12, 0)
    assert not list(home.spool.iterdir())


def test_what_was_spooled_is_stored_by_the_next_recorder(home: Home) -> None:
    first = Saver(home, plan(home))
    with Lock(home):
        first.save([entry(1)])
        first.close("first", 0)
    assert stored(home) == 0
    second = Saver(home, plan(home, fresh=False))
    assert stored(home) == 1
    second.close("first", 0)


def test_with_neither_database_nor_spool_it_says_when_it_is_full(
    home: Home, saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "HOLD_MOST", 6)

    def refuse(entries: list[Entry]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saver.spool, "put", refuse)
    with Lock(home):
        saver.save([entry(number) for number in range(6)])
        assert saver.full
    saver.save([])
    assert stored(home) == 6
    assert not saver.full


def test_an_entry_that_cannot_be_stored_costs_only_itself(
    home: Home, saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = saver.store.save

    def picky(entries: list[Entry]) -> None:
        if any(it.call.uid == entry(2).call.uid for it in entries):
            raise ValueError("cannot read this one")
        good(entries)

    monkeypatch.setattr(saver.store, "save", picky)
    saver.save([entry(1), entry(2), entry(3)])
    assert (stored(home), saver.waiting, saver.lost) == (2, 1, 0)
    saver.tend(time.time(), {"dropped": "3"})
    with Reader(home.database) as reader:
        assert {fault.place for fault in faults(reader)} == {"store", "store.entry"}
        assert state(reader)["dropped"] == "3"
    monkeypatch.undo()
    saver.tend(time.time() + AGAIN_SECONDS + 1, {})
    assert (stored(home), saver.waiting, saver.saved) == (3, 0, 3)


def test_a_bug_met_on_the_way_out_of_the_spool_stops_no_recorder(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Saver(home, plan(home))
    with Lock(home):
        first.save([entry(1), entry(2)])
        first.close("first", 0)
    good = Store.save

    def picky(self: Store, entries: list[Entry]) -> None:
        if any(it.call.uid == entry(2).call.uid for it in entries):
            raise ValueError("cannot read this one")
        good(self, entries)

    with monkeypatch.context() as planted:
        planted.setattr(Store, "save", picky)
        second = Saver(home, plan(home, fresh=False))
        assert (stored(home), second.waiting) == (1, 1)
        second.close("first", 0)
    third = Saver(home, plan(home, fresh=False))
    assert (stored(home), third.waiting) == (2, 0)
    third.close("first", 0)


@pytest.mark.parametrize("part", ["fault", "set_state", "checkpoint"])
def test_a_bug_in_tending_stops_neither_the_rest_nor_the_saving(
    home: Home, saver: Saver, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError(f"planted in {part}")

    monkeypatch.setattr(saver.store, part, broken)
    saver.fault("elsewhere", ValueError("x"))
    now = time.time()
    saver.tend(now, {"dropped": "3"})
    saver.save([entry(1)])
    assert (stored(home), saver.waiting) == (1, 0)
    monkeypatch.undo()
    saver.tend(now + saving.CHECKPOINT_SECONDS + 1, {"dropped": "3"})
    with Reader(home.database) as reader:
        assert {fault.place for fault in faults(reader)} == {"elsewhere", "store.tend"}
        assert state(reader)["dropped"] == "3"


def test_open_calls_of_a_former_agent_are_ended(home: Home) -> None:
    from .made import opened

    first = Saver(home, plan(home))
    first.save([opened(entry(1))])
    first.close("first", 0)
    second = Saver(home, plan(home))
    second.tend(time.time() + 1, {})
    with Reader(home.database) as reader:
        assert reader.value("select state from calls") == "aborted"
    second.close("first", 0)
