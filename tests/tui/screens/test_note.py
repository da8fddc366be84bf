"""The dialog of a remark; test_call_actions opens it by its key."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.screens.note import Note, NoteScreen, rating_of

from ...agent.made import entry
from ..driving import opened


async def test_it_begins_with_what_is_known_and_an_empty_text_takes_it_away(place: Home, store: Store) -> None:
    store.save([entry(1)])
    answers: list[Note | None] = []
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        screen.app.push_screen(NoteScreen(Note(1, "wrong", "down")), answers.append)
        await screen.shows("remark on call 1", "wrong", "▼ down")
        await screen.press("end", *["backspace"] * 5, "enter")
        await screen.until(lambda: answers)
    assert answers == [Note(1, "", "down")]


def test_only_two_words_are_ratings() -> None:
    assert [rating_of(word) for word in ("up", "down", "", None, "sideways")] == ["up", "down", None, None, None]
