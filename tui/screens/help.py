"""Help: every key in its group, then the filter language. Generated, so that it can't lag behind."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from ...agent.filters import FIELDS
from ..keys import by_group

MARKS = (
    ("~", "estimated: counted or priced here, not reported"),
    ("–", "unknown, or unpriced"),
    ("…", "still counting"),
    ("⇣", "a stream"),
    ("↻2", "the app's second retry"),
    ("⚑", "an alarm"),
    ("◆", "marked, to be compared with another"),
)


def help_text() -> Text:
    """All of it."""
    text = Text()
    for group, keys in by_group().items():
        text.append(f"\n{group}\n", "bold")
        for key in keys:
            text.append(f"  {key.shown:<9}", "bold cyan")
            text.append(f"{key.label:<12} ")
            text.append(f"{key.tooltip}\n", "dim")
    text.append("\nMarks\n", "bold")
    for mark, meaning in MARKS:
        text.append(f"  {mark:<9}", "bold cyan")
        text.append(f"{meaning}\n")
    text.append("\nFilters\n", "bold")
    text.append("  terms are joined by AND; -term negates; OR stands between terms\n", "dim")
    for known in FIELDS:
        text.append(f"  {known.name:<14}", "bold cyan")
        text.append(f"{known.meaning}, as in {known.example}\n")
    return text


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
