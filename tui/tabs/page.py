"""A tab besides Live as a widget: the sentence, the plots and the table of its view. It asks only while it is seen."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...agent.queries.reader import Reader
from ..counting import RANGES, span_of
from ..messages import Watch
from ..view import Asked, ReadView, View
from ..widgets.plot import PlotView
from ..widgets.table import Table

if TYPE_CHECKING:
    from ..app import WiretallyApp

EVERY = 1.0
AT_LEAST = 15.0


class Summary(Widget):
    """The tab's sentence, the range it speaks of, and the ways to look at it."""

    said: reactive[Content] = reactive(Content(""))

    def render(self) -> Content:
        return Content("\n").join(line.truncate(self.size.width, ellipsis=True) for line in self.said.split("\n"))


class TabPage(Vertical):
    """The tab `name`. Its module is imported at its first visit, so starting is quick."""

    def __init__(self, host: WiretallyApp, name: str) -> None:
        super().__init__(id=name)
        module = import_module(f".{name}", __package__)
        self._read: ReadView = module.READ
        self.choices: tuple[str, ...] = getattr(module, "CHOICES", ("",))
        self.choice = self.choices[0]
        self.host = host
        self.summary = Summary()
        self.plots = (PlotView(), PlotView())
        self.row = Horizontal(*self.plots)
        self.table = Table()

    def compose(self) -> ComposeResult:
        yield from (self.summary, self.row, self.table)

    def enter(self) -> None:
        """Begin asking, for the range in force."""
        host, choice = self.host, self.choice
        read = self._read

        def ask(reader: Reader) -> View:
            now = host.clock()
            return read(reader, Asked(span_of(host.range, now), now, choice))

        self.host.questions.watch(Watch("page", ask, partial(self._take, choice), EVERY, AT_LEAST))
        self.table.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.host.questions.unwatch("page")

    def _take(self, choice: str, view: View) -> None:
        self.table.show(view)
        has_plots = bool(view.plots)
        if self.row.display != has_plots:
            self.row.display = has_plots
        for place, plot in enumerate(self.plots):
            shown = place < len(view.plots)
            if plot.display != shown:
                plot.display = shown
            if shown:
                plot.plot = view.plots[place]
        parts = [Content.styled(f" {RANGES[self.host.range][0]}   ", "bold"), Content.styled("w window", "$dim")]
        if len(self.choices) > 1:
            parts.append(Content.styled("   b by  ", "$dim"))
            for name in self.choices:
                parts += [Content.styled(name, "bold underline $accent" if name == choice else "$dim"), Content("  ")]
        self.summary.said = Content.assemble(*parts, f"\n {view.summary}")

    def choose(self, step: int) -> None:
        """Look at it in the next way."""
        self.choice = self.choices[(self.choices.index(self.choice) + step) % len(self.choices)]
        self.enter()

    @on(Table.Picked)
    async def _pick(self, message: Table.Picked) -> None:
        await self.host.show_calls(message.row.filter)
