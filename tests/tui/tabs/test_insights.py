from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.insights import READ
from wiretally.tui.view import Asked

from ...agent.made import START, entry


def test_repeats_say_what_a_cache_would_have_saved(place: Home, store: Store) -> None:
    store.save([entry(number, body_hash="same") for number in range(5)] + [entry(9)])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 60, "repeats"))
    assert len(view.rows) == 1
    assert view.rows[0].cells[0][0] == "5"
    assert view.rows[0].cells[1][0] == "0.0050"


def test_the_heat_map_has_every_hour_of_the_week_and_every_call(place: Home, store: Store) -> None:
    store.save([entry(number, started_at=START + number * 3600) for number in range(50)])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(), START + 60 * 3600, "hours"))
    plot = view.plots[0]
    assert len(plot.series) == 7
    assert len(plot.labels) == 24
    assert sum(value or 0 for _, values in plot.series for value in values) == 50
