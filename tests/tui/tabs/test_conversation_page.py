"""Conversations seen growing, renamed and deleted from their tab."""

from __future__ import annotations

from wiretally.agent.entry import Entry
from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ...agent.made import entry
from ..driving import opened


def thread(name: str, turns: int, begin: int) -> list[Entry]:
    """Calls that follow each other by previous_response_id."""
    return [
        entry(begin + turn, kind="responses", response_id=f"{name}_{turn}", prompt_text=name,
              previous_response_id=f"{name}_{turn - 1}" if turn else None)
        for turn in range(turns)
    ]  # fmt: skip


async def test_the_cursors_conversation_is_plotted_renamed_and_deleted(place: Home, store: Store) -> None:
    for made in (*thread("lamp", 3, 10), *thread("sofa", 4, 50)):
        store.save([made])
    async with opened(place) as screen:
        await screen.shows("7 calls")
        await screen.press("5")
        await screen.shows("2 conversations", "context of ", "$ a turn", "sofa")
        await screen.press("down")
        await screen.until(lambda: screen.app.tabs.active == "conversations")
        await screen.press("r")
        await screen.shows("rename conversation")
        await screen.press("ctrl+a", *["delete"] * 15, *"lamps", "enter")
        await screen.shows("is called lamps now")
        await screen.press("x")
        await screen.shows("with all its calls?")
        await screen.press("y")
        await screen.shows("is deleted, with 3 calls.", "1 conversation")
