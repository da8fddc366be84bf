"""What a tab shows: a sentence, plots, a table. Frozen records, made off the screen's thread and tested as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..agent.queries.reader import Reader
from ..agent.queries.totals import Span
from .columns import Cell
from .sorting import UNSORTED, Key, Sorting, ordered


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot. `series` are (name, a value for each of `labels`); None is a gap. `heat` draws rows of
    shades; `dots` has numbers for labels, and a point for each."""

    kind: Literal["lines", "stacked", "bars", "heat", "dots"]
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]

    @property
    def is_empty(self) -> bool:
        return not any(value for _, values in self.series for value in values)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table: `width` at least; what is left over goes to columns with `grows`, and those that are
    `optional` give way, the last first, where there is too little. `key` is what the records are sorted by; without
    one they can't be."""

    name: str
    width: int
    right: bool = True
    grows: bool = False
    optional: bool = False
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `filter` is what Live is filtered by when it is picked; empty: it can't be. `key` names what
    the row is about, for what can be done with it; `detail` is said in full below while the cursor is on the row."""

    cells: tuple[Cell, ...]
    filter: str = ""
    key: str = ""
    detail: str = ""

    @property
    def identity(self) -> str:
        """What tells it from the other rows, however its figures change."""
        return self.key or self.filter


@dataclass(frozen=True, slots=True)
class View:
    """All of a tab. `empty` is said where there is no row."""

    summary: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    plots: tuple[Plot, ...] = ()
    empty: str = "Nothing in this range of time."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a view is read for. `choice` is one of the tab's choices; the span ends now unless told otherwise;
    `sorting` is by which column the table is sorted.

    `row` is the identity of the row under the cursor, for views that show more of it; `config` is config.toml; `begin`
    is when the first call of the span began, in Unix seconds.
    """

    span: Span
    now: float
    choice: str
    row: str = ""
    config: Path | None = None
    begin: float | None = None
    sorting: Sorting = UNSORTED

    def sorted[T](self, found: Iterable[T], heads: Iterable[Head]) -> list[T]:
        """The records of a table with these heads, in the order asked for."""
        key = next((head.key for head in heads if head.name == self.sorting.head), None)
        return ordered(found, key, self.sorting)


type ReadView = Callable[[Reader, Asked], View]

STEPS = (60, 300, 900, 3600, 4 * 3600, 86_400, 7 * 86_400)
MOST_STEPS = 48
MARGIN = 60.0
PLAIN = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)


def step_of(asked: Asked) -> tuple[Span, int]:
    """The span with both ends, and the step in seconds that cuts it into at most MOST_STEPS pieces.

    It begins with the first call, so that a plot of today does not show a night without any.
    """
    now = min(asked.now, asked.span.end or asked.now)
    start = now - 86_400 if asked.span.start is None else asked.span.start
    start = start if asked.begin is None else max(asked.begin - MARGIN, asked.span.start or 0)
    length = max(now - start, 60.0)
    step = next((step for step in STEPS if length / step <= MOST_STEPS), STEPS[-1])
    return Span(max(start, now - step * MOST_STEPS), now + step), step


def quoted(text: str) -> str:
    """A value for a filter, in quotes unless it is a plain word, so that nothing in it means more than itself."""
    if PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
