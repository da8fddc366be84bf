from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ..agent.made import entry
from .driving import opened


async def test_a_key_is_found_by_what_it_does_and_run(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("ctrl+p")
        await screen.press(*"freeze the screen")
        await screen.shows("key space")
        await screen.press("enter")
        await screen.shows("paused")


async def test_what_a_tab_and_the_inspector_can_do_is_there_too(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("7")
        await screen.shows("1 rule")
        await screen.press("ctrl+p", *"a new rule")
        await screen.shows("key a")
        await screen.press("enter")
        await screen.shows("a new alarm")
        await screen.press("escape", "1", "enter")
        await screen.shows("call 1")
        await screen.press("ctrl+p", *"rating on")
        await screen.shows("key m")
        await screen.press("enter")
        await screen.shows("remark on call 1")
