"""A tab besides Live as a widget: the sentence, the plots and the table of its view. It asks only while it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ...agent.queries.reader import Reader
from ...agent.queries.totals import begin
from ..messages import Watch
from ..sorting import Sorting
from ..view import Asked, ReadView, View
from ..widgets.plot import PlotView
from ..widgets.row_detail import RowDetail
from ..widgets.table import Table

if TYPE_CHECKING:
    from ..app import WiretallyApp

EVERY = 1.0
AT_LEAST = 15.0
PLOT_WIDTH = 32
"""Cells below which a plot says less than the line of its legend."""


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of the line over a tab; a click on it does `action`."""

    text: str
    style: str = ""
    action: str = ""


class Summary(Widget):
    """The range that the tab speaks of and the ways to look at it, and its sentence."""

    ways: reactive[tuple[Way, ...]] = reactive[tuple[Way, ...]]((), layout=True)
    said: reactive[str] = reactive("", layout=True)

    class Chosen(Message):
        """A piece was clicked that does `action`."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def render(self) -> Content:
        return Content.assemble(*((way.text, way.style) for way in self.ways), f"\n{self.said}")

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y:
            return
        left = 0
        for way in self.ways:
            if way.action and left <= offset.x < left + len(way.text):
                self.post_message(self.Chosen(way.action))
            left += len(way.text)


def make_page(host: WiretallyApp, name: str) -> TabPage:
    """The tab `name`. Its module is imported at its first visit, so starting is quick."""
    module = import_module(f".{name}", __package__)
    kind: type[TabPage] = getattr(module, "PAGE", TabPage)
    return kind(host, name, module)


class TabPage(Vertical):
    """The tab `name`, as its module says."""

    def __init__(self, host: WiretallyApp, name: str, module: ModuleType) -> None:
        super().__init__(id=name)
        self._read: ReadView = module.READ
        self.choices: tuple[str, ...] = getattr(module, "CHOICES", ("",))
        self.choice = self.choices[0]
        self.host = host
        self.summary = Summary()
        self.plots = (PlotView(), PlotView(), PlotView())
        self.row = Horizontal(*self.plots)
        self.table = Table()
        self.detail = RowDetail()
        self._follows_row: bool = getattr(module, "FOLLOWS_ROW", False)
        self._all_time: bool = getattr(module, "ALL_TIME", False)
        self._row = ""

    @property
    def hint(self) -> str:
        """What the tab's sentence ends with, of its keys."""
        return ""

    def compose(self) -> ComposeResult:
        yield from (self.summary, self.row, self.table, self.detail)

    def enter(self) -> None:
        """Begin asking, for the range in force."""
        self._ask()
        self.table.focus()

    def _ask(self) -> None:
        host, choice, row = self.host, self.choice, self._row
        read, sorting = self._read, self.table.sorting

        def ask(reader: Reader) -> View:
            now = host.clock()
            span = host.range.span(now)
            return read(reader, Asked(span, now, choice, row, host.home.config, begin(reader, span), sorting))

        self.host.questions.watch(Watch("page", ask, partial(self._take, sorting), EVERY, AT_LEAST))

    def leave(self) -> None:
        """Stop asking."""
        self.host.questions.unwatch("page")

    def _take(self, sorting: Sorting, view: View) -> None:
        if sorting != self.table.sorting:  # it came before the new order was asked for: the cursor would go with it
            return
        self.table.show(view)
        has_plots = bool(view.plots)
        if self.row.display != has_plots:
            self.row.display = has_plots
        for place, plot in enumerate(self.plots):
            shown = place < min(len(view.plots), max(self.size.width // PLOT_WIDTH, 1))
            if plot.display != shown:
                plot.display = shown
            if shown:
                plot.plot = view.plots[place]
        self.summary.ways = self._ways()
        self.summary.said = f"{view.summary}{self.hint}"

    def _ways(self) -> tuple[Way, ...]:
        """The range, and the ways to look at it: all of them, or where there is no room the one that is chosen."""
        if self._all_time:
            ways = [Way("all time", "bold")]
        else:
            keys = self.host.keys
            window = f"   {keys['range'].shown} window"
            ways = [Way(self.host.range.words, "bold"), Way(window, "$dim", "app.next_range")]
        if len(self.choices) > 1:
            ways.append(Way(f"   {self.host.keys['by'].shown} by", "$dim", "app.choose(1)"))
            mark = {self.choice: "bold underline $accent"}
            chosen = [Way(name, mark.get(name, "$dim"), f"look({name!r})") for name in self.choices]
            room = self.size.width - 2 - sum(len(way.text) for way in ways)
            if sum(len(way.text) + 2 for way in chosen) > room:
                place = self.choices.index(self.choice)
                chosen = [chosen[place], Way(f"{place + 1} of {len(self.choices)}", "$dim", "app.choose(1)")]
            ways += [part for way in chosen for part in (Way("  "), way)]
        return tuple(ways)

    def on_resize(self) -> None:
        self.host.questions.ask_again("page")

    def choose(self, step: int) -> None:
        """Look at it in the next way."""
        self.action_look(self.choices[(self.choices.index(self.choice) + step) % len(self.choices)])

    def action_look(self, choice: str) -> None:
        self.choice = choice
        self.enter()

    @on(Summary.Chosen)
    async def _choose(self, message: Summary.Chosen) -> None:
        await self.host.run_action(message.action, default_namespace=self)

    @on(Table.Sorted)
    def _sort(self) -> None:
        self._ask()

    @on(Table.Pointed)
    def _point(self, message: Table.Pointed) -> None:
        row = message.row
        self.detail.text = row.detail if row is not None else ""
        if self._follows_row and row is not None and row.identity != self._row:
            self._row = row.identity
            self._ask()

    @on(Table.Picked)
    async def _pick(self, message: Table.Picked) -> None:
        if message.row.filter:
            await self.host.show_calls(message.row.filter)
