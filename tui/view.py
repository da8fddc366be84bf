"""What a tab shows: a sentence, plots, a table. Frozen records, made off the screen's thread and tested as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..agent.queries.reader import Reader
from ..agent.queries.totals import Span
from .columns import Cell


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot. `series` are (name, a value for each of `labels`); None is a gap. `heat` draws rows of shades."""

    kind: Literal["lines", "stacked", "bars", "heat"]
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]

    @property
    def is_empty(self) -> bool:
        return not any(value for _, values in self.series for value in values)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table: `width` at least; what is left over goes to columns with `grows`, and those that are
    `optional` give way, the last first, where there is too little."""

    name: str
    width: int
    right: bool = True
    grows: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `filter` is what Live is filtered by when it is picked; empty: it can't be."""

    cells: tuple[Cell, ...]
    filter: str = ""


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
    """What a view is read for. `choice` is one of the tab's choices; the span ends now and `start` is always known."""

    span: Span
    now: float
    choice: str


type ReadView = Callable[[Reader, Asked], View]

STEPS = (60, 300, 900, 3600, 4 * 3600, 86_400, 7 * 86_400)
MOST_STEPS = 48


def step_of(span: Span, now: float) -> tuple[Span, int]:
    """The span with both ends, and the step in seconds that cuts it into at most MOST_STEPS pieces."""
    start = now - 86_400 if span.start is None else span.start
    length = max(now - start, 60.0)
    step = next((step for step in STEPS if length / step <= MOST_STEPS), STEPS[-1])
    return Span(max(start, now - step * MOST_STEPS), now + step), step


def quoted(text: str) -> str:
    """A value for a filter, in quotes so that nothing in it means more than itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
