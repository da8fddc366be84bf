import pytest
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.sorting import Sorting
from wiretally.tui.tabs import sessions as tab
from wiretally.tui.tabs.sessions import READ
from wiretally.tui.view import Asked

from ...agent.made import START, entry


def test_two_runs_stand_side_by_side_whatever_the_range(place: Home, store: Store) -> None:
    store.save([entry(number, session="yesterday") for number in range(4)])
    store.save([entry(number, session='to "day"') for number in range(10, 13)])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START + 999_999), START + 1_000_000, ""))
    assert {row.cells[0][0]: row.cells[3][0] for row in view.rows} == {"yesterday": "4", 'to "day"': "3"}
    assert view.rows[0].filter == 'session:"to \\"day\\""'


def test_more_sessions_than_are_looked_at_are_not_told_as_all(
    place: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "LIMIT", 2)
    store.save([entry(number, session=f"run {number}") for number in range(3)])
    with Reader(place.database) as reader:
        few = READ(reader, Asked(Span(), START + 60, ""))
        all_of_them = READ(reader, Asked(Span(), START + 60, "", sorting=Sorting("calls")))
    assert few.summary.startswith("the newest 2 sessions, ")
    assert all_of_them.summary.startswith("3 sessions, ")
    assert len(all_of_them.rows) == 2
