"""Spans of recording: their names, what ran, what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from . import totals
from .reader import Reader, Row
from .totals import ALWAYS, Span
from .where import EVERYTHING, Where


@dataclass(frozen=True, slots=True)
class Session:
    """One span of recording; times in Unix seconds. `ended_at` is None while it runs (or its end was not seen)."""

    id: int
    name: str
    kind: str
    started_at: float
    ended_at: float | None
    tags: dict[str, str]
    command: str | None
    totals: totals.Totals | None


_SQL = "select id, name, kind, started_at, ended_at, tags, command from sessions"


def _session(row: Row, sums: totals.Totals | None) -> Session:
    number, name, kind, started, ended, tags, command = row
    return Session(
        number, name, kind, started / 1000, None if ended is None else ended / 1000,
        msgspec.json.decode(tags) if tags else {}, command, sums,
    )  # fmt: skip


def sessions(reader: Reader, limit: int = 1000, span: Span = ALWAYS, where: Where = EVERYTHING) -> list[Session]:
    """The newest sessions with their totals, newest first. `totals` is None where a session has no call.

    With a span or a condition those alone that have such calls; their totals are those of these calls.
    """
    sums = {group.key: group.totals for group in totals.by(reader, "session", span, where)}
    narrowed = (span, where) != (ALWAYS, EVERYTHING)
    chosen = " where id in (select value from json_each(?))" if narrowed else ""
    among = (f"[{','.join(sums)}]",) if narrowed else ()
    rows = reader.rows(f"{_SQL}{chosen} order by id desc limit ?", (*among, limit))
    return [_session(row, sums.get(str(row[0]))) for row in rows]


def find(reader: Reader, name: str) -> Session | None:
    """The session with this name."""
    row = reader.row(f"{_SQL} where name = ?", (name,))
    if row is None:
        return None
    where = Where("c.session_id = ?", (row[0],))
    return _session(row, totals.totals(reader, ALWAYS, where))
