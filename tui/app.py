"""The screen as a whole: bars, tabs, and the feed behind them. What a key does is in the part it acts on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from ..agent.locations import Home
from ..agent.queries.reader import Reader
from ..agent.queries.where import Where
from ..agent.settings import TuiSettings
from . import numbers
from .agent_watch import read_title
from .clipboard import put
from .counting import RANGES, Purse, RangeName
from .crash import CrashReport
from .feed import Feed
from .keys import TABS, bindings
from .messages import Answered, FeedFailed, Watch
from .palette import WiretallyCommands
from .tabs.live import LiveTab
from .tabs.page import TabPage
from .themes import DEFAULTS, OWN
from .widgets.banner import Banner
from .widgets.bars import Choices, KeyBar, Title, TitleBar

AGENT_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the screen is opened with. `clock` gives Unix seconds; tests hold it still."""

    home: Home
    settings: TuiSettings = field(default_factory=lambda: TuiSettings.model_validate({}))
    scenarios: Mapping[str, str] = field(default_factory=dict[str, str])
    alarm_below: Decimal | None = None
    clock: Callable[[], float] = time.time


class WiretallyApp(CrashReport):
    """wiretally's screen on one home."""

    TITLE = "wiretally"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS: ClassVar = App.COMMANDS | {WiretallyCommands}
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.home = options.home
        self.settings = options.settings
        self.scenarios = options.scenarios
        self.clock = options.clock
        self.alarm_below = options.alarm_below
        self.crash_log = options.home.path / "tui.log"
        self.range: RangeName = options.settings.range
        self.paused = False
        self.purse: Purse | None = None
        self._reported: dict[str, str] = {}
        self.feed = Feed("rows", partial(Reader, options.home.database), self.post_message)
        self.questions = Feed("questions", partial(Reader, options.home.database), self.post_message)
        self.title_bar = TitleBar()
        self.tabs = Choices(id="tabs")
        self.banner = Banner()
        self.switcher = ContentSwitcher(initial="live")
        self.live = LiveTab(self)
        self.key_bar = KeyBar()
        for theme in OWN:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULTS

    # --- building ------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield from (self.title_bar, self.tabs, self.banner)
        with self.switcher:
            yield self.live
        yield self.key_bar

    def on_mount(self) -> None:
        known = self.settings.theme in self.available_themes
        self.theme = self.settings.theme if known else OWN[0].name
        if not known:
            self.notify(f"config.toml: no theme {self.settings.theme!r}", severity="warning")
        self.tabs.names = TABS
        self.tabs.active = TABS[0]
        self.set_keymap(self.settings.keys)
        self.title_bar.now = self.clock()
        self.set_interval(1.0, self._tick_clock, name="clock")

    def on_ready(self) -> None:
        """Everything is mounted: answers may come."""
        for feed in (self.feed, self.questions):
            self.run_worker(feed.run, name=feed.name, group="feed", thread=True)
        self.questions.watch(Watch("agent", self._read_agent, self._take_title, AGENT_EVERY, AGENT_EVERY))

    def on_unmount(self) -> None:
        self.feed.stop()
        self.questions.stop()

    def _tick_clock(self) -> None:
        self.title_bar.now = self.clock()

    # --- what the feed brings ------------------------------------------------------------------------------------

    @on(Answered)
    def _deliver(self, message: Answered) -> None:
        watch = message.watch
        if self.feed.is_current(watch) or self.questions.is_current(watch):
            with self.batch_update():
                watch.deliver(message.answer)

    @on(FeedFailed)
    def _say_failure(self, message: FeedFailed) -> None:
        self._reported[message.name] = message.problem
        problem = next((problem for problem in self._reported.values() if problem), "")
        if message.missing:
            self.live.empty.problem = ""
            self.live.show_empty()
            problem = ""
        elif self.live.empty.display:
            self.live.empty.problem = problem
        self._problem = problem
        self._say_banner()

    _problem = ""

    def _say_banner(self) -> None:
        text = self._problem
        if not text and self.purse is not None and self.purse.is_low and self.purse.alarm_below is not None:
            left = f", ~{numbers.span(self.purse.seconds_left)} left at this rate" if self.purse.seconds_left else ""
            text = (
                f"The balance is {numbers.money(self.purse.usd, 2)}, "
                f"below {numbers.money(self.purse.alarm_below, 2)}{left}. Add credit, then `wiretally balance add USD`."
            )
        self.banner.text = text

    def take_purse(self, purse: Purse | None) -> None:
        """Show or take back the alarm of a low balance; ring once when it falls."""
        was_low = self.purse is not None and self.purse.is_low
        self.purse = purse
        is_low = purse is not None and purse.is_low
        if is_low and not was_low and self.settings.bell:
            self.bell()
        self._say_banner()
        self.title_bar.title = replace(self.title_bar.title, alarms=int(is_low))

    def _read_agent(self, reader: Reader) -> Title:
        del reader
        return read_title(self.home, self.title_bar.title)

    def _take_title(self, title: Title) -> None:
        self.title_bar.title = replace(title, alarms=self.title_bar.title.alarms, paused=self.paused)
        self.live.empty.door = title.base_url_port

    # --- what the reader does ------------------------------------------------------------------------------------

    async def action_show_tab(self, name: str) -> None:
        if self.switcher.current == name or len(self.screen_stack) > 1:
            return
        if current := self._page(self.switcher.current):
            current.leave()
        if not self.switcher.query(f"#{name}"):
            await self.switcher.add_content(TabPage(self, name))
        self.switcher.current = name
        self.tabs.active = name
        if page := self._page(name):
            page.enter()
        else:
            self.live.list.focus()
        self.key_bar.places = ("app", "list") if name == "live" else ("app",)

    def _page(self, name: str | None) -> TabPage | None:
        found = self.switcher.query(TabPage)
        return next((page for page in found if page.id == name), None)

    @on(Choices.Chosen, "#tabs")
    async def _choose_tab(self, message: Choices.Chosen) -> None:
        await self.action_show_tab(message.name)

    async def show_calls(self, terms: str) -> None:
        """Go to Live with this filter, over all time."""
        await self.action_show_tab("live")
        self.live.bar.put(terms)

    def action_choose(self, step: int) -> None:
        if page := self._page(self.switcher.current):
            page.choose(step)

    async def action_next_tab(self, step: int) -> None:
        place = TABS.index(self.tabs.active)
        await self.action_show_tab(TABS[(place + step) % len(TABS)])

    async def action_filter(self) -> None:
        await self.action_show_tab("live")
        self.live.bar.open()

    def action_clear_filter(self) -> None:
        if self.live.bar.applied:
            self.live.bar.clear()

    def action_pause(self) -> None:
        self.paused = not self.paused
        self.feed.pause(self.paused)
        self.questions.pause(self.paused)
        self.title_bar.title = replace(self.title_bar.title, paused=self.paused)
        self.live.summarise()

    def action_follow(self) -> None:
        self.live.list.follow = not self.live.list.follow

    def action_next_range(self) -> None:
        names = list(RANGES)
        self.range = names[(names.index(self.range) + 1) % len(names)]
        self.live.ask_counters()
        if page := self._page(self.switcher.current):
            page.enter()

    def action_toggle_dark_light(self) -> None:
        dark, light = (theme.name for theme in OWN)
        self.theme = light if self.current_theme.dark else dark

    def action_help(self) -> None:
        from .screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def inspect(self, call_id: int, where: Where) -> None:
        """Open the Inspector on a call; its neighbours are those that `where` lets through."""
        from .screens.inspector import InspectorScreen

        self.push_screen(InspectorScreen(call_id, where))

    def copy_call(self, call_id: int, kind: str) -> None:
        """Put a call on the clipboard as a curl command (`curl`) or as openai-python code (`python`)."""
        from .snippets import read_snippet

        ask = partial(read_snippet, call_id, kind)
        deliver = partial(self.copy_text, what=f"call {call_id:,} as {kind}")
        self.questions.watch(Watch("snippet", ask, deliver, once=True))

    def copy_text(self, text: str, what: str) -> None:
        """Put `text` on the clipboard, by the terminal and by the desktop, and say so."""
        self.copy_to_clipboard(text)
        self.run_worker(partial(put, text), name="clipboard", group="clipboard", thread=True, exclusive=True)
        self.notify(f"Copied {what}.", timeout=2)
