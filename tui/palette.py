"""Everything a key can do, by name, in the command palette. The entries come from keys.py."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType
from textual.widget import Widget

from .keys import Key, Place, places_of
from .tabs.page import TabPage

if TYPE_CHECKING:
    from .app import WiretallyApp

type Command = tuple[str, IgnoreReturnCallbackType, str]
"""What is said of it, what it does, and a note below."""

SCREENS: dict[str, Place] = {"InspectorScreen": "inspector", "ComparisonScreen": "compare"}


class WiretallyCommands(Provider):
    """The keys that work where the palette was opened."""

    @property
    def _host(self) -> WiretallyApp:
        return cast("WiretallyApp", self.app)

    def _keys(self) -> list[Key]:
        own = SCREENS.get(type(self.screen).__name__)
        places = ("app", own) if own else places_of(self._host.tabs.active)
        return [key for key in self._host.keys.values() if key.place in places and key.id != "palette"]

    async def _run(self, key: Key) -> None:
        host = self._host
        target: Widget | WiretallyApp = host
        page = next((page for page in host.switcher.query(TabPage) if page.id == host.tabs.active), None)
        if key.place in SCREENS.values():
            target = self.screen
        elif key.place == "list":
            target = host.live.list
        elif key.place != "app" and page is not None:
            target = page.table if key.place == "table" else page
        await host.run_action(key.action, default_namespace=target)

    def _commands(self) -> Iterator[Command]:
        for key in self._keys():
            yield f"{key.label}: {key.tooltip}", partial(self._run, key), f"key {key.shown}"
        host = self._host
        yield "themes: Textual's as well as our own", host.action_change_theme, "until the screen is closed"
        yield "picture: the screen as SVG", partial(host.set_timer, 0.1, host.deliver_screenshot), "a file"

    async def discover(self) -> Hits:
        for text, run, note in self._commands():
            yield DiscoveryHit(text, run, help=note)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, run, note in self._commands():
            if (score := matcher.match(text)) > 0:
                yield Hit(score, matcher.highlight(text), run, help=note)
