"""The dialog of columns."""

from __future__ import annotations

from wiretally.agent.locations import Home
from wiretally.agent.settings import load
from wiretally.agent.store import Store
from wiretally.tui.columns import COLUMNS
from wiretally.tui.screens.columns import MEANINGS, Arrangement, ColumnsScreen, arrangement

from ...agent.made import entry
from ..driving import Driver, opened

NAMES = ("time", "app", "model")


def placed(screen: Driver) -> list[str]:
    return [column.name for column, _ in screen.app.live.list.placed]


def test_an_arrangement_is_switched_and_shifted() -> None:
    made = arrangement(NAMES, ())
    assert made.names == ()  # the width decides
    assert set(made.order) == {column.name for column in COLUMNS}
    assert made.switched("app").names == ("time", "model")
    assert made.shifted("model", -2).names == ("model", "time", "app")
    assert made.shifted("time", -1).names == NAMES
    assert Arrangement(("a", "b"), frozenset({"a"})).switched("a").names == ("a",)  # the last one stays


def test_every_column_says_what_it_is() -> None:
    assert set(MEANINGS) == {column.name for column in COLUMNS}


async def test_columns_are_chosen_ordered_and_sorted_while_the_list_shows_it(place: Home, store: Store) -> None:
    store.save([entry(1), entry(2)])
    async with opened(place) as screen:
        await screen.shows("2 calls")
        before = placed(screen)
        await screen.press("c")
        await screen.until(lambda: isinstance(screen.app.screen, ColumnsScreen))
        await screen.press("down", "space")
        assert placed(screen) == [name for name in before if name != "app"]
        await screen.press("up", "J", "J")  # past the hidden one, past the next
        assert placed(screen)[:2] == ["call", "time"]
        await screen.press("s")
        await screen.until(lambda: not screen.app.live.list.order.descending)
        await screen.press("enter")
        await screen.until(lambda: not isinstance(screen.app.screen, ColumnsScreen))
        assert placed(screen)[:2] == ["call", "time"]
        assert not place.config.exists()


async def test_leaving_brings_back_what_was(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        before = placed(screen)
        await screen.press("c")
        await screen.until(lambda: isinstance(screen.app.screen, ColumnsScreen))
        await screen.press("space", "down", "space", "escape")
        await screen.until(lambda: placed(screen) == before)
        assert screen.app.live.list.chosen == ()


async def test_columns_are_kept_for_good_and_given_back_to_the_width(place: Home, store: Store) -> None:
    store.save([entry(1)])
    place.config.write_text("# mine\n[tui]\nbell = false\n")
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("c")
        await screen.until(lambda: isinstance(screen.app.screen, ColumnsScreen))
        await screen.press("space", "w")
        await screen.shows("columns: kept in")
        kept = load(place.config).tui
        assert kept.columns
        assert "time" not in kept.columns
        assert not kept.bell
        await screen.press("c")
        await screen.until(lambda: isinstance(screen.app.screen, ColumnsScreen))
        await screen.press("r", "w")
        await screen.until(lambda: load(place.config).tui.columns == [])
        assert place.config.read_text().startswith("# mine")
