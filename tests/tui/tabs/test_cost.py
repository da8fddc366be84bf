from decimal import Decimal

from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.cost import READ
from wiretally.tui.view import Asked

from ...agent.made import START, entry, traffic


def test_rows_and_plot_add_up_to_what_was_spent(place: Home, store: Store) -> None:
    made = traffic(200)
    store.save(made)
    spent = sum((item.call.cost.usd or Decimal(0) for item in made if item.call.state != "open"), Decimal(0))
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 4 * 86_400, "model"))
    shown = sum(Decimal(row.cells[5][0].lstrip("~").replace("<", "0")) for row in view.rows)
    assert abs(shown - spent) < Decimal("0.001")
    plotted = sum(value or 0 for _, values in view.plots[0].series for value in values)
    assert abs(plotted - float(spent)) < 1e-9
    assert f"{spent:.4f}" in view.summary


def test_more_than_six_models_share_the_last_colour(place: Home, store: Store) -> None:
    store.save([entry(number, model=f"m{number % 9}") for number in range(90)])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 3600, "model"))
    assert [name for name, _ in view.plots[0].series][-1] == "others"
    assert len(view.plots[0].series) == 6
    assert len(view.rows) == 9
