"""What a list of calls draws: one line at a time from the rows at hand, and again those that change by themselves.

Apart from the list that moves over them, because drawing needs no cursor keys, no order and no messages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from ..columns import FRESH, Moment, Placed, gap_for, place, text_of
from ..window import EMPTY, Window

TICK = 0.125
TONES = ("muted", "good", "warn", "bad", "accent")
CURSOR = "▌"
MARK = "◆"


class CallLines(ScrollView):
    """Lines of calls around what is seen; `window` holds their rows, `cursor_id` is the call the
    cursor stands on, `marked_id` the one that is to be compared with another."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "call-list--cursor",
        "call-list--blurred",
        *(f"call-list--{tone}" for tone in TONES),
    }

    def __init__(self, clock: Callable[[], float] = time.time, columns: Sequence[str] = ()) -> None:
        super().__init__()
        self.window: Window = EMPTY
        self.placed: list[Placed] = []
        self.cursor_id: int | None = None
        self.marked_id: int | None = None
        self._clock = clock
        self.chosen = tuple(columns)
        self._changed_at: dict[int, tuple[int, float]] = {}
        self._styles: dict[str, Style] = {}
        self._ticker: Timer | None = None
        self._placed_for = 0

    def _note_changes(self, window: Window) -> None:
        """Remember since when each call under way is as it is, to tell the stalled ones."""
        now = self._clock()
        self._changed_at = {
            row.id: self._changed_at[row.id]
            if row.id in self._changed_at and self._changed_at[row.id][0] == row.revision
            else (row.revision, now)
            for row in window.rows
            if row.state == "open"
        }

    def _place_columns(self) -> None:
        self._placed_for = self.scrollable_content_region.width
        self.placed = place(self._placed_for - 1, self.chosen)

    def mark(self, call_id: int | None) -> None:
        """Put the sign of comparison on a call, or on none."""
        self.marked_id = call_id
        self.refresh()

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _style(self, name: str) -> Style:
        """The component's style, of no name the list's own; kept, because Textual finds it anew at each question."""
        if name not in self._styles:
            found = self.get_component_rich_style(f"call-list--{name}", partial=True) if name else self.rich_style
            self._styles[name] = found
        return self._styles[name]

    def render_line(self, y: int) -> Strip:
        width, line = self.scrollable_content_region.width, self.scroll_offset.y + y
        if width != self._placed_for:  # the scroll bar has come or gone
            self._place_columns()
        base = self._style("")
        row = self.window.row_at(line)
        if row is None:
            text = " …" if line < self.window.total else ""
            return Strip([Segment(text.ljust(width), base + self._style("muted") if text else base)], width)
        is_cursor = row.id == self.cursor_id
        if is_cursor:
            base += self._style("cursor" if self.has_focus else "blurred")
        sign = MARK if row.id == self.marked_id else CURSOR if is_cursor else " "
        segments = [Segment(sign, base + self._style("accent"))]
        now = self._clock()
        changed = self._changed_at.get(row.id)
        moment = Moment(now, now - changed[1] if changed else 0.0)
        gap = Segment(" " * gap_for(width), base)
        used = 1
        for index, (column, cells) in enumerate(self.placed):
            if index:
                segments.append(gap)
                used += len(gap.text)
            text, tone = text_of(column, cells, row, moment)
            is_plain = not tone or (tone == "muted" and is_cursor)  # muted is too faint on the cursor's colour
            segments.append(Segment(text, base if is_plain else base + self._style(tone)))
            used += cells
        segments.append(Segment(" " * max(width - used, 0), base))
        return Strip(segments, max(width, used)).crop(0, width)

    def on_mount(self) -> None:
        self._ticker = self.set_interval(TICK, self._tick, pause=True)

    def _lively(self) -> list[int]:
        """The visible lines that change by themselves: calls under way, and those that ended just now."""
        now, top = self._clock(), self.scroll_offset.y
        lines: list[int] = []
        for line in range(top, top + self.size.height):
            row = self.window.row_at(line)
            if row is None:
                continue
            ended = row.started_at + (row.duration_ms or 0) / 1000
            if row.state == "open" or now - ended < FRESH + TICK * 2:
                lines.append(line)
        return lines

    def _watch_time(self) -> None:
        if self._ticker is not None:
            (self._ticker.reset if self._lively() else self._ticker.pause)()  # reset resumes too: all is drawn just now

    def _tick(self) -> None:
        lines = self._lively()
        for line in lines:
            self.refresh_line(line)
        if not lines and self._ticker is not None:
            self._ticker.pause()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def refresh_line(self, y: int) -> None:
        self.refresh(Region(0, y - self.scroll_offset.y, self.size.width, 1))
