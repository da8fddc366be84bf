"""The names over the list: a click sorts, and the list under it answers the mouse."""

from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.widgets.list_head import ListHead

from ...agent.made import entry
from ..driving import opened


async def test_the_mouse_points_opens_and_sorts(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 60)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.until(lambda: calls.row is not None and calls.row.id == 59)  # the counters say 59 calls too
        await screen.pilot.click(calls, offset=(20, 4))
        assert calls.row is not None
        assert calls.row.id == 55
        place_of_cost = 1
        for column, cells in calls.placed:
            if column.name == "cost":
                break
            place_of_cost += cells + 1
        await screen.pilot.click(ListHead, offset=(place_of_cost + 2, 0))
        await screen.until(lambda: calls.order.column == "cost" and calls.row is not None)
        await screen.pilot.click(calls, offset=(20, 2), times=2)
        await screen.shows("── cost")
