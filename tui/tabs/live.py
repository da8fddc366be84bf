"""The Live tab: counters, filter, the stream of calls, the call under the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from ...agent.errors import UsageError
from ...agent.filters import parse
from ...agent.queries import calls
from ...agent.queries.calls import CallRow
from ...agent.queries.reader import Reader
from ...agent.queries.where import EVERYTHING, Where
from .. import filter_history, numbers
from ..counting import Counters, read_counters
from ..errands import Errand
from ..giving_way import fact
from ..messages import Watch
from ..widgets.call_list import CallList
from ..widgets.counters import CounterLines, CounterPanels
from ..widgets.detail_strip import DetailStrip
from ..widgets.empty_state import EmptyState
from ..widgets.filter_bar import FilterBar
from ..widgets.list_head import ListHead
from ..window import Ask, Count, Window, WindowReader, count

if TYPE_CHECKING:
    from ..app import WiretallyApp

COUNTERS_EVERY = 0.5
COUNTERS_AT_LEAST = 10.0
COUNTED_EVERY = 15.0


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list shows, and how many calls there are without the filter."""

    window: Window
    whole: int


def read_listing(lines: WindowReader, ask: Ask, reader: Reader) -> Listing:
    """The window asked for. Raises DatabaseError."""
    window = lines.read(reader, ask)
    return Listing(window, window.total if lines.where == EVERYTHING else calls.count(reader))


