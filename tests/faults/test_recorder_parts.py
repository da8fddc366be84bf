"""A bug planted around the reading and storing: assembling frames, looking callers up, the spool, the alarms' thread
and the notices. Calls are recorded, the bug is counted and shown, and its part works on once it is gone."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import alarm_log, assembly, edits, notify
from wiretally.agent.alarms import AlarmTicker, Judge
from wiretally.agent.assembly import Assembler
from wiretally.agent.attribution import Attributor
from wiretally.agent.callers import Callers
from wiretally.agent.exchange import Frame, Kind
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.refused import Refused
from wiretally.agent.saving import Saver
from wiretally.agent.settings import Settings
from wiretally.agent.spool import Spool
from wiretally.agent.store import Store

from ..agent import made
from ..agent.receiver import until
from . import ledger
from .planted import SAYS
from .recording import AT, Recording
from .reliability import Result, record


def _fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError(SAYS)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


def _talk(recording: Recording) -> None:
    """Every kind of frame: a JSON call, a stream with a streamed request, a websocket; their program is looked up."""
    outbox, put = recording.outbox, recording.outbox.put
    outbox.tell(Kind.CONNECTED, "c1", AT, ["127.0.0.1", 5], 8788)
    recording.begin("json", "/v1/models", b"")
    recording.answer("json", "application/json", b'{"object":"list","data":[]}')
    outbox.put(
        Kind.BEGIN, "stream", AT, "base_url", "c1", ["127.0.0.1", 5], "POST", "https", "api.openai.com", 443,
        "/v1/chat/completions", "HTTP/1.1", [], None, {}, None, None, None,
    )  # fmt: skip
    put(Kind.REQUEST_DATA, "stream", AT, b'{"stream":true}', 15)
    put(Kind.REQUEST_END, "stream", AT)
    put(Kind.HEAD, "stream", AT, 200, "OK", "HTTP/1.1", [(b"content-type", b"text/event-stream")], 1.0, 1.0)
    put(Kind.DATA, "stream", AT + 1, b"data: [DONE]\n\n", 14)
    put(Kind.END, "stream", AT + 2, "answered", None)
    recording.begin("socket", "/v1/realtime?model=gpt-realtime", b"", (b"upgrade", b"websocket"))
    put(Kind.HEAD, "socket", AT, 101, "", "HTTP/1.1", [], None, None)
    put(Kind.MESSAGE, "socket", AT + 1, True, True, b"{}", 2)
    put(Kind.END, "socket", AT + 2, "answered", None)


def _check_told(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    """Counted, shown, and logged once for each place where it was met."""
    assert recording.saver.faults
    shown = ledger.rows(recording.home, f"select place from faults where error like '%{SAYS}%'")
    logged = [it.getMessage() for it in caplog.records if SAYS in it.getMessage()]
    assert len(logged) == len(set(logged)) == len(shown) >= 1


HANDLERS: dict[Kind, Any] = vars(assembly)["_APPLY"]


@pytest.mark.parametrize("kind", HANDLERS, ids=lambda kind: kind.name)
def test_a_bug_in_taking_a_frame_in_leaves_a_row(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: Kind
) -> None:
    monkeypatch.setitem(HANDLERS, kind, _fail)
    recording = Recording(home)
    recording.run(_talk)
    rows = {uid: rest for uid, *rest in ledger.rows(home, "select uid, state, problem from calls")}
    assert set(rows) == {"json", "stream", "socket"}
    assert {state for state, _ in rows.values()} == {"done"}
    assert any("unreadable" in (note or "") for _, note in rows.values())
    _check_told(recording, caplog)
    record(Result(f"bug planted in taking {kind.name} frames in", 1, 3, lost=0))


PARTS: list[tuple[Any, str]] = [
    (Assembler, "forget"), (Assembler, "gone"), (Callers, "connected"), (Callers, "_look"), (Callers, "_listen"),
    (Attributor, "resolve_all"),
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part[0].__name__}.{part[1]}")
def test_a_bug_beside_the_reading_costs_no_row(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: tuple[Any, str]
) -> None:
    monkeypatch.setattr(*part, _fail)
    recording = Recording(home)
    recording.run(_talk)
    assert len(ledger.rows(home, "select 1 from calls where state = 'done' and problem is null")) == 3
    _check_told(recording, caplog)
    record(Result(f"bug planted in {part[0].__name__}.{part[1]}", 1, 3, lost=0))


def test_a_bug_in_putting_a_call_together_costs_no_other(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    inner = Assembler.feed

    def picky(self: Assembler, frame: Frame) -> Any:
        return _fail() if frame[1] == "json" else inner(self, frame)

    monkeypatch.setattr(Assembler, "feed", picky)
    recording = Recording(home)
    recording.run(_talk)
    assert ledger.rows(home, "select uid from calls order by uid") == [("socket",), ("stream",)]
    _check_told(recording, caplog)


def _saver(home: Home) -> Saver:
    return Saver(home, RecorderPlan([], str(home.path), 0, "first", [], fresh=True))


def test_a_bug_in_the_spool_keeps_calls_in_memory(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretally.agent.database.BUSY_MS", 20)
    saver = _saver(home)
    with monkeypatch.context() as planted, closing(sqlite3.connect(home.database, isolation_level=None)) as other:
        planted.setattr(Spool, "put", _fail)
        other.execute("begin immediate")
        saver.save([made.entry(number) for number in range(4)])
        assert (saver.waiting, saver.lost, saver.holds) == (4, 0, True)
        other.execute("rollback")
    until(lambda: (saver.save([]), saver.saved == 4)[1])
    saver.tend(AT * 2, {})
    assert ledger.rows(home, f"select count from faults where error like '%{SAYS}%'")
    saver.close("first", AT)
    record(Result("bug planted in Spool.put, database held", 1, 4, lost=0))


@pytest.mark.parametrize("name", ["take", "files", "done"])
def test_a_bug_in_reading_the_spool_holds_up_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    Spool(home.spool).put([made.entry(number) for number in range(3)])
    with monkeypatch.context() as planted:
        planted.setattr(Spool, name, _fail)
        saver = _saver(home)
        saver.save([made.entry(4)])
        assert saver.waiting
        assert ledger.rows(home, "select count(*) from calls where state = 'done'") == [(4 if name == "done" else 1,)]
        saver.tend(AT * 2, {})
        assert ledger.rows(home, f"select count from faults where error like '%{SAYS}%'")
        saver.close("first", AT)
    after = _saver(home)
    after.close("first", AT)
    assert (after.waiting, ledger.rows(home, "select count(*) from calls")) == (0, [(4,)])
    record(Result(f"bug planted in Spool.{name}", 1, 4, lost=0))


def test_two_bugs_at_once_are_counted_as_a_loss(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One keeps an entry out of the database, another from being set aside: held, it would keep all others out."""
    saver = _saver(home)
    monkeypatch.setattr("wiretally.agent.search_index.enter", _fail)
    monkeypatch.setattr(Refused, "put", _fail)
    saver.save([made.entry(1)])
    assert (saver.lost, saver.waiting) == (1, 0)
    saver.close("first", AT)


