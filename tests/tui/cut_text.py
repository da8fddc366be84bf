"""What of the screen's frame is cut: headings, banners, counters, labels, hints, titles and the names of columns.

Cells of tables, of the list of calls and of what is read in the Inspector are left out: a long model name may be
shortened there, for a key press shows it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from textual.app import App
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input
from wiretally.tui.cell_text import ELLIPSIS
from wiretally.tui.widgets.call_lines import CallLines
from wiretally.tui.widgets.list_head import ListHead
from wiretally.tui.widgets.reading import Reading
from wiretally.tui.widgets.table import Table

from .screen_text import screen_lines

FREE = (CallLines, Input, Reading, Table)
MEANT = re.compile(r"key …\w{4}|…  +still counting|… of [\d,]+ calls")
"""Where the sign is no cut: it stands for a key's secret part, it is explained, a count is under way."""


def cut(app: App[None]) -> list[str]:
    """A line for each thing on the screen on top that is not shown whole."""
    lines = screen_lines(app)
    return [f"{type(widget).__name__}: {said}" for widget in _seen(app) for said in _cut(widget, lines)]


def _seen(app: App[None]) -> Iterator[Widget]:
    for widget in app.screen.query(Widget):
        if widget.visible and widget.region and all(one.display for one in widget.ancestors_with_self):
            yield widget


def _cut(widget: Widget, lines: list[str]) -> Iterator[str]:
    if isinstance(widget, Table):
        heads = [(name, width) for name, width in widget.head_widths if width]
        yield from (name for name, width in heads if cell_len(name) > width)
        if heads and sum(width + 2 for _, width in heads) - 1 > widget.size.width:
            yield f"wider than {widget.size.width} cells: {heads}"
    elif isinstance(widget, ListHead):
        shown = _text(widget.region, lines)
        yield from (shown for _ in range(ELLIPSIS in shown))
    titles = (widget.border_title, widget.border_subtitle)
    yield from (str(title) for title in titles if title and _cells(title) > widget.region.width - 4)
    if isinstance(widget, FREE) or widget.is_container:
        return
    text = MEANT.sub("", _text(widget.region, lines))
    if ELLIPSIS in text:
        yield text.strip()
    drawn = widget.render()
    if isinstance(drawn, Content) and drawn.plain and widget.size.width and not _scrolls(widget):
        needed, there = drawn.get_height({}, widget.size.width), _height(widget)
        if needed > there:
            yield f"{needed} lines on {there}: {drawn.plain}"


def _scrolls(widget: Widget) -> bool:
    """Whether the reader can move what is cut into view."""
    return any(isinstance(one, VerticalScroll) for one in widget.ancestors)


def _height(widget: Widget) -> int:
    """The lines of the widget's inside that are on the screen."""
    seen = widget.screen.find_widget(widget).visible_region.height
    return seen - (widget.region.height - widget.size.height)


def _cells(title: str | Content) -> int:
    return title.cell_length if isinstance(title, Content) else Content.from_markup(title).cell_length


def _text(region: Region, lines: list[str]) -> str:
    rows = lines[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in rows)
