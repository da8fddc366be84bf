"""Each line is as wide as the list and marks only the cursor's call, and says where the call stands."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.widgets.call_lines import CURSOR

from ...agent.made import entry
from ...agent.made import opened as under_way
from ..driving import opened


async def test_every_line_fills_the_width_and_one_is_marked(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 30)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("29 calls")
        width = calls.scrollable_content_region.width
        lines = [calls.render_line(y) for y in range(calls.size.height)]
        assert {line.cell_length for line in lines} == {width}
        assert sum(CURSOR in line.text for line in lines) == 1
        assert CURSOR in lines[0].text


async def test_a_line_says_where_its_call_stands(place: Home, store: Store) -> None:
    store.save([entry(1), under_way(entry(2))])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("2 calls")
        await screen.until(lambda: "waiting" in calls.render_line(0).text)
        assert "stop" in calls.render_line(1).text
        assert calls.render_line(2).text.strip() == ""
