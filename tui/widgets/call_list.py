"""The stream of calls: any number of them, drawn from a window of rows around what is seen.

Textual's DataTable keeps every row and lays all of them out (100,000 rows: 18 s); this one knows only the lines near
the screen and asks for others when they come near. The cursor holds on to a call, not to a line, so calls that come in
above move nothing under the reader's eyes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from textual import events, on
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.widget import Widget

from ...agent.queries.calls import CallRow, Column, Order
from ..columns import Column as Shown
from ..keys import bindings
from ..window import EMPTY, NEWEST, Ask, Window
from .call_lines import CallLines

VIRTUAL_SIZE = cast("Reactive[Size]", Widget.virtual_size)


class CallList(CallLines, can_focus=True):
    """Calls, newest first unless sorted. Posts `Wanted` when it needs rows, `Opened` for the reader."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")
    follow: reactive[bool] = reactive(default=True, repaint=False)
    """Is the newest call kept in view? Nothing is drawn for it here: the window that it asks for is."""
    pointed: reactive[CallRow | None] = reactive[CallRow | None](None, repaint=False)
    """The call under the cursor as it is now. Who watches it draws in the same frame; a message came one later."""

    class Wanted(Message):
        """Rows are needed: what for, in `ask`."""

        def __init__(self, ask: Ask) -> None:
            super().__init__()
            self.ask = ask

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, CallList.Wanted)

    class Opened(Message):
        """The reader wants to see this call whole."""

        def __init__(self, row: CallRow) -> None:
            super().__init__()
            self.row = row

    class Copied(Message):
        """The reader wants this call on the clipboard, as `kind`."""

        def __init__(self, row: CallRow, kind: str) -> None:
            super().__init__()
            self.row = row
            self.kind = kind

    class Asked(Message):
        """The reader wants something done with this call: `what` names it as CallActions does."""

        def __init__(self, row: CallRow, what: str) -> None:
            super().__init__()
            self.row = row
            self.what = what

    class Choosing(Message):
        """The reader wants to choose columns."""

    class Arranged(Message):
        """Columns or order changed."""

    def __init__(self, clock: Callable[[], float] = time.time, columns: Sequence[str] = ()) -> None:
        super().__init__(clock, columns)
        self.order: Order = NEWEST
        self.cursor_line = 0
        self._edge = 0  # -1 or 1: on the way to the first or last line, where the next window puts view and cursor
        self._ends: dict[int, Window] = {}  # the last windows with the first line (-1) and with the last one (1)

    # --- what is shown -------------------------------------------------------------------------------------------

    @property
    def row(self) -> CallRow | None:
        """The call under the cursor."""
        return self.window.row_of(self.cursor_id)

    def show(self, window: Window) -> None:
        """Take a newer window. Lines that came in above move the view with them, unless the newest are followed."""
        shift = window.above - self.window.above
        seen = None if self.window is EMPTY else self._seen()
        self.window = window
        self._note_changes(window)
        if window.counted:
            edges = {-1: window.first == 0, 1: window.first + len(window.rows) >= window.total}
            self._ends |= {edge: window for edge, holds in edges.items() if holds}
        top = self.scroll_offset.y
        self._set_total(window.total)
        if self.follow:
            self._move_view(0)
            self.cursor_line = 0
        elif shift:
            self.cursor_line += shift
            self._move_view(top + shift)
        self._settle_cursor()
        if self._seen() != seen:
            self.refresh()
        self._watch_time()

    def _seen(self) -> tuple[object, ...]:
        """Everything that is drawn but for the time: a window that was fetched ahead changes nothing of it."""
        top = self.scroll_offset.y
        rows = [self.window.row_at(line) for line in range(top, top + self.size.height)]
        return top, self.window.total, self.cursor_id, self.cursor_line, rows

    def _settle_cursor(self) -> None:
        """Put the cursor back on its call, or where that is gone, on the line where it was."""
        window = self.window
        if self._edge > 0:
            self.cursor_line, self._edge = max(window.total - 1, 0), 0 if window.counted else 1
            self._move_view(max(window.total - self.size.height, 0))
        elif self._edge < 0:
            self.cursor_line = self._edge = 0
            self._move_view(0)
        elif not self.follow and (line := window.line_of(self.cursor_id)) is not None:
            self.cursor_line = line
        self.cursor_line = max(min(self.cursor_line, window.total - 1), 0)
        row = window.row_at(self.cursor_line)
        if row is not None:
            self.cursor_id = row.id
        elif not window.rows:
            self.cursor_id = None
        self.pointed = row

    def _set_total(self, total: int) -> None:
        """The list's length, told to the scroll bar without a layout (`virtual_size` would make one each time)."""
        size = Size(self.size.width, total)
        if size != self.virtual_size:
            self.set_reactive(VIRTUAL_SIZE, size)
            self.vertical_scrollbar.window_virtual_size = total
            self.vertical_scrollbar.window_size = self.size.height

    def _move_view(self, top: int) -> None:
        limit = max(self.window.total - self.size.height, 0)
        self.scroll_to(y=max(min(top, limit), 0), animate=False, immediate=True, force=True)

    def ask(self) -> Ask:
        """What the list needs now."""
        height = max(self.size.height, 1)
        top = self.scroll_offset.y
        if self._edge:
            top = max(self.window.total - height, 0) if self._edge > 0 else 0
        return Ask(self.order, top, height, self.follow, self.window.above)

    def want(self) -> None:
        self.post_message(self.Wanted(self.ask()))

    # --- moving --------------------------------------------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        top = round(new_value)
        if self.follow and top > 0:
            self.follow = False
        ahead = self.size.height // 2  # the next page is at hand before it is turned
        if not self.window.covers(max(top - ahead, 0), self.size.height + 2 * ahead):
            self.want()
        self._watch_time()

    def watch_follow(self, follow: bool) -> None:
        if follow and self.order != NEWEST:
            self.order, self.window = NEWEST, EMPTY
            self._ends.clear()
            self.post_message(self.Arranged())
        if self.is_mounted:
            self.want()

    def on_resize(self) -> None:
        self._place_columns()
        self._set_total(self.window.total)
        self.want()

    def _place_columns(self) -> None:
        super()._place_columns()
        self.post_message(self.Arranged())

    def _go(self, line: int) -> None:
        """Put the cursor on `line` and bring it into view."""
        if self._edge:
            self._edge = 0
            self.want()
        line = max(min(line, self.window.total - 1), 0)
        self.refresh_line(self.cursor_line)
        self.refresh_line(line)
        self.cursor_line = line
        row = self.window.row_at(line)
        self.cursor_id = row.id if row else None
        if line > 0:
            self.follow = False
        top, height = self.scroll_offset.y, self.size.height
        if line < top:
            self._move_view(line)
        elif line >= top + height:
            self._move_view(line - height + 1)
        self.pointed = row

    def action_move(self, step: int) -> None:
        self._go(self.cursor_line + step)

    def action_page(self, step: int) -> None:
        height = max(self.size.height - 1, 1)
        if step > 0:
            self.follow = False
        self._move_view(self.scroll_offset.y + step * height)
        self._go(self.cursor_line + step * height)

    def action_edge(self, step: int) -> None:
        self._edge = step
        follow = step < 0 and self.order == NEWEST
        ask = self.ask()
        at_hand = self._at_hand(ask)
        if self.follow != follow:
            self.follow = follow  # which wants rows
        elif at_hand is not self.window:
            self.want()
        if at_hand:
            self.show(at_hand)  # else stay until it has come: an empty page would be painted for nothing

    def _at_hand(self, ask: Ask) -> Window | None:
        """A window with these lines: the one that is shown, or an end as it was seen last, if no line came or went."""
        length = self.window.total, self.window.above
        held = (self.window, *(it for it in self._ends.values() if (it.total, it.above) == length))
        return next((it for it in held if it.covers(ask.top, ask.height)), None)

    def action_inspect(self) -> None:
        if self.row is not None:
            self.post_message(self.Opened(self.row))

    def action_copy(self, kind: str) -> None:
        if self.row is not None:
            self.post_message(self.Copied(self.row, kind))

    def action_columns(self) -> None:
        self.post_message(self.Choosing())

    def action_call(self, what: str) -> None:
        if self.row is not None:
            self.post_message(self.Asked(self.row, what))

    def action_sort(self) -> None:
        names: list[Column] = [column.sort for column, _ in self.placed if column.sort]
        current = names.index(self.order.column) if self.order.column in names else -1
        if names:
            self.sort_by(Order(names[(current + 1) % len(names)], descending=True))

    def action_reverse(self) -> None:
        self.sort_by(Order(self.order.column, not self.order.descending))

    def sort_by_column(self, column: Shown) -> None:
        """By a column, the greatest first; again turns it round. Nothing where calls can't be sorted by it."""
        if column.sort:
            turned = not self.order.descending if self.order.column == column.sort else True
            self.sort_by(Order(column.sort, turned))

    def sort_by(self, order: Order) -> None:
        """Another order, from its top."""
        self.order = order
        self.restart()

    def restart(self) -> None:
        """From the top, with nothing at hand: the order or the filter is another."""
        self.window = EMPTY
        self._ends.clear()
        self.cursor_id, self.cursor_line, self._edge = None, 0, 0
        self._move_view(0)
        if self.follow == (self.order == NEWEST):
            self.want()
        self.follow = self.order == NEWEST
        self.post_message(self.Arranged())

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show these columns in this order; none of them: as many as fit."""
        self.chosen = tuple(names)
        self._place_columns()
        self.refresh()

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        line = self.scroll_offset.y + event.y
        if self.window.row_at(line) is None:
            return
        if event.chain > 1:
            self.action_inspect()
        else:
            self._go(line)
