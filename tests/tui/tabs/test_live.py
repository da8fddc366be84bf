from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.tabs.live import read_listing
from wiretally.tui.window import Ask, WindowReader

from ...agent.made import traffic
from ..driving import opened


def test_a_filtered_listing_knows_how_many_calls_there_are_in_all(place: Home, store: Store) -> None:
    from wiretally.agent.filters import parse

    store.save(traffic(90))
    with Reader(place.database) as reader:
        listing = read_listing(WindowReader(parse("model:gpt-5")), Ask(), reader)
        assert 0 < listing.window.total < 90
        assert listing.whole == 90
        assert read_listing(WindowReader(), Ask(), reader).whole == 90


async def test_values_to_complete_with_are_those_on_the_screen(place: Home, store: Store) -> None:
    store.save(traffic(60))
    async with opened(place) as screen:
        await screen.shows("60 calls")
        assert screen.app.live.known_values("app") == ("a.py", "b.py")
        assert "gpt-5" in screen.app.live.known_values("model")
        assert screen.app.live.known_values("nonsense") == ()


async def test_the_window_of_time_changes_the_counters(place: Home, store: Store) -> None:
    store.save(traffic(60))
    async with opened(place, (80, 24)) as screen:
        await screen.shows(" all time", "60 calls")
        await screen.press("w")
        await screen.shows(" today")
