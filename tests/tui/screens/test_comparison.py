"""The screen with two things side by side; test_call_actions and test_session_page open it by its keys."""

from __future__ import annotations

from functools import partial

from wiretally.agent.comparison import Row
from wiretally.agent.edits import delete_session
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.call_actions import read_compared
from wiretally.tui.screens.comparison import ComparisonScreen, heading

from ...agent.made import entry
from ..driving import opened


def test_the_heading_counts_what_differs() -> None:
    same, other = Row("figures", "a", "1", "1", True), Row("figures", "b", "1", "2", False)
    assert heading([same, other], ("x", "y")) == "x and y: 1 of 2 differ"
    assert heading([same], ("x", "y")) == "x and y: nothing differs"


async def test_it_folds_scrolls_and_says_when_one_is_gone(place: Home, store: Store) -> None:
    store.save([entry(1), entry(2, session="gone")])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("2 calls")
        screen.app.push_screen(ComparisonScreen(partial(read_compared, 1, 2)))
        await screen.shows("call 1 and call 2:", "≠ duration_ms")
        await screen.press("down", "space")
        await screen.until(lambda: "≠ duration_ms" not in screen.text)
        await screen.press("space", "end", "home", "pagedown", "pageup")
        await screen.shows("≠ duration_ms")
        delete_session(place.database, "gone")
        await screen.shows("there is no call 2")
        await screen.press("q")
        await screen.shows("1 call")
