"""The first calls of a filtered list in order of arrival, quickly at any size and for any filter.

SQLite chooses its plan before it knows how many calls a filter fits. Walking from the newest is best where it fits
many, an index where it fits few, and each is slow for the other. So: walk a stretch, and where that did not fill the
page, only blocks whose summaries (call_blocks) say that something may be in them, first a few, then more. What is rare
is in few of them, and what is not fills the page soon. Where summaries know nothing of what is asked, an index is taken
that does; where none does either, all calls have to be read: in the list's order, so not much further than to the end
of the page, and from the narrow copy that the schema keeps of what filters ask.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..call_blocks import SIZE
from .blocks import OF_BLOCKS, as_parameter, candidates, looked_up, span
from .reader import Reader
from .where import NO, YES, Where

STRETCH = 8 * SIZE
GROUP = 32
"""Of the blocks that are left so many are read at once, then twice as many, and so on."""
ALL = 2**62
SCANS = "SCAN c", "SCAN c USING COVERING INDEX calls_narrow"
"""What SQLite calls a plan that reads all calls."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Which way a list goes, and the call it goes on after (None: from its beginning)."""

    descending: bool
    after: int | None = None

    @property
    def word(self) -> str:
        return "desc" if self.descending else "asc"


def first_ids(reader: Reader, where: Where, direction: Direction, limit: int) -> list[int]:
    """The numbers of the first `limit` calls for which `where` holds, in the list's order."""
    newest = int(reader.value("select max(id) from calls") or 0)
    start = direction.after
    if start is None:
        start = newest + 1 if direction.descending else 0
    low, high = (start - STRETCH, start - 1) if direction.descending else (start + 1, start + STRETCH)
    found = _walk(reader, where, (low, high), (direction.word, limit))
    low, high = (0, low - 1) if direction.descending else (high + 1, newest)
    if len(found) == limit or low > high or where.bounds.possible == NO:
        return found
    beyond = _anywhere if where.bounds.possible == YES else _in_blocks
    return found + beyond(reader, where, (low, high), (direction.word, limit - len(found)))


def _walk(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    order, limit = take
    where = where.within(*between)
    rows = reader.rows(
        f"select c.id from calls c not indexed where c.id between ? and ? and ({where.sql}) "
        f"order by c.id {order} limit ?",
        (*between, *where.parameters, limit),
    )
    return [row[0] for row in rows]


def _anywhere(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    """Those that no summary tells: by an index where there is one."""
    order, limit = take
    # +c.id: no plan gets its order for nothing, so an index is taken wherever one fits
    sql = "select c.id from calls c where {0} between ? and ? and ({1}) order by {0} {2} limit ?"
    wanted = *between, *where.parameters, limit
    indexed = sql.format("+c.id", where.sql, order)
    if any(row[3] in SCANS for row in reader.rows(f"explain query plan {indexed}", wanted)):
        return [row[0] for row in reader.rows(sql.format("c.id", where.sql, order), wanted)]
    return [row[0] for row in reader.rows(indexed, wanted)]


def _in_blocks(reader: Reader, where: Where, between: tuple[int, int], take: tuple[str, int]) -> list[int]:
    """Those in blocks that may hold some, a few blocks at first."""
    order, limit = take
    blocks, found = candidates(reader, where, between), list[int]()
    if order == "desc":
        blocks.reverse()
    size = GROUP
    while blocks and len(found) < limit:
        group, blocks, size = blocks[:size], blocks[size:], 2 * size
        low, high = span(group)
        low, high = max(low, between[0]), min(high, between[1])
        near = where.within(low, high)
        sql = looked_up(reader, near)
        rows = reader.rows(
            f"select c.id from {OF_BLOCKS} where c.id between ? and ? and ({sql}) order by c.id {order} limit ?",
            (as_parameter(group), low, high, *near.parameters, limit - len(found)),
        )
        found += [row[0] for row in rows]
    return found
