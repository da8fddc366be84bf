"""Two calls, or two runs, side by side: what differs in figures, parameters, messages and answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from ...agent.comparison import Row
from ...agent.errors import UsageError
from ...agent.queries.reader import Reader
from ..cell_text import visible
from ..keys import bindings
from ..messages import Watch
from ..outline import Part
from ..side_by_side import side_by_side
from ..widgets.bars import KeyBar
from ..widgets.reading import Reading

if TYPE_CHECKING:
    from ..app import WiretallyApp

type Compared = tuple[tuple[str, str], list[Row]]
"""What the two are called, and what was compared."""


class Heading(Widget):
    """What is compared, and how much of it differs."""

    said: reactive[str] = reactive("", layout=True)

    def render(self) -> Content:
        return Content.styled(visible(self.said, 500), "bold $accent")


class ComparisonScreen(Screen[None]):
    """Draws what `read` finds; it keeps watching, so a call under way fills up. `read` raises UsageError where one of
    the two is not there any more."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("compare")

    def __init__(self, read: Callable[[Reader], Compared]) -> None:
        super().__init__()
        self._read = read
        self._everything = False

    @property
    def host(self) -> WiretallyApp:
        return cast("WiretallyApp", self.app)

    @property
    def reading(self) -> Reading:
        return self.query_one(Reading)

    def compose(self) -> ComposeResult:
        yield Heading()
        yield Reading()
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).places = ("compare", "app")
        self.reading.focus()
        self._ask()

    def on_unmount(self) -> None:
        self.host.questions.unwatch("comparison")

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._ask()

    def _ask(self) -> None:
        width, everything = self.size.width, self._everything
        known: list[tuple[Compared, str, Part]] = []

        def ask(reader: Reader) -> tuple[str, Part]:
            try:
                found = self._read(reader)
            except UsageError as error:  # deleted in the meantime
                return str(error), Part("", ())
            if not known or known[0][0] != found:
                labels, rows = found
                known[:] = [(found, heading(rows, labels), side_by_side(rows, labels, width, everything))]
            return known[0][1:]

        self.host.questions.watch(Watch("comparison", ask, self._take, 0.5))

    def _take(self, found: tuple[str, Part]) -> None:
        said, part = found
        if self.is_mounted and part is not self.reading.part:
            self.query_one(Heading).said = said
            self.reading.show(part)

    def action_close(self) -> None:
        self.dismiss()

    def action_everything(self) -> None:
        self._everything = not self._everything
        self._ask()

    def action_fold(self) -> None:
        self.reading.fold()

    def action_copy(self) -> None:
        self.host.copy_text(self.reading.part.copy, "the comparison")

    def action_move(self, step: int) -> None:
        self.reading.move(step)

    def action_page(self, step: int) -> None:
        self.reading.page(step)

    def action_edge(self, step: int) -> None:
        self.reading.edge(step)


def heading(rows: list[Row], labels: tuple[str, str]) -> str:
    """The sentence on top."""
    differing = sum(not row.same for row in rows)
    said = f"{differing:,} of {len(rows):,} differ" if differing else "nothing differs"
    return f"{labels[0]} and {labels[1]}: {said}"
