"""Help: every key in its group, then the filter language. Generated, so that it can't lag behind."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ...agent.filters import FIELDS
from ..keys import by_group

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


def help_text() -> Content:
    """All of it."""
    lines: list[Content] = []
    for group, keys in by_group().items():
        lines += [_title(group)]
        lines += [_line(f"{key.shown:<9}", f"{key.label:<14}", (key.tooltip, "$dim")) for key in keys]
    lines += [_title("Marks"), *(_line(f"{mark:<9}", meaning) for mark, meaning in MARKS), _title("Filters")]
    lines.append(Content.styled("  terms are joined by AND; -term negates; OR stands between terms", "$dim"))
    for known in FIELDS:
        example = f"as in {known.example}"
        fits = 18 + len(known.meaning + example) <= WIDTH
        between = ", " if fits else "\n" + " " * 16
        lines.append(_line(f"{known.name:<14}", known.meaning, (f"{between}{example}", "$dim")))
    return Content("\n").join(lines)


def _title(name: str) -> Content:
    return Content.assemble("\n", (name, "bold"))


def _line(key: str, *said: str | tuple[str, str]) -> Content:
    return Content.assemble("  ", (key, "bold $accent"), *said)


class HelpScreen(ModalScreen[None]):
    """The pages of help; any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "close", show=False),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def compose(self) -> ComposeResult:
        with Vertical() as frame:
            frame.border_title = "help"
            frame.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(help_text())

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)
