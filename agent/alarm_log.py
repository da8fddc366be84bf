"""What the alarms write down: states, firings and clearings, and what came of the notifications.

Each write opens the database anew: there are few of them, and the recorder's own connection must wait for none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from .database import next_revision, open_writer, transaction
from .queries.alarms import EventName, StateName


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a rule; `since` in Unix seconds."""

    state: StateName
    since: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Event:
    """One firing or clearing, to be kept; `at` in Unix seconds."""

    at: float
    rule: str
    event: EventName
    value: float | None
    threshold: float | None
    message: str


@contextmanager
def _writing(path: Path) -> Generator[sqlite3.Connection]:
    connection = open_writer(path)
    try:
        with transaction(connection, path):
            yield connection
    finally:
        connection.close()


def keep(path: Path, standings: dict[str, Standing], events: Iterable[Event] = ()) -> list[int]:
    """Keep rules' states, and events; the events' numbers are returned."""
    numbers = list[int]()
    with _writing(path) as connection:
        connection.executemany(
            "insert or replace into alarm_states (rule, state, since, value) values (?, ?, ?, ?)",
            [(rule, it.state, round(it.since * 1000), it.value) for rule, it in standings.items()],
        )
        for event in events:
            row = connection.execute(
                "insert into alarm_events (at, rule, event, value, threshold, message, revision) "
                "values (?, ?, ?, ?, ?, ?, ?) returning id",
                (round(event.at * 1000), event.rule, event.event, event.value, event.threshold, event.message,
                 next_revision(connection)),
            ).fetchone()  # fmt: skip
            numbers.append(row[0])
    return numbers


def notified(path: Path, number: int, outcomes: dict[str, str]) -> None:
    """Keep what came of an event's notifications, by channel."""
    with _writing(path) as connection:
        connection.execute(
            "update alarm_events set notified = ?, revision = ? where id = ?",
            (msgspec.json.encode(outcomes).decode(), next_revision(connection), number),
        )


def forget(path: Path, rules: Iterable[str]) -> None:
    """Take away the states of rules that are no more; their history stays."""
    with _writing(path) as connection:
        connection.executemany("delete from alarm_states where rule = ?", [(rule,) for rule in rules])
