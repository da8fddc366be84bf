"""How far an errand is, in a line over the keys; no line at all while there is none."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from .gauge import gauge


class ProgressLine(Widget):
    """`said` is what is under way."""

    said: reactive[tuple[str, int, int]] = reactive(("", 0, 0))

    def show(self, name: str, done: int, whole: int) -> None:
        """So much of `whole` is done."""
        self.said = name, done, whole
        self.display = True

    def hide(self, name: str) -> None:
        """It is over."""
        if self.said[0] == name:
            self.display = False

    def render(self) -> Content:
        name, done, whole = self.said
        share = done / whole if whole else 0.0
        return Content.assemble(
            f" {name}  ", (gauge(share, 24), "$accent"), f" {share:4.0%}  ", (f"{done:,} of {whole:,}", "$dim")
        )
