"""The line of names over the list of calls."""

from __future__ import annotations

from rich.segment import Segment
from textual import events, on
from textual.strip import Strip
from textual.widget import Widget

from ..cell_text import fit
from ..columns import gap_for
from .call_list import CallList


class ListHead(Widget):
    """The names over the columns, with the order's arrow; a click sorts."""

    def __init__(self, calls: CallList) -> None:
        super().__init__()
        self._calls = calls

    def render_line(self, y: int) -> Strip:
        del y
        width, base = self.size.width, self.rich_style
        segments = [Segment(" ", base)]
        for index, (column, cells) in enumerate(self._calls.placed):
            if index:
                segments.append(Segment(" " * gap_for(width - 1), base))
            head = column.head
            if column.sort and column.sort == self._calls.order.column:
                arrow = "▾" if self._calls.order.descending else "▴"
                head = f"{arrow}{head}" if column.right else f"{head}{arrow}"
            tail = " " if column.name in ("total", "speed") else ""
            segments.append(Segment(fit(head + tail, cells, right=column.right), base))
        return Strip(segments).adjust_cell_length(width, base)

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        left = 1
        for column, cells in self._calls.placed:
            if left <= event.x < left + cells:
                self._calls.sort_by_column(column)
            left += cells + gap_for(self.size.width - 1)
