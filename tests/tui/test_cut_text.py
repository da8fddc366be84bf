"""What tests/tui/cut_text.py is to find, on a real screen."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.tabs.page import TabPage
from wiretally.tui.view import Head, Row, View
from wiretally.tui.widgets.bars import KeyBar

from ..agent.made import entry
from .cut_text import cut
from .driving import opened


async def test_a_frame_that_is_whole_is_not_complained_of(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call", "gpt-5-mini")
        await screen.until(lambda: cut(screen.app) == [])


async def test_what_is_cut_is_found(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call", "call 1  POST")
        app = screen.app
        app.feed.unwatch("counters")
        app.questions.unwatch("alarms")
        app.banner.text = "no end of trouble " * 40
        app.live.strip.row = replace(entry_row, model="m" * 200) if (entry_row := app.live.list.row) else None
        app.live.bar.status.problem = "word " * 60
        names = ("Banner: ", "DetailStrip: ", "FilterStatus: ")
        await screen.until(lambda: all(name in "\n".join(cut(app)) for name in names))


async def test_the_name_of_a_column_that_is_cut_is_found(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.press("2")
        await screen.shows("spent", "gpt-5-mini")
        page = screen.app.query_one("#cost", TabPage)
        screen.app.questions.unwatch("page")
        page.table.show(View("", (Head("the name of a column", 8), Head("", 60)), (Row((("1", ""), ("", ""))),)))
        page.summary.said = "word " * 200
        await screen.until(lambda: "the nam" in screen.text)
        names = ("Table: the name of a column", "Summary: ")
        await screen.until(lambda: all(name in "\n".join(cut(screen.app)) for name in names))


async def test_a_line_too_long_for_its_widget_is_found(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call", "gpt-5-mini")
        bar = screen.app.query_one(KeyBar)
        bar.render = lambda: Content("key does something  " * 9)  # pyright: ignore[reportAttributeAccessIssue]
        assert any(said.startswith("KeyBar: ") for said in cut(screen.app))
