"""One line across the screen for what needs the reader: alarms that fire, a database that can't be read."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import fit


class Banner(Widget):
    """`text` on the colour of trouble; no line at all while there is none. `more` at its end is never cut."""

    text: reactive[str] = reactive("", layout=True)
    more: reactive[str] = reactive("")

    class Clicked(Message):
        """The reader wants to know more."""

    def watch_text(self, text: str) -> None:
        self.display = bool(text)

    def render(self) -> Content:
        width = self.size.width
        end = f"  {self.more} " if self.more else ""
        end = end if len(end) < width // 2 else fit(end, width // 2)
        return Content(fit(f" ⚑ {self.text}", width - len(end)) + end)

    def on_click(self) -> None:
        self.post_message(self.Clicked())
