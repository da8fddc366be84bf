from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ..driving import opened


async def test_progress_takes_a_line_only_while_there_is_some(place: Home, store: Store) -> None:
    del store
    async with opened(place, (80, 24)) as screen:
        await screen.shows("Three ways in")
        line = screen.app.progress
        assert not line.display
        line.show("export", 250, 1000)
        await screen.shows("export", "25%", "250 of 1,000")
        line.hide("replay")
        assert line.display
        line.hide("export")
        await screen.until(lambda: "250 of" not in screen.text)
