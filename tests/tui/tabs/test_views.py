"""Every tab's view against the calls that were saved; what the tabs share. Each tab has a file of its own as well."""

from __future__ import annotations

from importlib import import_module

import pytest
from wiretally.agent.filters import parse
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.keys import TABS
from wiretally.tui.view import Asked

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
