"""Places in a sorted list of calls: the cursor of a row, and the cursor of a line far away.

Its own file because only lists that are scrolled need it: they hold rows, and go on from any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .calls import FROM, SORTS, CallRow, Column, Cursor, Order
from .reader import Reader
from .where import EVERYTHING, Where

NEWEST = Order()
PICO = Decimal(10) ** 12

KEYS: dict[Column, Callable[[CallRow], str | int | float | None]] = {
    "time": lambda row: row.id,
    "cost": lambda row: None if row.cost is None else int(row.cost * PICO),
    "duration": lambda row: row.duration_ms,
    "ttft": lambda row: row.ttft_ms,
    "tokens": lambda row: row.total_tokens,
    "input": lambda row: row.input_tokens,
    "output": lambda row: row.output_tokens,
    "speed": lambda row: row.output_tokens_per_second,
    "model": lambda row: row.model,
    "status": lambda row: row.status,
    "app": lambda row: row.app,
}
"""What a row is sorted by: the same value that calls.SORTS names in SQL."""


def cursor_of(row: CallRow, order: Order) -> Cursor:
    """Where `row` stands; a page after it begins with the row below."""
    return Cursor(KEYS[order.column](row), row.id)


def just_before(row: CallRow, order: Order) -> Cursor:
    """The place right before `row`: a page after it begins with the row itself."""
    return Cursor(KEYS[order.column](row), row.id + (1 if order.descending else -1))


def cursor_at(reader: Reader, line: int, where: Where = EVERYTHING, order: Order = NEWEST) -> Cursor | None:
    """The place of the row on `line`, counted from 0; None where the list is shorter.

    By time and without a filter the place is reckoned from the ids, which have gaps where calls were deleted: near
    enough for a scroll bar, and at once on any number of calls. Otherwise rows are counted off.
    """
    if order.column == "time" and where == EVERYTHING:
        edges = reader.row("select (select min(id) from calls), (select max(id) from calls)")
        if edges is None or edges[0] is None:
            return None
        first, last = int(edges[0]), int(edges[1])
        place = last - line if order.descending else first + line
        return Cursor(None, place) if first <= place <= last else None
    key = SORTS[order.column]
    tables = FROM if key.startswith("p.") else "from calls c"
    direction = "desc" if order.descending else "asc"
    ties = "" if key == "c.id" else f", c.id {direction}"
    row = reader.row(
        f"select {key}, c.id {tables} where {where.sql} order by {key} {direction}{ties} limit 1 offset ?",
        (*where.parameters, line),
    )
    return None if row is None else Cursor(row[0], int(row[1]))
