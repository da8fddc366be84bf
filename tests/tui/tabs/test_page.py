import pytest
from rich.cells import cell_len
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.keys import TABS

from ...agent.made import START, traffic
from ..driving import opened

NOW = START + 3 * 86_400


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_every_tab_is_reached_and_says_something_at_every_size(
    place: Home, store: Store, size: tuple[int, int]
) -> None:
    store.save(traffic(120))
    expected = {
        "cost": "heading for", "latency": "first token p50", "errors": "calls failed",
        "conversations": "conversations ·", "insights": "a response cache", "alarms": "1 rule, 0 firing",
        "sessions": "2 sessions",
    }  # fmt: skip
    async with opened(place, size, clock=lambda: NOW) as screen:
        await screen.shows("120 calls")
        for number, name in enumerate(TABS[1:], 2):
            await screen.press(str(number))
            await screen.shows(expected[name])
            lines = screen.text.splitlines()
            assert all(cell_len(line) <= size[0] for line in lines)
            assert "q quit" in lines[-1]
        await screen.press("tab")
        await screen.shows("120 calls")


async def test_a_row_leads_to_the_calls_behind_it(place: Home, store: Store) -> None:
    store.save(traffic(120))
    async with opened(place, clock=lambda: NOW) as screen:
        await screen.shows("120 calls")
        await screen.press("4")
        await screen.shows("what to do")
        await screen.press("down", "enter")
        await screen.shows("fault:", " of 120 calls")
        assert 0 < screen.app.live.list.window.total < 120


async def test_b_looks_at_it_another_way_and_w_takes_another_range(place: Home, store: Store) -> None:
    store.save(traffic(120))
    async with opened(place, clock=lambda: NOW) as screen:
        await screen.shows("120 calls")
        await screen.press("2")
        await screen.shows("gpt-5-mini", "all time")
        await screen.press("b")
        await screen.shows("a.py", "b.py")
        await screen.press("w")
        await screen.shows("today")
