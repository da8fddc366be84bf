"""A table of up to some thousand lines that keeps its cursor on the same line's words when its numbers change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..cell_text import fit, fold
from ..keys import bindings
from ..sorting import UNSORTED, Sorting
from ..view import Head, Row, View
from .call_lines import CURSOR, MARK

TONES = ("muted", "good", "warn", "bad", "accent")


class Table(ScrollView, can_focus=True):
    """Heads and rows of a view."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("table")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--cursor", "table--head", *(f"table--{tone}" for tone in TONES)}

    class Picked(Message):
        """The reader wants the calls behind this row."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Pointed(Message):
        """The cursor stands on another row, or on the same one changed."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Table.Pointed)

    class Sorted(Message):
        """The reader wants another order: `sorting` of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.marked = ""
        self.sorting = UNSORTED
        self.cursor = 0
        self._heads: tuple[Head, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._empty = ""
        self._keeps_row = True

    @property
    def rows(self) -> tuple[Row, ...]:
        """All that is in it."""
        return self._rows

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def mark(self, identity: str) -> None:
        """Put the sign of comparison on a row; empty: on none."""
        self.marked = identity
        self.refresh()

    def show(self, view: View) -> None:
        """Take a newer view; the cursor stays on the row with the same filter."""
        held = self.row.identity if self.row and self._keeps_row else ""
        self._keeps_row = True
        self._heads, self._rows, self._empty = view.heads, view.rows, view.empty
        if held:
            same = (index for index, row in enumerate(self._rows) if row.identity == held)
            self.cursor = next(same, self.cursor)
        self.cursor = max(min(self.cursor, len(self._rows) - 1), 0)
        self.post_message(self.Pointed(self.row))
        size = Size(self.size.width, len(self._rows) + 1)
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def _widths(self) -> list[int]:
        """Each column's cells; 0 for those that gave way."""
        widths = [head.width for head in self._heads]
        room = self.size.width - 2
        for index in range(len(widths) - 1, -1, -1):
            if sum(width + 2 for width in widths if width) > room and self._heads[index].optional:
                widths[index] = 0
        spare = room - sum(width + 2 for width in widths if width)
        growing = [index for index, head in enumerate(self._heads) if head.grows and widths[index]]
        for index in growing:
            widths[index] = max(widths[index] + spare // len(growing), 6)
        return widths

    @property
    def head_widths(self) -> list[tuple[str, int]]:
        """The names of the columns with their cells; 0 for those that gave way."""
        return [(head.name, width) for head, width in zip(self._heads, self._widths(), strict=True)]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"table--{name}", partial=True)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if not self._heads:
            return Strip.blank(width, base)
        line = self.scroll_offset.y + y
        if y == 0:
            return self._head_line(base + self._style("head"))
        index = line - 1
        if not self._rows and y >= 2:
            lines = list(fold(self._empty, width - 4))
            said = lines[y - 2] if y - 2 < len(lines) else ""
            return Strip([Segment(f"  {said}", base + self._style("muted"))]).adjust_cell_length(width, base)
        if index >= len(self._rows):
            return Strip.blank(width, base)
        style = base + self._style("cursor") if index == self.cursor and self.has_focus else base
        row = self._rows[index]
        sign = MARK if self.marked and row.identity == self.marked else CURSOR if index == self.cursor else " "
        return self._line(row.cells, style, sign)

    def _placed(self) -> Iterator[tuple[Head, int, int]]:
        """Each column that is shown, where it begins, and its cells."""
        left = 1
        for head, cells_wide in zip(self._heads, self._widths(), strict=True):
            if cells_wide:
                yield head, left, cells_wide
                left += cells_wide + 2

    def _head_line(self, style: Style) -> Strip:
        """The names; the order's arrow stands in the gap beside one, where it moves nothing."""
        line = " "
        arrow = "▾" if self.sorting.descending else "▴"
        for head, left, cells_wide in self._placed():
            line += f"{fit(head.name, cells_wide, right=head.right)}  "
            if head.key and head.name == self.sorting.head:
                at = left + (cells_wide - len(head.name) - 1 if head.right else len(head.name))
                line = f"{line[:at]}{arrow}{line[at + 1 :]}"
        return Strip([Segment(line, style)]).adjust_cell_length(self.size.width, style)

    def _line(self, cells: tuple[tuple[str, str], ...], style: Style, sign: str = " ") -> Strip:
        segments = [Segment(sign, style + self._style("accent"))]
        for (text, tone), head, cells_wide in zip(cells, self._heads, self._widths(), strict=True):
            if not cells_wide:
                continue
            shown = fit(text, cells_wide, right=head.right)
            is_plain = not tone or (tone == "muted" and sign.strip())  # muted is too faint on the cursor's colour
            segments += [Segment(shown, style if is_plain else style + self._style(tone)), Segment("  ", style)]
        return Strip(segments).adjust_cell_length(self.size.width, style)

    def _go(self, index: int) -> None:
        self.cursor = max(min(index, len(self._rows) - 1), 0)
        line, top, height = self.cursor + 1, self.scroll_offset.y, self.size.height
        if line <= top:
            self.scroll_to(y=line - 1, animate=False, immediate=True)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Pointed(self.row))

    def action_move(self, step: int) -> None:
        self._go(self.cursor + step)

    def action_page(self, step: int) -> None:
        self._go(self.cursor + step * max(self.size.height - 2, 1))

    def action_edge(self, step: int) -> None:
        self._go(0 if step < 0 else len(self._rows) - 1)

    def action_pick(self) -> None:
        if self.row is not None and self.row.identity:
            self.post_message(self.Picked(self.row))

    def action_sort(self) -> None:
        names = [head.name for head, _, _ in self._placed() if head.key]
        current = names.index(self.sorting.head) if self.sorting.head in names else -1
        if names:
            self._sort(Sorting(names[(current + 1) % len(names)]))

    def action_reverse(self) -> None:
        if self.sorting.head:
            self._sort(Sorting(self.sorting.head, not self.sorting.descending))

    def _sort(self, sorting: Sorting) -> None:
        """Another order, from its top."""
        self.sorting, self._keeps_row, self.cursor = sorting, False, 0
        self.scroll_to(y=0, animate=False, immediate=True)
        self.post_message(self.Sorted())

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        if event.y == 0:
            for head, left, cells_wide in self._placed():
                if head.key and left <= event.x < left + cells_wide:
                    turned = head.name == self.sorting.head and self.sorting.descending
                    self._sort(Sorting(head.name, not turned))
            return
        index = self.scroll_offset.y + event.y - 1
        if index < len(self._rows):
            self._go(index)
            if event.chain > 1:
                self.action_pick()
