"""One line across the screen for what needs the reader: a low balance, a database that can't be read."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import fit


class Banner(Widget):
    """`text` on the colour of trouble; no line at all while there is none."""

    text: reactive[str] = reactive("", layout=True)

    def watch_text(self, text: str) -> None:
        self.display = bool(text)

    def render(self) -> Content:
        return Content(fit(f" ⚑ {self.text}", self.size.width))
