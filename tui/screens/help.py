"""Help: every key in its group, then the filter language. Generated, so that it can't lag behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ...agent.filters import FIELDS
from ..keys import KEYS, Key, bindings, by_group

WIDTH = 72
"""Cells of a line in the frame, which fits a terminal of 80 columns."""

MARKS = (
    ("~", "estimated: counted or priced here, not reported"),
    ("–", "unknown, or unpriced"),
    ("…", "still counting"),
    ("⇣", "a stream"),
    ("↻2", "the app's second retry"),
    ("⚑", "an alarm"),
    ("◆", "marked, to be compared with another"),
)


def help_text(known: Iterable[Key] = KEYS) -> Content:
    """All of it: the keys as they are set, with the ids by which config.toml sets them."""
    lines: list[Content] = []
    for group, keys in by_group(known).items():
        lines += [_title(group)]
        lines += [_line(f"{key.all_shown:<11} ", (f"{key.id:<17} ", "$dim"), key.tooltip) for key in keys]
    lines += [_title("Marks"), *(_line(f"{mark:<9}", meaning) for mark, meaning in MARKS), _title("Filters")]
    lines.append(Content.styled("  terms are joined by AND; -term negates; OR stands between terms", "$dim"))
    for field in FIELDS:
        example = f"as in {field.example}"
        fits = 18 + len(field.meaning + example) <= WIDTH
        between = ", " if fits else "\n" + " " * 16
        lines.append(_line(f"{field.name:<14}", field.meaning, (f"{between}{example}", "$dim")))
    return Content("\n").join(lines)


def _title(name: str) -> Content:
    return Content.assemble("\n", (name, "bold"))


def _line(key: str, *said: str | tuple[str, str]) -> Content:
    return Content.assemble("  ", (key, "bold $accent"), *said)


class Pages(VerticalScroll, can_focus=True, inherit_bindings=False):
    """What is scrolled, by the keys of the table instead of Textual's own."""


class HelpScreen(ModalScreen[None]):
    """The pages of help, on the keys as they are set."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__()
        self._keys = {key.id: key for key in keys}

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = "help"
            frame.border_subtitle = Content(f"{self._keys['help.close'].shown} closes")
            with Pages():
                yield Static(help_text(self._keys.values()))

    @property
    def _pages(self) -> Pages:
        return self.query_one(Pages)

    def on_mount(self) -> None:
        self._pages.focus()

    def action_close(self) -> None:
        self.dismiss()

    def action_move(self, step: int) -> None:
        self._pages.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        self._pages.scroll_relative(y=step * self._pages.size.height, animate=False)

    def action_edge(self, step: int) -> None:
        self._pages.scroll_to(y=0 if step < 0 else self._pages.max_scroll_y, animate=False)
