"""The Inspector: one call whole, in parts. It keeps watching, so a call under way fills up while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from ...agent.queries.calls import CallRow
from ...agent.queries.reader import Reader
from ...agent.queries.where import Where
from .. import numbers
from ..columns import Moment, state_of
from ..giving_way import Fact, fact, fitted
from ..keys import bindings
from ..messages import Watch
from ..outline import Part
from ..parts import PARTS, Whole
from ..parts.reading import WholeReader
from ..widgets.bars import Choices, KeyBar
from ..widgets.reading import Reading
from ..widgets.typed import Typed

if TYPE_CHECKING:
    from ..app import WiretallyApp

NAMES = tuple(PARTS)


class CallTitle(Widget):
    """The call in a line, between its neighbours."""

    whole: reactive[Whole | None] = reactive[Whole | None](None)
    now: reactive[float] = reactive(0.0)

    def render(self) -> Content:
        if self.whole is None:
            return Content("")
        row, width = self.whole.detail.row, self.size.width
        newer = f"‹ {self.whole.newer:,}" if self.whole.newer else "‹"
        older = f"{self.whole.older:,} ›" if self.whole.older else "›"
        middle = fitted(self._facts(row), max(width - len(newer) - len(older) - 6, 10))
        gap = max(width - len(newer) - len(older) - middle.cell_length - 5, 1)
        return Content.assemble(" ", (newer, "$dim"), "  ", middle, " " * gap, (older, "$dim"), " ")

    def _facts(self, row: CallRow) -> list[Fact]:
        model = row.model or ""
        asked = f"(asked {row.model_requested})" if row.model_requested not in (None, row.model) else ""
        state, _ = state_of(row, Moment(self.now))
        total = numbers.tenths(row.duration_ms) if row.duration_ms is not None else numbers.COUNTING
        return [
            fact(0, Content.styled(f"call {row.id:,}", "bold $accent")),
            fact(3, numbers.clock(row.started_at, fraction=True), numbers.clock(row.started_at)),
            fact(1, row.app or ""),
            fact(4, f"{row.method} {row.endpoint}", row.endpoint),
            fact(2, model),
            fact(5, asked),
            fact(0, state),
            fact(0, total),
        ]

    async def on_click(self, event: events.Click) -> None:
        if event.x < 10 or event.x >= self.size.width - 10:
            await self.screen.run_action(f"other({-1 if event.x < 10 else 1})")


class FindInput(Typed):
    """What is searched for."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("find")


class FindBar(Horizontal):
    """The text that is searched for, and how often it is there."""

    def compose(self) -> ComposeResult:
        yield Static("/ ")
        yield FindInput(placeholder="find in this part")
        yield Static("", id="hits")


class InspectorScreen(Screen[None]):
    """One call. `where` says which calls are its neighbours."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("inspector")

    def __init__(self, call_id: int, where: Where) -> None:
        super().__init__()
        self.call_id = call_id
        self._where = where
        self._whole: Whole | None = None

    @property
    def host(self) -> WiretallyApp:
        return cast("WiretallyApp", self.app)

    @property
    def reading(self) -> Reading:
        return self.query_one(Reading)

    @property
    def whole(self) -> Whole | None:
        """The call, once it was read."""
        return self._whole

    def compose(self) -> ComposeResult:
        yield CallTitle()
        yield Choices(id="parts")
        yield FindBar()
        yield Reading()
        yield KeyBar()

    def on_mount(self) -> None:
        bar = self.query_one(Choices)
        bar.names, bar.active = NAMES, NAMES[0]
        self.query_one(KeyBar).places = ("inspector", "app")
        self.reading.focus()
        self._ask()

    def on_unmount(self) -> None:
        self.host.feed.unwatch("inspector")

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._ask()

    def _ask(self) -> None:
        """Read the call, and build the part that is shown, off the screen's own thread."""
        lines, width, name = WholeReader(self.call_id, self._where), self.size.width, self.query_one(Choices).active
        built: dict[int, tuple[Whole, Part]] = {}

        def ask(reader: Reader) -> tuple[Whole, Part] | None:
            whole = lines.read(reader)
            if whole is None:
                return None
            if (known := built.get(0)) is None or known[0] is not whole:
                known = built[0] = (whole, PARTS[name](whole, width))
            return known

        self.host.feed.watch(Watch("inspector", ask, self._take, 0.2))

    def _take(self, found: tuple[Whole, Part] | None) -> None:
        if not self.is_mounted:
            return
        title = self.query_one(CallTitle)
        if found is None:
            self.notify(f"Call {self.call_id:,} is not there any more.", severity="warning")
            self.dismiss()
            return
        whole, part = found
        if whole is self._whole and part is self.reading.part:
            return
        self._whole = whole
        title.now = self.host.clock()
        title.whole = whole
        self.reading.show(part)

    # --- keys ------------------------------------------------------------------------------------------------------

    def action_close(self) -> None:
        if self.query_one(FindBar).has_class("open"):
            self._close_find()
        else:
            self.dismiss()

    def action_show(self, name: str) -> None:
        self.query_one(Choices).active = name
        self._ask()

    @on(Choices.Chosen)
    def _choose_part(self, message: Choices.Chosen) -> None:
        message.stop()
        self.action_show(message.name)

    def action_part(self, step: int) -> None:
        place = NAMES.index(self.query_one(Choices).active)
        self.action_show(NAMES[(place + step) % len(NAMES)])

    def action_other(self, step: int) -> None:
        if self._whole is None:
            return
        target = self._whole.newer if step < 0 else self._whole.older
        if target is None:
            self.notify("No call further in this list.", timeout=2)
            return
        self.turn_to(target)

    def turn_to(self, call_id: int) -> None:
        """Show another call."""
        self.call_id = call_id
        self._ask()

    def action_move(self, step: int) -> None:
        self.reading.move(step)

    def action_page(self, step: int) -> None:
        self.reading.page(step)

    def action_edge(self, step: int) -> None:
        self.reading.edge(step)

    def action_fold(self) -> None:
        self.reading.fold()

    def action_copy(self, kind: str) -> None:
        if kind == "part":
            part = self.reading.part
            self.host.copy_text(part.copy, f"{part.name} of call {self.call_id:,}")
        else:
            self.host.calls.copy(self.call_id, kind)

    def action_call(self, what: str) -> None:
        getattr(self.host.calls, what)(self.call_id)

    # --- searching -------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        bar = self.query_one(FindBar)
        bar.add_class("open")
        bar.query_one(Input).focus()

    def action_find_next(self, step: int) -> None:
        self.reading.find_next(step)

    def _close_find(self) -> None:
        self.query_one(FindBar).remove_class("open")
        self.reading.focus()

    @on(Input.Changed)
    def _sought(self, event: Input.Changed) -> None:
        hits = self.reading.find(event.value)
        self.query_one("#hits", Static).update(f"{hits:,} hits" if event.value else "")

    @on(Input.Submitted)
    def _found(self) -> None:
        self._close_find()
