"""Calls left open are ended by the last recorder, and by no other."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.sessions import sessions
from wiretally.agent.store import Store
from wiretally.agent.strays import RESEND_SECONDS, Strays

from . import made


def _states(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.database)) as connection:
        return [row[0] for row in connection.execute("select state from calls order by uid")]


def test_a_call_left_open_is_aborted_once_nobody_else_records(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    store = Store(home.database)
    older = Strays(home, store, 0.0, patient=False)
    store.save([made.opened(made.entry(1)), made.entry(2)])
    newer = Strays(home, store, 0.0, patient=False)
    newer.end(1.0)
    assert _states(home) == ["open", "done"]  # the other one may still end it
    older.close()
    newer.end(2.0)
    assert _states(home) == ["aborted", "done"]
    newer.close()
    store.close()


def test_what_proxies_may_send_again_is_waited_for_and_what_is_known_is_left(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    store = Store(home.database)
    entries = [made.opened(made.entry(number)) for number in (1, 2)]
    store.save(entries)
    strays = Strays(home, store, 100.0, patient=True)
    strays.end(100.0 + RESEND_SECONDS - 1)
    assert _states(home) == ["open", "open"]
    strays.end(100.0 + RESEND_SECONDS, {entries[0].call.uid})
    assert _states(home) == ["open", "aborted"]
    strays.close()
    store.close()


def _ends(home: Home) -> dict[str, float | None]:
    with Reader(home.database) as reader:
        return {one.name: one.ended_at for one in sessions(reader)}


def test_the_session_of_an_agent_that_was_killed_ends_with_its_last_call(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    store = Store(home.database)
    for name in ("killed", "without calls", "this one"):
        store.session(name)
    store.session("a program's", kind="exec")
    last = made.entry(2, session="killed", started_at=time.time() + 60)
    store.save([made.entry(1, session="killed"), last])
    older, newer = (Strays(home, store, 0.0, patient=False, session="this one") for _ in range(2))
    newer.end(1.0)
    assert set(_ends(home).values()) == {None}, "the older one may still bring calls of it"
    older.close()
    newer.end(2.0)
    found = _ends(home)
    lasted = last.call.timing.duration_ms
    assert lasted
    assert found["killed"] == pytest.approx(last.call.started_at + lasted / 1000, abs=0.002)
    assert found["without calls"] is not None
    assert (found["this one"], found["a program's"]) == (None, None)
    newer.close()
    store.close()


def test_once_closed_it_ends_nothing_more(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    store = Store(home.database)
    store.save([made.opened(made.entry(1))])
    older, newer = (Strays(home, store, 0.0, patient=False) for _ in range(2))
    newer.end(1.0)  # the older one may still end it
    newer.close()
    newer.end(2.0)
    assert _states(home) == ["open"]
    older.close()
    store.close()
