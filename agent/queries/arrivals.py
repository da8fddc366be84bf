"""The first calls of a filtered list in order of arrival, quickly at any size and for any filter.

SQLite chooses its plan before it knows how many calls a filter fits. Walking from the newest is best where it fits
many, an index where it fits few, and each is slow for the other. So: walk a stretch, and where that did not fill the
page, few calls fit, and an index finds them. Where no index helps all calls have to be read: in the list's order, so
no further than to the end of the page, and from the narrow copy that the schema keeps of what filters ask.
"""

from __future__ import annotations

from dataclasses import dataclass

from .reader import Reader
from .where import Where

STRETCH = 50_000
ALL = 2**62
SCANS = "SCAN c", "SCAN c USING COVERING INDEX calls_narrow"
"""What SQLite calls a plan that reads all calls."""


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
    sql = "select c.id from calls c where {0} between ? and ? and ({1}) order by {0} {2} limit ?"
    wanted = low, high, *where.parameters, limit - len(found)
    indexed = sql.format("+c.id", where.sql, order)
    if any(row[3] in SCANS for row in reader.rows(f"explain query plan {indexed}", wanted)):
        return found + [row[0] for row in reader.rows(sql.format("c.id", where.sql, order), wanted)]
    return found + [row[0] for row in reader.rows(indexed, wanted)]


def _walk(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    order, limit = take
    rows = reader.rows(
        f"select c.id from calls c not indexed where c.id between ? and ? and ({where.sql}) "
        f"order by c.id {order} limit ?",
        (*between, *where.parameters, limit),
    )
    return [row[0] for row in rows]
