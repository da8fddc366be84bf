"""Every tab's view against the calls that were saved; what the tabs share. Each tab has a file of its own as well."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest
from wiretally.agent.filters import parse
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.keys import TABS
from wiretally.tui.numbers import UNKNOWN
from wiretally.tui.sorting import Sorting
from wiretally.tui.view import Asked, View

from ...agent.made import START, traffic

NOW = START + 4 * 86_400
WAYS = [
    (name, choice)
    for name in TABS[1:]
    for choice in getattr(import_module(f"wiretally.tui.tabs.{name}"), "CHOICES", ("",))
]


@pytest.mark.parametrize(("name", "choice"), WAYS)
def test_every_way_of_looking_fits_its_heads_and_names_the_calls_behind(
    place: Home, store: Store, name: str, choice: str
) -> None:
    read = import_module(f"wiretally.tui.tabs.{name}").READ
    asked = Asked(Span(START - 1), NOW, choice)
    with Reader(place.database) as reader:
        empty = read(reader, asked)
        assert empty.rows == () or (name, choice) == ("alarms", "rules")  # the balance's rule is always there
        assert empty.empty
        store.save(traffic(150))
        view = read(reader, asked)
        assert view.summary
        for row in view.rows:
            assert len(row.cells) == len(view.heads)
            if row.filter:
                assert calls.count(reader, parse(row.filter)) > 0, row.filter
        for plot in view.plots:
            assert all(len(values) == len(plot.labels) for _, values in plot.series)
        assert view.rows or name in ("alarms", "conversations") or choice in ("repeats", "retries")


@pytest.mark.parametrize(("name", "choice"), [way for way in WAYS if way[0] != "alarms"])
def test_every_way_of_looking_is_sorted_by_each_of_its_columns(
    place: Home, store: Store, name: str, choice: str
) -> None:
    store.save(traffic(150))
    read = import_module(f"wiretally.tui.tabs.{name}").READ
    with Reader(place.database) as reader:
        asked = Asked(Span(START - 1), NOW, choice)
        usual: View = read(reader, asked)
        heads = [head for head in usual.heads if head.key]
        assert heads
        for head in heads:
            down: View = read(reader, replace(asked, sorting=Sorting(head.name)))
            up: View = read(reader, replace(asked, sorting=Sorting(head.name, descending=False)))
            assert sorted(row.cells for row in down.rows) == sorted(row.cells for row in usual.rows)
            column = [one.name for one in usual.heads].index(head.name)
            shown = [row.cells[column][0] for row in down.rows if row.cells[column][0] != UNKNOWN]
            assert shown == [row.cells[column][0] for row in up.rows if row.cells[column][0] != UNKNOWN][::-1]
