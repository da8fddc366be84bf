from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
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
