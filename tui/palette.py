"""Everything a key can do, by name, in the command palette. The entries come from keys.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.widget import Widget

from .keys import KEYS, Key, Place, places_of
from .tabs.page import TabPage

if TYPE_CHECKING:
    from .app import WiretallyApp

SCREENS: dict[str, Place] = {"InspectorScreen": "inspector", "ComparisonScreen": "compare"}


class WiretallyCommands(Provider):
    """The keys that work where the palette was opened."""

    @property
    def _host(self) -> WiretallyApp:
        return cast("WiretallyApp", self.app)

    def _keys(self) -> list[Key]:
        own = SCREENS.get(type(self.screen).__name__)
        places = ("app", own) if own else places_of(self._host.tabs.active)
        return [key for key in KEYS if key.place in places and key.id != "palette"]

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

    async def discover(self) -> Hits:
        for key in self._keys():
            yield DiscoveryHit(f"{key.label}: {key.tooltip}", partial(self._run, key), help=f"key {key.shown}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in self._keys():
            text = f"{key.label}: {key.tooltip}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, matcher.highlight(text), partial(self._run, key), help=f"key {key.shown}")
