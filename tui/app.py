"""The screen as a whole: bars, tabs, and the feed behind them. What a key does is in the part it acts on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from ..agent.copies import replace
from ..agent.queries.alarms import AlarmState
from ..agent.queries.reader import Reader
from ..agent.queries.where import Where
from .agent_watch import read_title
from .cell_text import visible
from .clipboard import put
from .counting import Counters
from .errands import Errand, Errands, Finished, Progressed, Report
from .feed import Feed
from .keys import TABS, bindings, clashes, configured, places_of
from .messages import Answered, FeedFailed, Watch
from .options import Options
from .palette import WiretallyCommands
from .ranges import RANGES, Range, next_range
from .tabs.live import LiveTab
from .tabs.page import TabPage, make_page
from .themes import OWN, completed, without_colour
from .trouble import Trouble, read_firing
from .typing_ahead import TypingAhead
from .widgets.banner import Banner
from .widgets.bars import Choices, KeyBar, Title, TitleBar
from .widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from .call_actions import CallActions

AGENT_EVERY, ALARMS_EVERY = 2.0, 0.5


class WiretallyApp(TypingAhead):
    """wiretally's screen on one home."""

    TITLE = "wiretally"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS: ClassVar = {WiretallyCommands}
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.home = options.home
        self.settings = options.settings
        self.keys = configured(options.settings.keys)
        self.scenarios = options.scenarios
        self.clock = options.clock
        self.alarm_below = options.alarm_below
        self.crash_log = options.home.path / "tui.log"
        self.range = RANGES[options.settings.range]
        self.paused = False
        self.trouble = Trouble()
        self.failed = 0
        self._reported: dict[str, str] = {}
        how = (partial(Reader, self.home.database), self.post_message, lambda: self.is_running)
        self.feed, self.questions = Feed("rows", *how), Feed("questions", *how, poll=ALARMS_EVERY / 2)
        self.errands = Errands(self.post_message)
        self.title_bar = TitleBar()
        self.tabs = Choices(id="tabs")
        self.banner = Banner()
        self.progress = ProgressLine()
        self.switcher = ContentSwitcher(initial="live")
        self.live = LiveTab(self)
        self.key_bar = KeyBar()
        for theme in OWN:
            self.register_theme(without_colour(theme) if self.no_color else theme)

    @cached_property
    def calls(self) -> CallActions:
        """What can be done with a call; made when it is first asked for, so that the screen opens without it."""
        from .call_actions import CallActions

        return CallActions(self)

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = completed(super().get_css_variables())
        return self.theme_variables

    def compose(self) -> ComposeResult:
        yield from (self.title_bar, self.tabs, self.banner)
        with self.switcher:
            yield self.live
        yield self.progress
        yield self.key_bar

    def on_mount(self) -> None:
        known = self.settings.theme in self.available_themes
        self.theme = self.settings.theme if known else OWN[0].name
        problems = [] if known else [f"no theme {self.settings.theme!r}"]
        for problem in [*problems, *clashes(self.keys, self.settings.keys)]:
            self.notify(f"config.toml: {problem}", severity="warning", markup=False)
        self.tabs.names = TABS
        self.tabs.active = TABS[0]
        self.set_keymap({name: self.keys[name].keys for name in self.settings.keys if name in self.keys})
        self.title_bar.now = self.clock()
        self.set_interval(1.0, self._tick_clock, name="clock")

    def on_ready(self) -> None:
        """Everything is mounted: answers may come."""
        for feed in (self.feed, self.questions):
            self.run_worker(feed.run, name=feed.name, group="feed", thread=True)
        self.questions.watch(Watch("agent", self._read_agent, self._take_title, AGENT_EVERY, AGENT_EVERY))
        self.questions.watch(Watch("alarms", read_firing, self._take_alarms, ALARMS_EVERY))

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
        self.note(message.bug)
        self._reported[message.name] = message.problem
        problem = next((problem for problem in self._reported.values() if problem), "")
        if message.missing:
            self.live.show_empty()
            problem = ""
        else:
            self.live.say_problem(problem)
        if problem and problem != self.trouble.problem and len(self.screen_stack) > 1:
            self.notify(visible(problem), severity="error", markup=False)  # the banner is behind another screen
        self._take_trouble(replace(self.trouble, problem=problem))

    def take_counters(self, counters: Counters) -> None:
        """What the frame takes of the counters: a low balance, how many calls failed."""
        self.failed = counters.failed
        self._take_trouble(replace(self.trouble, purse=counters.purse))

    def _take_alarms(self, firing: tuple[AlarmState, ...]) -> None:
        self._take_trouble(replace(self.trouble, firing=firing))

    def _take_trouble(self, trouble: Trouble) -> None:
        """Show what is wrong, or take it back; ring once for each alarm that has not fired before."""
        alarms = trouble.alarms
        if set(alarms) - set(self.trouble.alarms) and self.settings.bell:
            self.bell()
        self.trouble = trouble
        self.banner.text, self.banner.more = trouble.text, trouble.more
        self.tabs.counts = {"errors": self.failed, "alarms": len(alarms)}
        if len(alarms) != self.title_bar.title.alarms:
            self.title_bar.title = replace(self.title_bar.title, alarms=len(alarms))

    @on(Banner.Clicked)
    async def _show_alarms(self) -> None:
        await self.action_show_tab("alarms")

    # --- errands ---------------------------------------------------------------------------------------------------

    @on(Progressed)
    def _show_progress(self, message: Progressed) -> None:
        if self.errands.is_under_way(message.errand.name):
            self.progress.show(message.errand.name, message.done, message.whole)

    @on(Finished)
    def _deliver_errand(self, message: Finished) -> None:
        self.progress.hide(message.errand.name)
        if message.problem is not None:
            self.notify(visible(message.problem), severity="error", timeout=10, markup=False)
        elif message.is_done:
            message.errand.deliver(message.answer)

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
            await self.switcher.add_content(make_page(self, name))
        self.switcher.current = name
        self.tabs.active = name
        if page := self._page(name):
            page.enter()
        else:
            self.live.list.focus()
        self.key_bar.places = places_of(name)

    def _page(self, name: str | None) -> TabPage | None:
        return next((page for page in self.switcher.query(TabPage) if page.id == name), None)

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
        self._show_range(next_range(self.range))

    def action_type_range(self) -> None:
        from .screens.time_range import TimeRangeScreen

        self.push_screen(TimeRangeScreen(self.range, self.clock()), self._show_range)

    def _show_range(self, chosen: Range | None) -> None:
        self.range = chosen or self.range
        self.live.ask_counters()
        if page := self._page(self.switcher.current):
            page.enter()

    def action_toggle_dark_light(self) -> None:
        self.theme = OWN[self.current_theme.dark].name  # the dark one stands first

    def action_help(self) -> None:
        from .screens.help import HelpScreen

        self.push_screen(HelpScreen(self.keys.values()))

    def inspect(self, call_id: int, where: Where) -> None:
        """Open the Inspector on a call; its neighbours are those that `where` lets through."""
        from .screens.inspector import InspectorScreen

        self.push_screen(InspectorScreen(call_id, where))

    def send(self, name: str, do: Callable[[Report], str]) -> None:
        """Do something in a thread and say what it returns; what is shown is read again then."""

        def deliver(said: str) -> None:
            self.notify(said, timeout=6, markup=False)
            self.questions.ask_again("page")

        self.errands.send(Errand(name, do, deliver))

    def go_to(self, call_id: int) -> None:
        """Open the Inspector on a call that has just come, unless the reader is at something else by now."""
        if turn := getattr(self.screen, "turn_to", None):
            turn(call_id)
        elif len(self.screen_stack) == 1:
            self.inspect(call_id, self.live.where)

    def action_export(self) -> None:
        self.calls.export_shown()

    def copy_text(self, text: str, what: str) -> None:
        """Put `text` on the clipboard, by the terminal and by the desktop, and say so."""
        self.copy_to_clipboard(text)
        self.run_worker(partial(put, text), name="clipboard", group="clipboard", thread=True, exclusive=True)
        self.notify(f"Copied {what}.", timeout=2)
