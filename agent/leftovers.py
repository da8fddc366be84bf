"""Finds stretches of body logs that no body uses any more, and writes those logs anew without them.

Apart from the bodies (bodies.py) because it is care, not recording: a log is shared by bodies that resemble each other,
so deleting a call leaves its text there for as long as one of them stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .bodies import PARTS, BodyWriter, Span, read, spans_of


@dataclass(frozen=True, slots=True)
class _Body:
    call_id: int
    side: str


def cleanse(connection: sqlite3.Connection) -> int:
    """Rewrite every log with leftovers, within the transaction; how many there were."""
    stale = list(_stale(connection))
    writer = BodyWriter(connection)
    rewritten = 0
    for log, bodies in stale:
        try:
            texts = [read(connection, body.call_id, body.side) or b"" for body in bodies]
        except ValueError:
            continue  # damaged: left as it is for `db verify` to name
        connection.executemany(
            "delete from bodies where call_id = ? and side = ?", [(body.call_id, body.side) for body in bodies]
        )
        connection.execute("delete from body_logs where id = ?", (log,))
        connection.execute("delete from body_parts where id >= ? and id < ?", (log * PARTS, (log + 1) * PARTS))
        for body, text in zip(bodies, texts, strict=True):
            writer.save(body.call_id, body.side, text, (log,))
        writer.flush()
        rewritten += 1
    return rewritten


def _stale(connection: sqlite3.Connection) -> Iterator[tuple[int, list[_Body]]]:
    """The logs of which something is used by no body, with their bodies in order."""
    rows = connection.execute(
        "select l.id, l.size, b.call_id, b.side, b.spans from bodies b join body_logs l on l.id = b.log_id "
        "order by l.id, b.call_id, b.side"
    )
    for (log, size), of_log in groupby(rows, key=lambda row: (row[0], row[1])):
        bodies, spans = list[_Body](), list[Span]()
        for _, _, call_id, side, packed in of_log:
            bodies.append(_Body(call_id, side))
            spans += spans_of(packed)
        if _covered(spans) < size:
            yield log, bodies


def _covered(spans: list[Span]) -> int:
    """How many bytes lie in at least one of the spans."""
    covered = end = 0
    for span in sorted(spans):
        covered += max(span.end - max(span.start, end), 0)
        end = max(end, span.end)
    return covered
