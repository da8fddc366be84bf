"""Keys that come all at once."""

from __future__ import annotations

from textual import events
from textual.screen import ModalScreen
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.agent.store import Store
from wiretally.tui.widgets.filter_bar import FilterInput

from ..agent.made import entry
from .driving import Driver, opened


def typed(screen: Driver, text: str) -> None:
    """All keys of `text` before the first is looked at."""
    for character in text:
        screen.app.post_message(events.Key({"/": "slash"}.get(character, character), character))


async def test_a_filter_typed_at_once_arrives_whole(place: Home, store: Store) -> None:
    store.save([entry(1), entry(2, model="dream")])
    async with opened(place) as screen:
        await screen.until(lambda: screen.app.live.list.row is not None)
        typed(screen, "/dream/m")
        await screen.until(lambda: screen.app.live.bar.input.value == "dream/m")
        assert screen.app.calls.marked is None
        assert not isinstance(screen.app.screen, ModalScreen)


async def test_the_key_that_is_set_for_it_does_the_same(place: Home, store: Store) -> None:
    store.save([entry(1)])
    settings = TuiSettings.model_validate({"range": "all", "keys": {"filter": "F"}})
    async with opened(place, settings=settings) as screen:
        await screen.until(lambda: screen.app.live.list.row is not None)
        typed(screen, "FdreamF/m")
        await screen.until(lambda: screen.app.live.bar.input.value == "dreamF/m")
        assert screen.app.calls.marked is None


async def test_the_key_goes_on_being_that_of_the_screen_on_top(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.until(lambda: screen.app.live.list.row is not None)
        await screen.press("m")
        await screen.shows("remark on call")
        await screen.press("slash")
        assert not isinstance(screen.app.focused, FilterInput)
        await screen.shows("/")
