from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ..agent.made import entry
from .driving import opened


async def test_a_key_is_found_by_what_it_does_and_run(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 calls")
        await screen.press("ctrl+p")
        await screen.press(*"freeze the screen")
        await screen.shows("key space")
        await screen.press("enter")
        await screen.shows("paused")
