"""The dialog of another name; test_session_page opens it by its key."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.screens.rename import RenameScreen

from ...agent.made import entry
from ..driving import opened


async def test_a_name_is_asked_for_until_there_is_one(place: Home, store: Store) -> None:
    store.save([entry(1)])
    answers: list[str | None] = []
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(RenameScreen("session", "ab"), answers.append)
        await screen.shows("rename session", "ab")
        await screen.press("end", "backspace", "backspace", "enter")
        await screen.shows("Give it a name.")
        await screen.press(*"night run", "enter")
        await screen.until(lambda: answers)
    assert answers == ["night run"]
