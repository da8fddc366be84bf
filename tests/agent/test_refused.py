"""What a bug keeps out of the database waits, holds nothing up, and comes in when the bug is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent import refused
from wiretally.agent.entry import Entry
from wiretally.agent.refused import AGAIN_SECONDS, Refused
from wiretally.agent.store import Store

from .made import entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "wiretally.db")
    yield made
    made.close()


def _ignore(place: str, error: BaseException) -> None:
    del place, error


def test_those_still_refused_wait_on(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    waiting = Refused(tmp_path, lambda place, error: told.append(f"{place}: {error}"))
    assert all(waiting.put(entry(number)) for number in range(3))
    good = store.save

    def picky(entries: list[Entry]) -> None:
        if entries[0].call.uid == entry(0).call.uid:
            raise ValueError("not this one")
        good(entries)

    with monkeypatch.context() as planted:
        planted.setattr(store, "save", picky)
        assert (waiting.retry(store, 1000), waiting.waiting, told) == (2, 1, ["store.entry: not this one"])
    assert waiting.retry(store, 1001) == 0  # it is not time yet
    assert (waiting.retry(store, 1000 + AGAIN_SECONDS), waiting.waiting) == (1, 0)
    assert not list(tmp_path.glob("*.refused*"))


def test_a_look_is_short_and_each_has_its_turn(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Refused(tmp_path, _ignore)
    for number in range(3):
        waiting.put(entry(number))
    monkeypatch.setattr(refused, "LOOK_SECONDS", -1.0)
    assert (waiting.retry(store, 1000), waiting.waiting) == (0, 3)


def test_they_take_a_bounded_part_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "MOST_BYTES", 100)
    waiting = Refused(tmp_path, _ignore)
    assert waiting.put(entry(1))
    assert not waiting.put(entry(2))
    assert waiting.waiting == 1
