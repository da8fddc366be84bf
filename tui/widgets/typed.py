"""A line to type in that shows what it holds as signs. A value can come from a call (a session's name, a filter taken
from a row, a paste), and Textual's own input hands it to the terminal as it is."""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Text
from textual.suggester import Suggester
from textual.widgets import Input

from ..cell_text import in_place


class Signs(Highlighter):
    """Puts a sign in the place of each character that a terminal would obey; the value itself stays as it is."""

    def highlight(self, text: Text) -> None:
        text.plain = in_place(text.plain)


class Typed(Input):
    """An input of one line."""

    def __init__(
        self,
        value: str | None = None,
        *,
        id: str | None = None,
        placeholder: str = "",
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__(value, id=id, placeholder=placeholder, suggester=suggester, compact=True, highlighter=Signs())
