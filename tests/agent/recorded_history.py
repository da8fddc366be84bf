"""The recorded traffic as a history: interpreted and stored as the recorder does it, with apps and sessions to tell.

Apart from recorded.py because most tests want single calls; this one costs seconds and is made once a test run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wiretally.agent.copies import replace
from wiretally.agent.entry import Entry, Process
from wiretally.agent.exchange import Message
from wiretally.agent.interpret import Interpreter, SocketInterpreter
from wiretally.agent.store import Store

from . import recorded

CONFIG = """
[scenario]
small = "model:gpt-4o-mini*"
failures = "is:error"
"""
BATCH = 200
SECONDS_APART = 60


@dataclass(frozen=True, slots=True)
class History:
    """A home with the traffic in its database, and what was stored, in the order of the calls' numbers."""

    home: Path
    entries: tuple[Entry, ...]

    @property
    def database(self) -> Path:
        return self.home / "wiretally.db"


def make(home: Path) -> History:
    """Store all recorded exchanges and realtime sessions in `home`."""
    interpreter = Interpreter(salt=b"a salt for tests")
    entries = tuple(_moved(entry, place) for place, entry in enumerate(_entries(interpreter)))
    (home / "config.toml").write_text(CONFIG, "utf-8")
    store = Store(home / "wiretally.db")
    for start in range(0, len(entries), BATCH):
        store.save(entries[start : start + BATCH])
    store.close()
    return History(home, entries)


def _entries(interpreter: Interpreter) -> Iterator[Entry]:
    for record in recorded.records():
        exchange = recorded.exchange_of(record)
        call = interpreter.call(exchange)
        asked, answered = interpreter.decoded_bodies(exchange)
        yield Entry(
            call, *_origin(str(record["source"])), None, interpreter.redacted_headers(exchange.request_headers),
            interpreter.redacted_headers(exchange.response_headers), asked, answered,
        )  # fmt: skip
    for session in recorded.sessions():
        exchange, messages = recorded.socket_of(session)
        socket = SocketInterpreter(exchange, interpreter)
        groups = [group for message in messages for group in socket.feed(message)] + socket.close()
        for call, said in groups:
            yield Entry(call, *_origin(str(session["source"])), exchange.uid, messages=said)


def _origin(source: str) -> tuple[str, Process]:
    """The repository as the app, and its file of recordings as the session."""
    repository, _, cassette = source.partition(":")
    app = repository.rpartition("/")[2]
    return cassette.partition("#")[0], Process(1000 + len(app), 1.0, app, f"python -m {app}", f"/srv/{app}", "main")


def _moved(entry: Entry, place: int) -> Entry:
    """The calls one after the other; a connection's messages keep their distance from its beginning."""
    by = place * SECONDS_APART
    messages = tuple(replace(message, time=message.time + by) for message in entry.messages)
    return replace(entry, call=replace(entry.call, started_at=entry.call.started_at + by), messages=messages)


def messages_of(history: History) -> Iterator[tuple[str, tuple[Message, ...]]]:
    """The uid of each call of a websocket with its messages."""
    for entry in history.entries:
        if entry.messages:
            yield entry.call.uid, entry.messages
