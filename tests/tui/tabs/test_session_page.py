"""Runs compared, renamed and deleted from the Sessions tab."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.sessions import sessions
from wiretally.agent.settings import TuiSettings
from wiretally.agent.store import Store
from wiretally.tui.screens.comparison import ComparisonScreen

from ...agent.made import entry
from ..driving import Driver, opened


async def at_the_tab(screen: Driver, store: Store) -> None:
    store.save([entry(number, session="night") for number in range(3)])
    store.save([entry(9, session="morning", model="gpt-5")])
    await screen.shows("4 calls")
    await screen.press("8")
    await screen.shows("2 sessions", "night", "morning")


def names(place: Home) -> list[str]:
    with Reader(place.database) as reader:
        return [session.name for session in sessions(reader)]


async def test_two_runs_stand_side_by_side(place: Home, store: Store) -> None:
    async with opened(place) as screen:
        await at_the_tab(screen, store)
        await screen.press("d")
        await screen.shows("◆", "Marked morning")
        await screen.press("down", "d")
        await screen.until(lambda: isinstance(screen.app.screen, ComparisonScreen))
        await screen.shows("morning and night:", "≠ calls", "3  (+200 %)", "≠ gpt-5 calls", "≠ cost $")
        await screen.press("escape")
        await screen.shows("2 sessions")
        assert "◆" not in screen.text


async def test_what_is_said_of_a_mark_names_the_keys_that_are_set(place: Home, store: Store) -> None:
    settings = TuiSettings.model_validate({"range": "all", "keys": {"session.compare": "v", "list.compare": "V"}})
    async with opened(place, settings=settings) as screen:
        await at_the_tab(screen, store)
        await screen.shows("v marks one to compare")
        await screen.press("v")
        await screen.shows("Marked morning. v on another")
        await screen.press("1", "V")
        await screen.shows("Marked call 4. V on another")


async def test_a_run_is_renamed(place: Home, store: Store) -> None:
    async with opened(place) as screen:
        await at_the_tab(screen, store)
        await screen.press("r")
        await screen.shows("rename session")
        await screen.press("end", *" two", "enter")
        await screen.shows("Session morning is called morning two now.")
        await screen.press("r")
        await screen.shows("rename session")
        await screen.press("ctrl+a", *["delete"] * 12, *"night", "enter")
        await screen.shows("there is a session 'night' already")
    assert names(place) == ["morning two", "night"]


async def test_a_run_is_deleted_after_a_yes(place: Home, store: Store) -> None:
    async with opened(place) as screen:
        await at_the_tab(screen, store)
        await screen.press("down", "x")
        await screen.shows("Delete session night with all its calls?")
        await screen.press("n", "x")
        await screen.shows("Delete session night with all its calls?")
        await screen.press("y")
        await screen.shows("Session night is deleted, with 3 calls.", "1 session")
    assert names(place) == ["morning"]
