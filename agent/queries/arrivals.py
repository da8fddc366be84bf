"""The first calls of a filtered list in order of arrival, quickly at any size and for any filter.

SQLite chooses its plan before it knows how many calls a filter fits. Walking from the newest is best where it fits
many, an index where it fits few, and each is slow for the other. So: walk a stretch, and where that did not fill the
page, few calls fit, and an index finds them. Where no index helps all calls have to be read: by pieces, several at a
time (SQLite works without the GIL), and no further than to the end of the page.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue

from .reader import Reader
from .where import Where

STRETCH = 50_000
PIECE = 100_000  # calls read by one thread before it takes the next piece
MOST_THREADS = 4
ALL = 2**62


@dataclass(frozen=True, slots=True)
class Direction:
    """Which way a list goes, and the call it goes on after (None: from its beginning)."""

    descending: bool
    after: int | None = None


def first_ids(reader: Reader, where: Where, direction: Direction, limit: int) -> list[int]:
    """The numbers of the first `limit` calls for which `where` holds, in the list's order."""
    start = direction.after
    if start is None:
        start = int(reader.value("select max(id) from calls") or 0) + 1 if direction.descending else 0
    low, high = (start - STRETCH, start - 1) if direction.descending else (start + 1, start + STRETCH)
    order = "desc" if direction.descending else "asc"
    found = _walk(reader, where, (low, high), (order, limit))
    if len(found) == limit:
        return found
    low, high = (-ALL, low - 1) if direction.descending else (high + 1, ALL)
    # +c.id: no plan gets its order for nothing, so an index is taken wherever one fits
    sql = f"select c.id from calls c where +c.id between ? and ? and ({where.sql}) order by +c.id {order} limit ?"
    wanted = low, high, *where.parameters, limit - len(found)
    if _reads_everything(reader, where, sql, wanted):
        return found + _walk_together(reader, where, (low, high), (order, limit - len(found)))
    return found + [row[0] for row in reader.rows(sql, wanted)]


def _reads_everything(reader: Reader, where: Where, sql: str, parameters: tuple[object, ...]) -> bool:
    """Whether no index helps; not so with words, which would have to be looked up again for each piece."""
    if " match ?" in where.sql:
        return False
    return any(row[3] == "SCAN c" for row in reader.rows(f"explain query plan {sql}", parameters))


def _walk_together(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    """As `_walk`, each piece on a thread with a connection of its own."""
    first, last = reader.rows("select coalesce(min(id), 0), coalesce(max(id), 0) from calls")[0]
    low, high = max(between[0], first), min(between[1], last)
    pieces = deque((start, min(start + PIECE - 1, high)) for start in range(low, high + 1, PIECE))
    following: Callable[[], tuple[int, int]] = pieces.pop if take[0] == "desc" else pieces.popleft
    threads = min(os.cpu_count() or 1, MOST_THREADS, len(pieces))
    found = list[int]()
    if not pieces:
        return found
    with ExitStack() as stack:
        readers = SimpleQueue[Reader]()
        for _ in range(threads):
            readers.put(stack.enter_context(Reader(reader.path)))
        pool = stack.enter_context(ThreadPoolExecutor(threads))

        def walk(piece: tuple[int, int]) -> list[int]:
            own = readers.get()
            try:
                return _walk(own, where, piece, take)
            finally:
                readers.put(own)

        walking = deque[Future[list[int]]](pool.submit(walk, following()) for _ in range(threads))
        while walking and len(found) < take[1]:
            found += walking.popleft().result()
            if pieces and len(found) < take[1]:
                walking.append(pool.submit(walk, following()))
    return found[: take[1]]


def _walk(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    order, limit = take
    rows = reader.rows(
        f"select c.id from calls c not indexed where c.id between ? and ? and ({where.sql}) "
        f"order by c.id {order} limit ?",
        (*between, *where.parameters, limit),
    )
    return [row[0] for row in rows]
