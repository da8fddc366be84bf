"""Lines across the screen for what needs the reader: alarms that fire, a database that can't be read."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import visible


class Banner(Widget):
    """`text` and `more` on the colour of trouble, as many lines as they need; none at all while there is no trouble."""

    text: reactive[str] = reactive("", layout=True)
    more: reactive[str] = reactive("", layout=True)

    class Clicked(Message):
        """The reader wants to know more."""

    def watch_text(self, text: str) -> None:
        self.display = bool(text)

    def render(self) -> Content:
        said = visible(f"⚑ {self.text}", 1000)
        more = visible(self.more, 1000)
        return Content(f"{said}   {more}" if more else said)

    def on_click(self) -> None:
        self.post_message(self.Clicked())
