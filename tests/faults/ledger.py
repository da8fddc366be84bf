"""What the clients received against what the database holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from wiretally.agent.locations import Home
from wiretally.agent.verify import verify


@dataclass(slots=True)
class Received:
    """What the clients of a run were given. Streams cut off are kept with the events that had come."""

    requests: set[str] = field(default_factory=set[str])
    responses: set[str] = field(default_factory=set[str])
    cut: dict[str, int] = field(default_factory=dict[str, int])
    errors: int = 0
    changed: int = 0
    """Answers that are not what the provider sent."""

    @property
    def calls(self) -> int:
        return len(self.requests) + len(self.responses)


def rows(home: Home, sql: str, parameters: Iterable[object] = ()) -> list[Any]:
    """Ask the database itself."""
    with closing(sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(sql, tuple(parameters)).fetchall()


def missing(home: Home, received: Received) -> set[str]:
    """The calls that a client received and the database does not hold in a final state."""
    return (received.requests - final(home, "request_id")) | (received.responses - final(home, "response_id"))


def final(home: Home, column: str) -> set[str]:
    return {row[0] for row in rows(home, f"select {column} from calls where state <> 'open'")}


def check(home: Home, received: Received) -> None:
    """Everything received is there, once, done; what was cut is there with what had come; sums are true."""
    assert missing(home, received) == set()
    assert received.changed == 0
    twice = rows(
        home, "select request_id, count(*) from calls where request_id is not null group by 1 having count(*) > 1"
    ) + rows(
        home, "select response_id, count(*) from calls where response_id is not null group by 1 having count(*) > 1"
    )
    assert not twice
    states = dict(rows(home, "select request_id, state from calls where request_id is not null"))
    assert {states[it] for it in received.requests} <= {"done"}
    answered = {row[0] for row in rows(home, "select response_id from calls where state = 'done'")}
    assert received.responses <= answered
    assert not rows(home, "select uid from calls where state = 'open'")
    assert verify(home.database).problems == ()


def events_kept(home: Home, request_id: str) -> int:
    """How many events of a stream the database holds."""
    from wiretally.agent.queries import calls
    from wiretally.agent.queries.reader import Reader

    ((number,),) = rows(home, "select id from calls where request_id = ?", (request_id,))
    with Reader(home.database) as reader:
        return (calls.body(reader, number, "response") or b"").count(b"data: ")