ALARMED: list[tuple[Any, str]] = [
    (Judge, "__init__"), (Judge, "untold"), (Judge, "look"), (Judge, "close"), (alarm_log, "keep"), (notify, "deliver"),
    (notify.Notifier, "send"), (alarm_log, "notified"),
]  # fmt: skip


@pytest.mark.parametrize("part", ALARMED, ids=lambda part: f"{part[0].__name__.rpartition('.')[2]}.{part[1]}")
def test_the_alarms_outlive_a_bug_of_theirs(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: tuple[Any, str]
) -> None:
    """Counted by the next tick; afterwards the alarm fires and is told."""
    caplog.set_level(logging.ERROR)
    Store(home.database).close()
    edits.state_balance(home.database, "set", Decimal(1), at=AT)
    edits.state_balance(home.database, "alarm", Decimal(5), at=AT)
    settings = Settings.model_validate({"notify": {"desktop": False, "command": "true"}})
    wrong = list[str]()
    ticker = AlarmTicker(home, settings, lambda place, error: wrong.append(f"{place}: {error}"))

    def tick(number: int) -> None:
        edits.state_balance(home.database, "set", Decimal(number), at=AT)  # so that there is something to look at
        ticker.tick(AT + number)

    with monkeypatch.context() as planted:
        planted.setattr(*part, _fail)
        if part == (Judge, "close"):  # met where a judge that failed is given up
            planted.setattr(Judge, "look", _fail)
            planted.setattr(Judge, "close", _close_and_fail)
        numbers = iter(range(1, 10_000))
        until(lambda: (tick(next(numbers) % 4), f"alarms: {SAYS}" in wrong)[1])
    edits.state_balance(home.database, "set", Decimal(100), at=AT)
    until(lambda: (ticker.tick(AT + 1), _standing(home) == "ok")[1])
    edits.state_balance(home.database, "set", Decimal(2), at=AT)
    until(lambda: (ticker.tick(AT + 2), _last_told(home) == "fired")[1])
    ticker.close()
    record(Result(f"bug planted in {part[0].__name__.rpartition('.')[2]}.{part[1]}", 1, 0))


def _close_and_fail(self: Judge, inner: Callable[[Judge], None] = Judge.close) -> None:
    inner(self)  # else Python would warn of the open connection
    _fail()


def _standing(home: Home) -> str | None:
    found = ledger.rows(home, "select state from alarm_states where rule = 'balance'")
    return found[0][0] if found else None


def _last_told(home: Home) -> str | None:
    sql = "select event from alarm_events where notified like '%ok%' order by id desc limit 1"
    return found[0][0] if (found := ledger.rows(home, sql)) else None
