from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.widgets.call_list import CallList
from wiretally.tui.window import NEWEST, Ask

from ...agent.made import entry, traffic
from ..driving import Driver, opened


async def test_the_wheel_scrolls_without_end_and_without_layout(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 301)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("300 calls")
        calls.follow = False
        for top in (50, 150, 275, 10):
            calls.scroll_to(y=top, animate=False, immediate=True)
            await screen.until(lambda: calls.window.covers(calls.scroll_offset.y, calls.size.height))
            row = calls.window.row_at(calls.scroll_offset.y)
            assert row is not None
            assert row.id == 300 - calls.scroll_offset.y


async def test_sorting_goes_through_what_can_be_sorted_and_back_to_the_newest(place: Home, store: Store) -> None:
    store.save(traffic(40))
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("40 calls")
        seen = {calls.order.column}
        for _ in range(8):
            await screen.press("s")
            await screen.until(lambda: calls.window.total == 40)
            seen.add(calls.order.column)
        assert {"time", "cost", "duration", "ttft", "input", "output"} <= seen
        await screen.press("home")
        assert calls.follow == (calls.order == NEWEST)


async def test_columns_are_chosen_and_given_back(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("1 call", "worker.py")
        calls.choose_columns(["id", "model"])
        await screen.until(lambda: "worker.py  " not in screen.text.splitlines()[9])
        calls.choose_columns([])
        assert len(calls.placed) > 8


async def test_the_next_page_is_at_hand_before_it_is_turned(place: Home, store: Store) -> None:
    store.save(traffic(400))
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("400 calls")
        await screen.until(lambda: calls.window.rows)
        for page in range(1, 6):
            await screen.until(lambda: calls.window.covers(calls.scroll_offset.y, 2 * calls.size.height - 1))
            await screen.press("pagedown")
            assert calls.scroll_offset.y == page * (calls.size.height - 1)
            assert f"{calls.scroll_offset.y} above" in screen.text
            assert "…" not in [line.strip() for line in screen.text.splitlines()]


async def test_a_list_that_becomes_empty_is_drawn_empty(place: Home, store: Store) -> None:
    store.save(traffic(30))
    async with opened(place) as screen:
        await screen.shows("30 calls", "gpt-")
        await screen.press("slash", *"model:none", "enter")
        await screen.shows("nothing matches")
        calls = screen.app.live.list
        await screen.until(
            lambda: all("gpt-" not in line for line in screen.text.splitlines()[calls.region.y : calls.region.bottom])
        )


async def test_far_ends_are_shown_with_their_rows_at_once(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 501)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("500 calls")
        turned: list[bool] = []
        screen.app.watch(calls, "scroll_y", lambda: turned.append(calls.window.covers(*view(calls))), init=False)
        for key, expected in (("end", 1), ("home", 500), ("end", 1), ("f", 500)):
            await screen.press(key)
            await screen.until(lambda expected=expected: calls.row is not None and calls.row.id == expected)
        assert turned == [True] * 4


async def test_an_end_is_asked_for_once(place: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save([entry(number) for number in range(1, 501)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("500 calls")
        asked: list[Ask] = []
        want = calls.want

        def counted() -> None:
            asked.append(calls.ask())
            want()

        for step, expected in ((1, 1), (-1, 500)):
            monkeypatch.setattr(calls, "want", counted)
            calls.action_edge(step)
            monkeypatch.undo()
            await screen.until(lambda expected=expected: calls.row is not None and calls.row.id == expected)
        assert [ask.follow for ask in asked] == [False, True]


@asynccontextmanager
async def at_its_end(place: Home, store: Store) -> AsyncGenerator[Driver]:
    """The screen on 500 calls, at the oldest."""
    store.save([entry(number) for number in range(1, 501)])
    async with opened(place) as screen:
        await screen.shows("500 calls")
        await screen.press("end")
        await screen.until(lambda: (row := screen.app.live.list.row) is not None and row.id == 1)
        yield screen


async def test_an_end_that_was_seen_is_shown_again_before_it_is_asked_for(
    place: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_its_end(place, store) as screen:
        calls = screen.app.live.list
        asked: list[Ask] = []
        monkeypatch.setattr(calls, "want", lambda: asked.append(calls.ask()))
        for step, expected in ((-1, 500), (1, 1)):
            calls.action_edge(step)
            assert calls.row is not None
            assert calls.row.id == expected
            assert calls.window.covers(*view(calls))
        assert [ask.follow for ask in asked] == [True, False]
        monkeypatch.undo()
        store.save([entry(501)])
        await screen.shows("501 calls")
        await screen.press("home")
        await screen.until(lambda: calls.row is not None and calls.row.id == 501)


async def test_an_end_of_another_order_is_not_shown(place: Home, store: Store) -> None:
    async with at_its_end(place, store) as screen:
        calls = screen.app.live.list
        calls.action_reverse()
        await screen.until(lambda: calls.row is not None and calls.row.id == 1 and calls.cursor_line == 0)
        calls.action_edge(1)
        assert calls.scroll_offset.y == 0
        await screen.until(lambda: calls.row is not None and calls.row.id == 500)


async def test_who_turns_round_on_the_way_to_an_end_is_not_taken_there(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(1, 501)])
    async with opened(place) as screen:
        calls = screen.app.live.list
        await screen.shows("500 calls")
        calls.action_edge(1)
        calls.action_move(1)
        await screen.until(lambda: calls.row is not None and calls.row.id == 499)
        await screen.until(lambda: calls.window.first == 0 and calls.window.covers(*view(calls)))
        assert calls.scroll_offset.y == 0


def view(calls: CallList) -> tuple[int, int]:
    """The first line seen, and how many."""
    return calls.scroll_offset.y, calls.size.height
