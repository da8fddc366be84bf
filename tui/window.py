"""Which rows the list of calls has at hand, and how the next ones are found: by key from a row that is known.

Its own file because it is the list's memory on the database's side: it lives in the feed's thread and keeps the line
numbers true while calls come in above. Lines count from 0 at the top.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..agent.queries import calls
from ..agent.queries.calls import CallRow, Cursor, Order
from ..agent.queries.places import cursor_at, cursor_of, just_before
from ..agent.queries.reader import Reader
from ..agent.queries.where import EVERYTHING, Where

NEWEST = Order()
OLDEST = Order(descending=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the list shows: `height` lines from `top`, by the numbering in which `above` lines had come in on top."""

    order: Order = NEWEST
    top: int = 0
    height: int = 50
    follow: bool = True
    above: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Rows at hand: `rows[0]` stands on line `first` of `total`. `above` counts the lines that ever came in on top.

    Until the list is `counted`, `total` says how many lines there are at least.
    """

    first: int = 0
    rows: tuple[CallRow, ...] = ()
    total: int = 0
    above: int = 0
    counted: bool = True

    def row_at(self, line: int) -> CallRow | None:
        index = line - self.first
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def line_of(self, call_id: int | None) -> int | None:
        return next((self.first + index for index, row in enumerate(self.rows) if row.id == call_id), None)

    def row_of(self, call_id: int | None) -> CallRow | None:
        return next((row for row in self.rows if row.id == call_id), None)

    def covers(self, top: int, height: int) -> bool:
        """Whether all lines seen from `top` are at hand."""
        end = min(top + height, self.total)
        return self.first <= top and end <= self.first + len(self.rows)


EMPTY = Window()


@dataclass(frozen=True, slots=True)
class Count:
    """How many calls a filter lets through, of those up to the call `newest`."""

    total: int
    newest: int


def count(where: Where, reader: Reader) -> Count:
    """Count a filter's calls; of a million that may take a second. Raises DatabaseError."""
    with reader.moment():
        return Count(calls.count(reader, where), calls.newest_id(reader))


class WindowReader:
    """Finds windows of one list: one filter, one order. Made anew when either changes.

    A filtered list is shown before it is counted, which takes longer: who has counted it says so with `settle`.
    """

    def __init__(self, where: Where = EVERYTHING, order: Order = NEWEST) -> None:
        self.where = where
        self.order = order
        self._rows: tuple[CallRow, ...] = ()
        self._first = 0
        self._above = 0
        self._total: int | None = None
        self._newest = 0
        self._counted = False
        self._settled: Count | None = None

    def settle(self, found: Count) -> None:
        """Take the list's length from one who counted it, in another thread; the next window has it."""
        self._settled = found

    def read(self, reader: Reader, ask: Ask) -> Window:
        """The lines asked for and a screenful on either side. Raises DatabaseError."""
        total = self._count(reader)
        if ask.follow or (self._counted and total <= ask.height):
            self._from_top(reader, ask.height * 2)
        else:
            end = total if self._counted else total + ask.height * 2
            top = ask.top + self._above - ask.above
            low = max(min(top, end - ask.height) - ask.height, 0)
            self._read(reader, low, min(low + ask.height * 3, end))
        return Window(self._first, self._rows, self._total or 0, self._above, self._counted)

    def _count(self, reader: Reader) -> int:
        """Bring the length up to date by counting only what came since."""
        newest = calls.newest_id(reader)
        if self._total is None or newest < self._newest:
            self._counted, self._rows = self.where == EVERYTHING, ()
            self._total = calls.count(reader) if self._counted else 0
        elif newest > self._newest:
            fresh = self._since(reader, self._newest)
            self._total += fresh
            if self.order == NEWEST:
                self._above += fresh
                self._first += fresh
        self._newest = newest
        if (settled := self._settled) is not None:
            self._total = settled.total + self._since(reader, settled.newest)  # given up: settled the next time
            self._counted = True
            if self._settled is settled:
                self._settled = None
        return self._total

    def _since(self, reader: Reader, newest: int) -> int:
        return calls.count(reader, self.where & Where("c.id > ?", (newest,)))

    def _page(self, reader: Reader, limit: int, after: Cursor | None = None) -> tuple[CallRow, ...]:
        return calls.page(reader, self.where, self.order, after=after, limit=limit).rows

    def _keep(self, rows: tuple[CallRow, ...], first: int, wanted: int) -> None:
        """Hold `rows`; where fewer came than wanted, the list ends with them."""
        self._rows, self._first = rows, first
        end = first + len(rows)
        if len(rows) < wanted:
            self._total, self._counted = end, True
        elif not self._counted:
            self._total = max(self._total or 0, end)

    def _from_top(self, reader: Reader, limit: int) -> None:
        self._keep(self._page(reader, limit), 0, limit)

    def _read(self, reader: Reader, low: int, high: int) -> None:
        """Lines `low` to `high`, from the nearest row that is known, the list's top, its end, or by counting off."""
        held_end, wanted = self._first + len(self._rows), high - low
        if low == 0:
            self._from_top(reader, high)
        elif self._rows and self._first <= low < held_end:
            start = just_before(self._rows[low - self._first], self.order)
            self._keep(self._page(reader, wanted, start), low, wanted)
        elif self._rows and low < self._first <= high:
            self._back(reader, low, high)
        elif self._counted and high >= (self._total or 0):
            backward = Order(self.order.column, not self.order.descending)
            rows = calls.page(reader, self.where, backward, limit=wanted).rows[::-1]
            self._rows, self._first = rows, high - len(rows)
        elif (start := cursor_at(reader, low - 1, self.where, self.order)) is not None:
            self._keep(self._page(reader, wanted, start), low, wanted)
        else:
            self._total = None
            self._from_top(reader, wanted)

    def _back(self, reader: Reader, low: int, high: int) -> None:
        """Scrolling up: what stands before the rows at hand, and the upper ones of those again."""
        edge, wanted = self._rows[0], self._first - low
        earlier = calls.page(reader, self.where, self.order, before=cursor_of(edge, self.order), limit=wanted).rows
        later = self._page(reader, high - self._first, just_before(edge, self.order))
        if len(earlier) < wanted:  # the top was nearer than counted: calls were deleted, or lines were reckoned
            self._total = None
        self._rows, self._first = (*earlier, *later), low if len(earlier) == wanted else 0
