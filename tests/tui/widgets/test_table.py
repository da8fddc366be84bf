from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.tabs.page import TabPage
from wiretally.tui.view import Head, Row, View
from wiretally.tui.widgets.table import Table

from ...agent.made import traffic
from ..driving import opened


def view(*names: str) -> View:
    return View(
        "", (Head("name", 8, right=False, grows=True),), tuple(Row(((name, ""),), f"app:{name}") for name in names)
    )


async def test_the_cursor_stays_on_its_row_when_the_order_changes(place: Home, store: Store) -> None:
    store.save(traffic(10))
    async with opened(place) as screen:
        await screen.press("8")
        await screen.shows("2 sessions")
        screen.app.questions.pause(True)
        table = screen.app.query_one(TabPage).query_one(Table)
        table.show(view("a", "b", "c"))
        await screen.press("down")
        assert table.cursor == 1
        table.show(view("x", "a", "b", "c"))
        assert table.cursor == 2
        await screen.press("end", "down")
        assert table.cursor == 3
        table.show(view("a"))
        assert table.cursor == 0
        table.show(view())
        await screen.press("enter")
        await screen.shows("Nothing in this range")
