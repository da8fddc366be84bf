"""Opens the screen on a home and waits for what it shows, instead of for a time."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.tui.app import Options, WiretallyApp

from ..agent.made import START
from .screen_text import screen_text

NOW = START + 1000.0


class Driver:
    """A running screen."""

    def __init__(self, app: WiretallyApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        """Wait until `true()`; fail with the screen's text where that does not come."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"it did not happen in time; the screen is\n{self.text}"
            await self.pilot.pause(0.02)

    async def shows(self, *texts: str) -> None:
        """Wait until the screen holds all of `texts`."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def opens(self, kind: type[Screen[Any]]) -> None:
        """Wait until a dialog is there and takes keys: an errand's thread may have opened it."""
        await self.until(lambda: isinstance(self.app.screen, kind) and self.app.focused is not None)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def opened(
    place: Home,
    size: tuple[int, int] = (120, 36),
    clock: Callable[[], float] = lambda: NOW,
    settings: TuiSettings | None = None,
) -> AsyncGenerator[Driver]:
    """The screen on `place`, with a clock that stands still unless given another."""
    chosen = settings or TuiSettings.model_validate({"range": "all"})
    app = WiretallyApp(Options(place, chosen, clock=clock))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)
