"""A bug planted in each reader and each stage of the recorder: rows and bytes stay, calls wait, it is told once."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wiretally.agent import (
    account,
    bodies,
    call_blocks,
    conversations,
    interpret,
    origins,
    rollups,
    search_index,
    store,
)
from wiretally.agent.exchange import Kind
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.pricing import PriceBook
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.retries import Retries
from wiretally.agent.saving import Saver
from wiretally.agent.usage_keys import Owners
from wiretally.agent.verify import verify
from wiretally.agent.wire.draft import Draft, Format
from wiretally.agent.wire.endpoints import ENDPOINTS, OTHER

from ..agent import made
from . import ledger
from .planted import SAYS
from .recording import ASKED, AT, Recording
from .reliability import Result, record

READERS = {
    (format.kind, field.name, getattr(format, field.name)): (path, format)
    for path, format in reversed([*ENDPOINTS.items(), ("unknown", OTHER)])
    for field in fields(Format)
    if callable(getattr(format, field.name))
}
"""Every reader: the kind and the part it reads, with an endpoint that it reads for."""
JSON_ANSWER = b'{"id":"x_1","object":"thing","model":"gpt-4o-mini","usage":{"prompt_tokens":1},"data":[],"output":[]}'
ANSWERS = {
    "request": ("application/json", JSON_ANSWER),
    "answer": ("application/json", JSON_ANSWER),
    "event": ("text/event-stream", b'event: x\ndata: {"type":"x"}\n\ndata: [DONE]\n\n'),
    "raw": ("audio/mpeg", b"\xff\xfb\x90 no JSON"),
}


def _break(format: Format, part: str) -> Any:
    """Let the reader fail for requests that say so in their query; the reader."""
    inner = getattr(format, part)

    def broken(draft: Draft, *rest: object) -> object:
        if draft.path.endswith(f"plant={part}"):
            raise RuntimeError(f"{SAYS} in {format.kind} {part}")
        return inner(draft, *rest)

    object.__setattr__(format, part, broken)
    return inner


@pytest.fixture
def broken_readers() -> Generator[None]:
    inner = [(format, part, _break(format, part)) for (_, part, _), (_, format) in READERS.items()]
    yield
    for format, part, reader in inner:
        object.__setattr__(format, part, reader)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(Home(tmp_path).make())


@pytest.mark.usefixtures("broken_readers")
def test_a_bug_in_any_reader_leaves_the_row_and_its_bytes(
    recording: Recording, caplog: pytest.LogCaptureFixture
) -> None:
    def feed(recording: Recording) -> None:
        for number, ((_, part, _), (path, _)) in enumerate(READERS.items()):
            for again in range(2):
                place = path.replace("{id}", "thing_4711").replace("{word}", "word")
                recording.begin(f"{number}-{again}", f"/v1/{place}?plant={part}", b'{"model":"gpt-4o-mini"}')
                recording.answer(f"{number}-{again}", *ANSWERS[part])

    with caplog.at_level(logging.ERROR, "recorder"):
        recording.run(feed)
    rows = ledger.rows(recording.home, "select uid, id, state, problem from calls")
    assert len(rows) == 2 * len(READERS) > 50
    parts = [part for _, part, _ in READERS]
    with Reader(recording.home.database) as reader:
        for uid, number, state, note in rows:
            part = parts[int(uid.partition("-")[0])]
            assert (uid, state) == (uid, "done")
            assert SAYS in (note or ""), f"the row {uid} does not say that it could not be read: {note}"
            assert calls.body(reader, number, "response") == ANSWERS[part][1]
    said = {(format.kind, part) for (_, part, _), (_, format) in READERS.items()}
    logged = [it.getMessage() for it in caplog.records if SAYS in it.getMessage()]
    assert len(logged) == len(said)  # of each once, however often it is met
    assert recording.saver.faults >= len(rows)
    record(Result("bug planted in each reader", len(READERS), len(rows), lost=0))


@pytest.mark.usefixtures("broken_readers")
def test_a_bug_in_reading_a_message_costs_no_other(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = interpret.SocketInterpreter.feed

    def picky(self: interpret.SocketInterpreter, message: Any) -> Any:
        if b"planted" in message.content:
            raise RuntimeError(SAYS)
        return inner(self, message)

    monkeypatch.setattr(interpret.SocketInterpreter, "feed", picky)

    def feed(recording: Recording) -> None:
        put = recording.outbox.put
        recording.begin("socket", "/v1/realtime?model=gpt-realtime", b"", (b"upgrade", b"websocket"))
        put(Kind.HEAD, "socket", AT, 101, "", "HTTP/1.1", [], None, None)
        for number, name in enumerate(("one", "planted", "two")):
            text = b'{"type":"response.done","response":{"id":"resp_%b","status":"completed"}}' % name.encode()
            put(Kind.MESSAGE, "socket", AT + number, False, True, text, len(text))
        put(Kind.END, "socket", AT + 9, "answered", None)

    recording.run(feed)
    rows = dict(ledger.rows(recording.home, "select uid, state from calls"))
    assert rows == dict.fromkeys(("socket", "socket:resp_one", "socket:resp_two"), "done")
    ((note,),) = ledger.rows(recording.home, "select problem from calls where uid = 'socket'")
    assert SAYS in note


def _fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError(SAYS)


READING: list[tuple[Any, str]] = [
    (PriceBook, "price"), (interpret, "outline"), (interpret, "decode"), (interpret, "context_of"),
    (interpret, "read_request"), (interpret, "read_answer"), (interpret, "read_timing"),
    (interpret.turns, "read_turns"), (interpret.turns, "reply_of"), (interpret.faults, "judge"),
]  # fmt: skip


def _named(part: tuple[Any, str]) -> str:
    return f"{part[0].__name__.rpartition('.')[2]}.{part[1]}"


@pytest.mark.parametrize("part", READING, ids=_named)
def test_a_bug_in_reading_leaves_the_row(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, part: tuple[Any, str]
) -> None:
    monkeypatch.setattr(*part, _fail)

    def feed(recording: Recording) -> None:
        recording.begin("call", "/v1/chat/completions", ASKED)
        recording.answer("call", "application/json", JSON_ANSWER)

    recording.run(feed)
    ((state, note),) = ledger.rows(recording.home, "select state, problem from calls")
    assert (state, SAYS in (note or "") or (note or "").startswith("unreadable")) == ("done", True)
    assert recording.saver.faults
    record(Result(f"bug planted in {_named(part)}", 1, 1, lost=0))


STORING: list[tuple[type | ModuleType, str]] = [
    (search_index, "enter"), (rollups, "enter"), (rollups, "tally"), (rollups, "write"), (account, "note"),
    (rollups, "sources_of"),
    (bodies.BodyWriter, "save"), (bodies.BodyWriter, "flush"), (conversations.Threads, "turns"),
    (Retries, "first_attempt"), (Owners, "owned_by"), (origins.Origins, "session"), (origins.Origins, "apps"),
    (origins.Origins, "process"), (store, "row_of"), (store, "pack"), (conversations, "left_keys"),
    (store, "next_revision"), (store, "Threads"), (store, "Retries"), (store, "Owners"), (call_blocks, "summarise"),
]  # fmt: skip


@pytest.mark.parametrize("part", STORING, ids=_named)
def test_a_bug_in_storing_keeps_calls_waiting_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: tuple[Any, str]
) -> None:
    monkeypatch.setattr("wiretally.agent.database.BUSY_MS", 20)  # pytest's log holds tracebacks, and they a statement
    home = Home(tmp_path).make()
    plan = RecorderPlan([], str(home.path), 0, "first", [], fresh=True)
    saver = Saver(home, plan)
    with monkeypatch.context() as planted:
        planted.setattr(*part, _fail)
        saver.save([made.entry(1), made.opened(made.entry(2)), made.entry(3)])
        saver.save([made.entry(4)])
        assert (saver.waiting, saver.lost, saver.troubled) == (3, 0, False)
        saver.tend(AT, {})
        shown = ledger.rows(home, "select count from faults where place = 'store.entry'")
    saver.close("first", AT)
    assert not ledger.rows(home, "select 1 from calls where state <> 'open'")
    assert shown in ([(3,)], [(4,)])
    after = Saver(home, plan)
    assert (after.waiting, after.saved) == (0, 3)
    after.close("first", AT)
    assert verify(home.database).problems == ()
    assert not list(home.spool.iterdir())
    record(Result(f"bug planted in {_named(part)}", 1, 4, 0))


def test_what_waits_comes_in_while_the_recorder_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path).make()
    saver = Saver(home, RecorderPlan([], str(home.path), 0, "first", [], fresh=True))
    with monkeypatch.context() as planted:
        planted.setattr(search_index, "enter", _fail)
        saver.save([made.entry(number) for number in range(5)])
    later = partial(saver.tend, state={})
    saver.save([made.entry(9)])
    later(AT * 2)
    assert (ledger.rows(home, "select count(*) from calls"), saver.waiting) == ([(6,)], 0)
    saver.close("first", AT)
    assert verify(home.database).problems == ()
