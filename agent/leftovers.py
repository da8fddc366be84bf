"""Finds stretches of body logs that no body uses any more, and writes those logs anew without them.

Apart from the bodies (bodies.py) because it is care, not recording: a log is shared by bodies that resemble each other,
so deleting a call leaves its text there for as long as one of them stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .bodies import PARTS, BodyWriter, read_log, spans_of


@dataclass(frozen=True, slots=True)
class _Body:
    call_id: int
    side: str
    spans: bytes


@dataclass(frozen=True, slots=True)
class _Log:
    id: int
    size: int
    bodies: list[_Body]


def cleanse(connection: sqlite3.Connection) -> int:
    """Rewrite every log with leftovers, within the transaction; how many there were."""
    stale = [log for log in _logs(connection) if _covered(log) < log.size]
    writer = BodyWriter(connection)
    rewritten = 0
    for log in stale:
        try:
            text = read_log(connection, log.id, log.size)
        except ValueError:
            continue  # damaged: left as it is for `db verify` to name
        connection.execute("delete from body_logs where id = ?", (log.id,))
        connection.execute("delete from body_parts where id >= ? and id < ?", (log.id * PARTS, (log.id + 1) * PARTS))
        connection.executemany(
            "delete from bodies where call_id = ? and side = ?", [(body.call_id, body.side) for body in log.bodies]
        )
        for body in log.bodies:
            whole = b"".join(text[start:end] for start, end in spans_of(body.spans))
            writer.save(body.call_id, body.side, whole, (log.id,))
        writer.flush()
        rewritten += 1
    return rewritten


def _logs(connection: sqlite3.Connection) -> Iterator[_Log]:
    """The logs with their bodies, in order."""
    rows = connection.execute(
        "select l.id, l.size, b.call_id, b.side, b.spans from bodies b join body_logs l on l.id = b.log_id "
        "order by l.id, b.call_id, b.side"
    )
    for (number, size), of_log in groupby(rows, key=lambda row: (row[0], row[1])):
        yield _Log(number, size, [_Body(*row[2:]) for row in of_log])


def _covered(log: _Log) -> int:
    """How many bytes of the log are a part of at least one body."""
    covered = end = 0
    for span in sorted(span for body in log.bodies for span in spans_of(body.spans)):
        covered += max(span.end - max(span.start, end), 0)
        end = max(end, span.end)
    return covered
