"""The dialog of the range of time, by its key: the counters and the tabs take what was typed."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ...agent.made import START, entry
from ..driving import opened


async def test_a_range_is_typed_until_it_is_one_and_holds_on_every_tab(place: Home, store: Store) -> None:
    store.save([entry(number, started_at=START + number * 60) for number in range(10)])
    async with opened(place, (80, 24), clock=lambda: START + 600) as screen:
        await screen.shows("10 calls", "all time")
        await screen.press("W", *"later", "enter")
        await screen.shows("'later' is not a time")
        await screen.press(*["backspace"] * 5, *"450s..3m", "enter")
        await screen.until(lambda: screen.app.range.words == "450s..3m")
        assert screen.app.range.span(START + 600).bounds == (round(START + 150) * 1000, round(START + 420) * 1000)
        await screen.press("2")
        await screen.shows("gpt-5-mini", "450s..3m")
        table = screen.app.query_one("#cost").query_one("Table")
        assert "  4  " in "\n".join(screen.text.splitlines()[table.region.y :])
        await screen.press("w")
        await screen.shows("today")
