"""The dialog that chooses, orders and sorts the columns of the list of calls. The list behind it shows each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from textual import events, on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..cell_text import fit
from ..columns import BY_NAME, COLUMNS
from ..keys import bindings
from ..widgets.call_list import CallList
from .dialog import Dialog

MEANINGS = {
    "id": "the call's number", "time": "when it began", "app": "the program", "call": "kind of call; ⇣ a stream",
    "model": "as served", "in": "input tokens", "cached": "input tokens from the provider's cache",
    "out": "output tokens", "reasoning": "reasoning tokens", "cost": "USD", "ttft": "time to the first content",
    "total": "time to the end", "speed": "output tokens a second", "state": "how it stands or ended",
    "session": "the run it belongs to", "key": "last four of the API key", "note": "the remark on it",
}  # fmt: skip


WAYS = (
    ("show", ("switch",)), ("move", ("up", "down")), ("sort", ("sort",)), ("reset", ("fit",)), ("use now", ("use",)),
    ("keep for good", ("keep",)),
)  # fmt: skip
"""What the frame says can be done, by which keys of the place."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All columns in their order; those of `shown` are in the list. `chosen` is False where the width decides."""

    order: tuple[str, ...]
    shown: frozenset[str]
    chosen: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """As CallList.choose_columns and config.toml take it; nothing where the width decides."""
        return tuple(name for name in self.order if name in self.shown) if self.chosen else ()

    def switched(self, name: str) -> Arrangement:
        """With `name` shown or not; the last one stays."""
        shown = self.shown ^ {name}
        return Arrangement(self.order, shown) if shown else self

    def shifted(self, name: str, step: int) -> Arrangement:
        """With `name` a place further to the left or right."""
        order = list(self.order)
        place = order.index(name)
        target = max(0, min(place + step, len(order) - 1))
        order.insert(target, order.pop(place))
        return Arrangement(tuple(order), self.shown)


def arrangement(placed: Iterable[str], chosen: Iterable[str]) -> Arrangement:
    """What the list shows now: `chosen`, or where nothing was chosen the columns `placed` by the width."""
    names = tuple(chosen)
    shown = names or tuple(placed)
    rest = tuple(column.name for column in COLUMNS if column.name not in shown)
    return Arrangement((*shown, *rest), frozenset(shown), bool(names))


class ColumnLines(Widget, can_focus=True):
    """The columns under each other, with a cursor. What was done with them is told by `Changed`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("columns")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in ("cursor", "muted", "accent")}

    class Changed(Message):
        """`what` was done: columns were chosen, sorted by, or are to be kept for good."""

        def __init__(self, what: Literal["columns", "sort", "keep"]) -> None:
            super().__init__()
            self.what = what

    def __init__(self, calls: CallList) -> None:
        super().__init__()
        self._calls = calls
        self.arrangement = arrangement((column.name for column, _ in calls.placed), calls.chosen)
        self.cursor = 0

    @property
    def name_at_cursor(self) -> str:
        return self.arrangement.order[self.cursor]

    def render_line(self, y: int) -> Strip:
        if y >= len(self.arrangement.order):
            return Strip.blank(self.size.width, self.rich_style)
        name = self.arrangement.order[y]
        column, order = BY_NAME[name], self._calls.order
        base = self.rich_style
        if y == self.cursor:
            base += self.get_component_rich_style("lines--cursor", partial=True)
        muted = base + self.get_component_rich_style("lines--muted", partial=True)
        accent = base + self.get_component_rich_style("lines--accent", partial=True)
        is_shown = name in self.arrangement.shown
        placed = {column.name for column, _ in self._calls.placed}
        arrow = ("▾" if order.descending else "▴") if column.sort and column.sort == order.column else " "
        note = "no room" if is_shown and name not in placed else "s sorts" if column.sort and y == self.cursor else ""
        segments = [
            Segment(" ● " if is_shown else " ○ ", accent if is_shown else muted),
            Segment(fit(name, 11), base if is_shown else muted),
            Segment(f"{arrow} ", accent),
            Segment(fit(MEANINGS[name], 38), muted),
            Segment(fit(note, max(self.size.width - 55, 0), right=True), muted),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _become(self, made: Arrangement) -> None:
        name = self.name_at_cursor
        self.arrangement = made
        self.cursor = made.order.index(name)
        self.post_message(self.Changed("columns"))

    def action_move(self, step: int) -> None:
        self.cursor = max(0, min(self.cursor + step, len(self.arrangement.order) - 1))
        self.refresh()

    def action_switch(self) -> None:
        self._become(self.arrangement.switched(self.name_at_cursor))

    def action_shift(self, step: int) -> None:
        self._become(self.arrangement.shifted(self.name_at_cursor, step))

    def action_sort(self) -> None:
        self.post_message(self.Changed("sort"))

    def action_keep(self) -> None:
        self.post_message(self.Changed("keep"))

    def action_fit(self) -> None:
        self._calls.choose_columns(())
        self._become(arrangement((column.name for column, _ in self._calls.placed), ()))

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        if event.y < len(self.arrangement.order):
            self.cursor = event.y
            self.action_switch()


class ColumnsScreen(Dialog[tuple[str, ...]]):
    """On the columns of `calls`. Its result is what is to be kept for good; None keeps it while the screen is open."""

    heading = "columns"
    verb = "use"

    def __init__(self, calls: CallList) -> None:
        super().__init__()
        self._calls = calls
        self._before = calls.chosen, calls.order

    def fields(self) -> Iterable[Widget]:
        return [VerticalScroll(ColumnLines(self._calls), can_focus=False)]

    def on_mount(self) -> None:
        super().on_mount()
        said = "  ".join(f"{' '.join(self.key(f'columns.{name}') for name in names)} {word}" for word, names in WAYS)
        self.query_one(".frame").border_subtitle = Content(said)
        self.query_one(ColumnLines).focus()

    @on(ColumnLines.Changed)
    def _follow(self, message: ColumnLines.Changed) -> None:
        lines = self.query_one(ColumnLines)
        if message.what == "keep":
            self.dismiss(lines.arrangement.names)
            return
        if message.what == "sort":
            self._calls.sort_by_column(BY_NAME[lines.name_at_cursor])
        else:
            self._calls.choose_columns(lines.arrangement.names)
        lines.refresh()

    def submit(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        columns, order = self._before
        self._calls.choose_columns(columns)
        if self._calls.order != order:
            self._calls.sort_by(order)
        self.dismiss(None)
