"""Shows a part of the Inspector: levels that fold, a cursor, search. Lines are wrapped when the width is known and
drawn when they are seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..outline import Entry, Line, Part, shown, wrap

TONES = ("muted", "good", "warn", "bad", "accent", "strong", "rule")
INDENT = 2


class Reading(ScrollView, can_focus=True, inherit_bindings=False):
    """A part's entries. Keys come from the screen that holds it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "reading--cursor",
        "reading--hit",
        *(f"reading--{tone}" for tone in TONES),
    }

    def __init__(self) -> None:
        super().__init__()
        self.part = Part("", ())
        self.cursor = 0
        self._folded: set[int] = set()
        self._lines: list[tuple[int, Line]] = []  # entry's index, line
        self._first: dict[int, int] = {}  # entry's index → its first line
        self._hits: list[int] = []
        self._sought = ""
        self._styles: dict[str, Style] = {}

    def show(self, part: Part) -> None:
        """Show `part` from its beginning; the same part grown keeps its place and its folds."""
        same = part.name == self.part.name and part.entries[:1] == self.part.entries[:1]
        self.part = part
        if not same:
            self._folded = {index for index, entry in enumerate(part.entries) if entry.folded}
            self.cursor = 0
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self._seek()
        self._lay_out()

    def _lay_out(self) -> None:
        width = max(self.size.width - 2, 10)
        self._lines, self._first = [], {}
        for index in shown(self.part.entries, self._folded):
            entry = self.part.entries[index]
            self._first[index] = len(self._lines)
            self._lines.extend((index, line) for line in wrap(entry, max(width - entry.depth * INDENT - 2, 8)))
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"reading--{name}", partial=True)
        return self._styles[name]

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        number = self.scroll_offset.y + y
        if number >= len(self._lines):
            return Strip.blank(width, base)
        index, (spans, note) = self._lines[number]
        entry = self.part.entries[index]
        if index == self.cursor:
            base += self._style("cursor")
        mark = " "
        if entry.opens and self._first[index] == number:
            mark = "▸" if index in self._folded else "▾"
        segments = [
            Segment(" " * (entry.depth * INDENT) + mark + " ", base + self._style("accent")),
            *(Segment(text, base + self._style(tone) if tone else base) for text, tone in spans),
        ]
        if spans and spans[0][1] == "rule":
            used = sum(segment.cell_length for segment in segments)
            segments.append(Segment("─" * max(width - used - 1, 0), base + self._style("rule")))
        if index in self._hits:
            segments = [*self._with_hits(segments)]
        used = sum(segment.cell_length for segment in segments)
        if note and used + len(note) + 2 <= width:
            segments.append(Segment(" " * (width - used - len(note) - 1), base))
            segments.append(Segment(note, base + self._style("muted")))
        return Strip(segments).adjust_cell_length(width, base)

    def _with_hits(self, segments: list[Segment]) -> Iterator[Segment]:
        """The segments of a line with what is searched for marked."""
        text = "".join(segment.text for segment in segments)
        found = re.finditer(re.escape(self._sought), text, re.IGNORECASE)
        cuts = [cell_len(text[:place]) for match in found for place in match.span()]
        for number, part in enumerate(Segment.divide(segments, [*cuts, cell_len(text)])):
            yield from Segment.apply_style(part, None, self._style("hit")) if number % 2 else part

    # --- moving and folding --------------------------------------------------------------------------------------

    def move(self, step: int) -> None:
        """The cursor to the next entry that is seen; a long entry is scrolled through first."""
        order = list(self._first)
        if not order:
            return
        place = order.index(self.cursor) if self.cursor in self._first else 0
        first = self._first[order[place]]
        after = self._first[order[place + 1]] if place + 1 < len(order) else len(self._lines)
        bottom = self.scroll_offset.y + self.size.height
        if step > 0 and after > bottom and after - first > 1:
            self.scroll_relative(y=1, animate=False)
            return
        if step < 0 and first < self.scroll_offset.y:
            self.scroll_relative(y=-1, animate=False)
            return
        self._point(order[max(0, min(place + step, len(order) - 1))])

    def page(self, step: int) -> None:
        height = max(self.size.height - 1, 1)
        top = max(0, min(self.scroll_offset.y + step * height, max(len(self._lines) - 1, 0)))
        self.scroll_to(y=top, animate=False, immediate=True)
        if self._lines:
            self.cursor = self._lines[min(top, len(self._lines) - 1)][0]
        self.refresh()

    def edge(self, step: int) -> None:
        if self._first:
            self._point(list(self._first)[0 if step < 0 else -1])

    def _point(self, index: int) -> None:
        self.cursor = index
        line, top, height = self._first[index], self.scroll_offset.y, self.size.height
        if line < top:
            self.scroll_to(y=line, animate=False, immediate=True)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)
        self.refresh()

    def fold(self, index: int | None = None) -> None:
        """Fold or unfold the entry under the cursor, or the nearest above it that opens."""
        at = self.cursor if index is None else index
        depth = self.part.entries[at].depth if self.part.entries else 0
        while at > 0 and not self.part.entries[at].opens:
            at -= 1
            if self.part.entries[at].depth >= depth and not self.part.entries[at].opens:
                continue
        if not self.part.entries or not self.part.entries[at].opens:
            return
        self._folded ^= {at}
        self.cursor = at
        self._lay_out()
        self._point(at)

    # --- searching -----------------------------------------------------------------------------------------------

    def find(self, text: str) -> int:
        """Mark the entries that hold `text`, whatever the case, and go to the first; how many there are."""
        self._sought = text.casefold()
        self._seek()
        self.find_next(0)
        self.refresh()
        return len(self._hits)

    def _seek(self) -> None:
        sought = self._sought
        self._hits = [i for i, entry in enumerate(self.part.entries) if sought and sought in entry.text.casefold()]

    def find_next(self, step: int) -> None:
        """To the hit after or before the cursor (0: at it or after), unfolding what hides it."""
        if not self._hits:
            return
        if step < 0:
            target = next((hit for hit in reversed(self._hits) if hit < self.cursor), self._hits[-1])
        else:
            target = next((hit for hit in self._hits if hit >= self.cursor + step), self._hits[0])
        depth = self.part.entries[target].depth
        for index in range(target - 1, -1, -1):
            entry: Entry = self.part.entries[index]
            if entry.depth < depth:
                depth = entry.depth
                self._folded.discard(index)
        self._lay_out()
        self._point(target)

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        number = self.scroll_offset.y + event.y
        if number < len(self._lines):
            index = self._lines[number][0]
            self.cursor = index
            if self.part.entries[index].opens:
                self.fold(index)
            self.refresh()
