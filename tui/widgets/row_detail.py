"""What the row under a table's cursor says in full: a column may cut it short, this line does not."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import ELLIPSIS, fold, visible


class RowDetail(Widget):
    """`text` on as many lines as there are, no more."""

    text: reactive[str] = reactive("")

    def watch_text(self, text: str) -> None:
        self.display = bool(text)

    def render(self) -> Content:
        width, height = max(self.size.width, 4), max(self.size.height, 1)
        lines = list(fold(visible(self.text, width * height * 4), width))
        if len(lines) > height:
            lines[height - 1] = lines[height - 1][: width - 1] + ELLIPSIS
        return Content("\n".join(lines[:height]))
