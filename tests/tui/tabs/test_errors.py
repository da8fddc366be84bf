from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.errors import READ
from wiretally.tui.view import Asked

from ...agent.made import START, entry


def test_failures_say_whose_move_it_is_and_what_to_do(place: Home, store: Store) -> None:
    made = [
        entry(n, state="failed", fault="quota", status=429, error_code="credit_balance_exhausted") for n in range(3)
    ]
    store.save([*made, entry(4, state="failed", fault="network", status=None), entry(5)])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 3600, ""))
    first, second = view.rows
    assert [cell[0] for cell in first.cells[2:5]] == ["quota", "429", "credit_balance_exhausted"]
    assert "Add credit" in first.cells[-1][0]
    assert first.filter == "fault:quota code:credit_balance_exhausted status:429"
    assert second.filter == "fault:network"
    assert view.summary == "4 of 5 calls failed, 80.0%"
