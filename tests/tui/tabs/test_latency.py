from wiretally.agent.call import Timing
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Bar, Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.latency import READ, histogram_plot
from wiretally.tui.view import Asked

from ...agent.made import START, entry


def test_the_slowest_model_stands_on_top(place: Home, store: Store) -> None:
    for number in range(20):
        slow = Timing(duration_ms=30_000.0, ttft_ms=500.0)
        store.save([entry(number * 2, model="slow", timing=slow), entry(number * 2 + 1, model="quick")])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 3600, "model"))
    assert [row.cells[0][0] for row in view.rows] == ["slow", "quick"]
    seconds = float(view.rows[0].cells[3][0].rstrip("s"))
    assert 29.5 < seconds < 30.5
    assert view.rows[0].filter == "model:slow"


def test_the_histogram_keeps_every_call() -> None:
    plot = histogram_plot([Bar(10.0, 3), Bar(51.0, 2), Bar(99.0, 1), Bar(60_000.0, 4)])
    values = plot.series[0][1]
    assert sum(value or 0 for value in values) == 10
    assert values[0] == 3
    assert len(plot.labels) == len(values)
