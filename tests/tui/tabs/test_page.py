import pytest
from rich.cells import cell_len
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.keys import TABS
from wiretally.tui.sorting import UNSORTED
from wiretally.tui.tabs.page import TabPage
from wiretally.tui.view import View
from wiretally.tui.widgets.table import Table

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
        await screen.until(lambda: 0 < screen.app.live.list.window.total < 120)


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


async def test_a_table_is_sorted_by_key_and_by_a_click_on_a_head(place: Home, store: Store) -> None:
    store.save(traffic(120))
    async with opened(place, clock=lambda: NOW) as screen:
        await screen.shows("120 calls")
        await screen.press("2")
        await screen.shows("gpt-5-mini", "all time")
        table = screen.app.query_one("#cost Table", Table)

        def column(head: str) -> list[float]:
            place = [name for name, _ in table.head_widths].index(head)
            return [float(row.cells[place][0].replace(",", "").removeprefix("~")) for row in table.rows]

        await screen.press("s")
        await screen.shows("model▾")
        await screen.press("s", "S")
        await screen.shows("▴calls")
        await screen.until(lambda: column("calls") == sorted(column("calls")))
        at = screen.text.splitlines()[table.region.y].index("cost $")
        for arrow, order in (("▾", -1), ("▴", 1)):
            await screen.pilot.click(table, offset=(at + 1, 0))
            await screen.shows(f"{arrow}cost $")
            await screen.until(lambda order=order: column("cost $") == sorted(column("cost $"))[::order])
        assert table.cursor == 0


async def test_an_answer_in_the_order_before_does_not_move_the_cursor_of_the_new_one(place: Home, store: Store) -> None:
    store.save(traffic(120))
    async with opened(place, clock=lambda: NOW) as screen:
        await screen.press("2")
        await screen.shows("gpt-5-mini", "all time")
        page = screen.app.query_one("#cost", TabPage)
        heads, before = page.table.head_widths, page.table.rows
        page.table.action_sort()
        page._take(UNSORTED, View("", (), ()))  # pyright: ignore[reportPrivateUsage]
        assert (page.table.head_widths, page.table.rows) == (heads, before)
        await screen.until(lambda: [row.cells[0] for row in page.table.rows] != [row.cells[0] for row in before])
        assert page.table.cursor == 0


async def test_the_ways_to_look_and_the_range_are_clicked(place: Home, store: Store) -> None:
    store.save(traffic(120))
    async with opened(place, (160, 40), clock=lambda: NOW) as screen:
        await screen.shows("120 calls")
        await screen.press("2")
        await screen.shows("gpt-5-mini", "all time")
        line = next(line for line in screen.text.splitlines() if "b by" in line)
        summary = screen.app.query_one("#cost Summary")
        await screen.pilot.click(summary, offset=(line.index("session"), 0))
        await screen.until(lambda: screen.app.query_one("#cost", TabPage).choice == "session")
        await screen.pilot.click(summary, offset=(line.index("b by"), 0))
        await screen.until(lambda: screen.app.query_one("#cost", TabPage).choice == "endpoint")
        await screen.pilot.click(summary, offset=(line.index("w window"), 0))
        await screen.shows("today")