class LiveTab(Vertical):
    """Watches `rows` and `counters`; everything in it draws one of the two records."""

    def __init__(self, host: WiretallyApp) -> None:
        super().__init__(id="live")
        self.host = host
        self.panels = CounterPanels()
        self.figures = CounterLines()
        self.bar = FilterBar(self.known_values)
        self.list = CallList(host.clock, host.settings.columns)
        self.head = ListHead(self.list)
        self.empty = EmptyState()
        self.strip = DetailStrip()
        self._lines = WindowReader()
        self._listing = Listing(Window(), 0)
        self._unfiltered: tuple[CallRow, ...] = ()
        self._count: Count | None = None

    def compose(self) -> ComposeResult:
        yield from (self.panels, self.figures, self.bar, self.head, self.list, self.empty, self.strip)

    def on_mount(self) -> None:
        self.empty.display = False
        self.watch(self.list, "pointed", self._point)
        for told in ("scroll_y", "follow"):
            self.watch(self.list, told, self.summarise, init=False)
        self.ask_counters()
        self.list.focus()
        path = self.host.home.filters
        self.host.errands.send(Errand("filters", lambda _: filter_history.load(path), self.bar.input.take))

    @property
    def where(self) -> Where:
        """What the filter lets through."""
        return self._lines.where

    def known_values(self, field: str) -> tuple[str, ...]:
        """Values to complete a filter with: a filter half typed lets nothing through and must not take them away."""
        rows = (*self._unfiltered, *self._listing.window.rows)
        names = {"model": "model", "app": "app", "session": "session", "kind": "kind", "endpoint": "endpoint"}
        name = names.get(field)
        if name is None:
            return ()
        return tuple(sorted({str(value) for row in rows if (value := getattr(row, name))}))

    # --- questions -----------------------------------------------------------------------------------------------

    def ask_counters(self) -> None:
        """Ask for the counters of the range in force."""
        host = self.host

        def ask(reader: Reader) -> Counters:
            return read_counters(reader, host.range, host.clock(), host.alarm_below)

        host.feed.watch(Watch("counters", ask, self._take_counters, COUNTERS_EVERY, COUNTERS_AT_LEAST))

    def _take_counters(self, counters: Counters) -> None:
        self.panels.counters = counters
        self.figures.counters = counters
        self.host.take_counters(counters)

    @on(CallList.Wanted)
    def _ask_rows(self, message: CallList.Wanted) -> None:
        if message.ask.order != self._lines.order:
            self._lines = WindowReader(self._lines.where, message.ask.order)
            if self._count is not None:
                self._lines.settle(self._count)
        ask = partial(read_listing, self._lines, message.ask)
        self.host.feed.watch(Watch("rows", ask, self._take_rows))

    def _ask_count(self, where: Where) -> None:
        """Count what a filter lets through, beside the feed of the rows, which are not to wait for it."""
        self._count = None
        self.host.questions.unwatch("count")
        if where != EVERYTHING:
            self.host.questions.watch(Watch("count", partial(count, where), self._take_count, COUNTED_EVERY))

    def _take_count(self, found: Count) -> None:
        self._count = found
        self._lines.settle(found)
        self.host.feed.ask_again("rows")

    def _take_rows(self, listing: Listing) -> None:
        self._listing = listing
        if self.where == EVERYTHING:
            self._unfiltered = listing.window.rows
        nothing = listing.whole == 0
        if self.empty.display != nothing:
            self.empty.display = nothing
            for widget in (self.list, self.head, self.strip, self.bar):
                widget.display = not nothing
            if not nothing and self.screen.focused is None:
                self.list.focus()
        self.list.show(listing.window)
        self.summarise()

    def summarise(self) -> None:
        """Say what is shown: how many calls, and whether the newest are followed."""
        listing = self._listing
        window = listing.window
        matched = "" if self.where == EVERYTHING else f"{window.total:,} of " if window.counted else "… of "
        state = "paused" if self.host.paused else "following" if self.list.follow else ""
        above = self.list.scroll_offset.y
        if not state and self.list.order.column == "time" and above:
            state = f"{above:,} above"
        if self.where != EVERYTHING and window.counted and not window.total:
            state = "nothing matches"
        style = "$warning" if state in ("paused", "nothing matches") else "$dim"
        whole = numbers.counted(listing.whole, "call")
        counts = (f"{matched}{whole}", numbers.counted(window.total, "call") if matched and window.counted else whole)
        forms = (Content.styled(said, style) for said in counts)
        self.bar.status.summary = (fact(1, *forms), fact(0, Content.styled(state, style)))

    # --- what the reader does --------------------------------------------------------------------------------------

    @on(FilterBar.Applied)
    def _filter(self, message: FilterBar.Applied) -> None:
        try:
            where = parse(message.text, scenarios=self.host.scenarios)
        except UsageError as error:
            self.bar.status.problem = str(error)
            return
        self._lines = WindowReader(where, self.list.order)
        self._ask_count(where)
        self.list.restart()

    @on(FilterBar.Kept)
    def _keep_filter(self, message: FilterBar.Kept) -> None:
        path, text = self.host.home.filters, message.text
        self.host.errands.send(Errand("filters", lambda _: filter_history.keep(path, text), lambda _: None))

    @on(FilterBar.Left)
    def _back_to_list(self) -> None:
        self.list.focus()

    def _point(self, row: CallRow | None) -> None:
        self.strip.row = row

    @on(CallList.Arranged)
    def _rearrange(self) -> None:
        self.head.refresh()
        self.summarise()

    @on(CallList.Opened)
    def _open(self, message: CallList.Opened) -> None:
        self.host.inspect(message.row.id, self.where)

    @on(CallList.Copied)
    def _copy(self, message: CallList.Copied) -> None:
        self.host.calls.copy(message.row.id, message.kind)

    @on(CallList.Choosing)
    def _choose_columns(self) -> None:
        from ..screens.columns import ColumnsScreen

        self.host.push_screen(ColumnsScreen(self.list), self._keep_columns)

    def _keep_columns(self, names: tuple[str, ...] | None) -> None:
        if names is not None:
            from ..keeping import Change, keep

            wanted = Change("columns", ("tui",), {"columns": list(names) or None})
            self.host.send("columns", partial(keep, self.host.home, wanted))

    @on(CallList.Asked)
    def _act(self, message: CallList.Asked) -> None:
        getattr(self.host.calls, message.what)(message.row.id)

    def show_empty(self) -> None:
        """There is no database yet: the same as one without a call."""
        self.empty.problem = ""
        self._take_rows(Listing(Window(), 0))

    def say_problem(self, problem: str) -> None:
        """The database can't be read: say so in full where there is nothing else to show. Empty: it can be again."""
        if problem and not self._listing.window.rows:
            self._take_rows(Listing(Window(), 0))
        self.empty.problem = problem
