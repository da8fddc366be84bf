"""Deletes calls, or their bodies, a few hundred at a time, while a recorder writes.

Each chunk is a transaction of its own: what hangs on the calls goes with them, and the roll-ups are lessened by exactly
what they counted. Their words stay in the search index until `vacuum` makes it anew (search_index.py): until then they
match nothing, since ids are never used again, but are in the file; those of calls that only lose their bodies match.
Text in a log that bodies which stay use as well is kept until then, too (leftovers.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from . import rollups, search_index
from .bodies import PARTS
from .database import DatabaseMissing, explaining, next_revision, open_writer, transaction

CHUNK = 500
KEYS = 20_000

type Progress = Callable[[int], None]
"""Told how many calls have been dealt with so far."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many calls were dealt with."""

    calls: int


@contextmanager
def _opened(path: Path) -> Generator[sqlite3.Connection]:
    if not path.exists():
        raise DatabaseMissing(f"there is no database at {path}. Nothing to delete.")
    connection = open_writer(path)
    rollups.register(connection)
    try:
        yield connection
    finally:
        connection.close()


def delete(path: Path, condition: str, parameters: Sequence[object] = (), progress: Progress | None = None) -> int:
    """Delete the calls for which `condition` (SQL over `calls`) holds; how many there were. Open calls stay."""
    deleted = 0
    with _opened(path) as connection:
        while ids := _chunk(connection, path, f"state <> 'open' and ({condition})", parameters):
            with transaction(connection, path):
                _delete(connection, msgspec.json.encode(ids).decode())
            deleted += len(ids)
            if progress:
                progress(deleted)
        if deleted:
            _drop_stale_keys(connection, path)
    return deleted


def prune(path: Path, before: float, *, bodies_only: bool = False, progress: Progress | None = None) -> Pruned:
    """Delete the calls that began before `before` (Unix seconds), or only what is kept of their bodies."""
    moment = round(before * 1000)
    if not bodies_only:
        return Pruned(delete(path, "started_at < ?", (moment,), progress))
    stripped = 0
    with _opened(path) as connection:
        with transaction(connection, path):
            search_index.forget_before(connection, moment)
        kept = "started_at < ? and exists (select 1 from bodies where call_id = calls.id)"
        while ids := _chunk(connection, path, kept, (moment,)):
            with transaction(connection, path):
                _drop_bodies(connection, msgspec.json.encode(ids).decode())
            stripped += len(ids)
            if progress:
                progress(stripped)
    return Pruned(stripped)


def _chunk(connection: sqlite3.Connection, path: Path, condition: str, parameters: Sequence[object]) -> list[int]:
    with explaining(path):
        rows = connection.execute(f"select id from calls where {condition} limit {CHUNK}", parameters).fetchall()
    return [row[0] for row in rows]


def _delete(connection: sqlite3.Connection, ids: str) -> None:
    among = "in (select value from json_each(?))"
    rollups.withdraw(
        connection,
        connection.execute(
            f"select {rollups.SOURCE} from calls c left join processes p on p.id = c.process_id where c.id {among}",
            (ids,),
        ).fetchall(),
    )
    touched = [
        row[0]
        for row in connection.execute(
            f"select distinct conversation_id from calls where id {among} and conversation_id is not null", (ids,)
        )
    ]
    _drop_bodies(connection, ids)
    connection.execute(f"delete from details where call_id {among}", (ids,))
    connection.execute(f"delete from calls where id {among}", (ids,))
    connection.execute("update counters set value = value + json_array_length(?) where name = 'deletions'", (ids,))
    _mend(connection, touched)


def _mend(connection: sqlite3.Connection, conversations: list[int]) -> None:
    """Conversations that lost turns say so; those without any go."""
    for number in conversations:
        first, last, turns = connection.execute(
            "select min(id), max(id), count(*) from calls where conversation_id = ?", (number,)
        ).fetchone()
        if not turns:
            connection.execute("delete from conversations where id = ?", (number,))
        else:
            connection.execute(
                "update conversations set first_call = ?, last_call = ?, turns = ?, revision = ? where id = ?",
                (first, last, turns, next_revision(connection), number),
            )


def _drop_stale_keys(connection: sqlite3.Connection, path: Path) -> None:
    """Keys of calls that are gone match nothing; they are removed in stretches, as they have no index by call."""
    start = -(2**63)
    while start < 2**63:
        with transaction(connection, path):
            last = connection.execute(
                "select max(key) from (select key from conversation_keys where key >= ? order by key limit ?)",
                (start, KEYS),
            ).fetchone()[0]
            if last is None:
                break
            connection.execute(
                "delete from conversation_keys where key between ? and ? and call_id not in (select id from calls)",
                (start, last),
            )
        start = last + 1


def _drop_bodies(connection: sqlite3.Connection, ids: str) -> None:
    among = "in (select value from json_each(?))"
    users = connection.execute(
        f"select log_id, count(*) from bodies where call_id {among} group by log_id", (ids,)
    ).fetchall()
    connection.execute(f"delete from bodies where call_id {among}", (ids,))
    for log, count in users:
        connection.execute("update body_logs set users = users - ? where id = ?", (count, log))
    for log, _ in users:
        if connection.execute("delete from body_logs where id = ? and users <= 0", (log,)).rowcount:
            connection.execute("delete from body_parts where id >= ? and id < ?", (log * PARTS, (log + 1) * PARTS))
