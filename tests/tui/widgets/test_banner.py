from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ..driving import opened


async def test_a_banner_takes_a_line_only_while_it_says_something(place: Home, store: Store) -> None:
    del store
    async with opened(place) as screen:
        banner = screen.app.banner
        await screen.shows("Three ways in")
        screen.app.feed.unwatch("counters")
        await screen.pilot.pause(0.1)
        assert not banner.display
        banner.text = "the balance is \x1b[31mlow"
        await screen.shows("⚑ the balance is ␛[31mlow")
        banner.text = ""
        await screen.until(lambda: "balance is" not in screen.text)
