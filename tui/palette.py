"""Everything a key can do, by name, in the command palette. The entries come from keys.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.widget import Widget

from .keys import KEYS, Key

if TYPE_CHECKING:
    from .app import WiretallyApp


class WiretallyCommands(Provider):
    """The keys that work where the palette was opened."""

    def _keys(self) -> list[Key]:
        place = "inspector" if type(self.screen).__name__ == "InspectorScreen" else "list"
        return [key for key in KEYS if key.place in ("app", place) and key.id != "palette"]

    async def _run(self, key: Key) -> None:
        app = cast("WiretallyApp", self.app)
        target: Widget | WiretallyApp = app
        if key.place == "list":
            target = app.live.list
        elif key.place == "inspector":
            target = self.screen
        await app.run_action(key.action, default_namespace=target)

    async def discover(self) -> Hits:
        for key in self._keys():
            yield DiscoveryHit(f"{key.label}: {key.tooltip}", partial(self._run, key), help=f"key {key.shown}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in self._keys():
            text = f"{key.label}: {key.tooltip}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, matcher.highlight(text), partial(self._run, key), help=f"key {key.shown}")
