from decimal import Decimal

from wiretally.agent.call import Cost, CostLine
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.parts.cost import cost, line_text

from ...agent.made import entry
from .whole import text_of, whole_of


def test_a_line_is_quantity_times_rate_equals_amount() -> None:
    line = CostLine("input", Decimal(1204), "token", Decimal("1.25"), 1_000_000, Decimal("0.001505"))
    assert " ".join(line_text(line).split()) == "input 1,204 tokens × $1.25 /M = $0.001505"
    flat = CostLine("web search", Decimal(2), "call", Decimal(10), 1000, Decimal("0.02"))
    assert " ".join(line_text(flat).split()) == "web search 2 calls × $10.00 /k = $0.020000"


def test_the_bill_adds_up_and_names_its_source(place: Home, store: Store) -> None:
    lines = (
        CostLine("input", Decimal(1000), "token", Decimal("1.25"), 1_000_000, Decimal("0.00125")),
        CostLine("output", Decimal(100), "token", Decimal(10), 1_000_000, Decimal("0.001")),
    )
    bill = Cost(Decimal("0.00225"), "priced", lines, "genai-prices", "2026-11-01")
    text = text_of(cost(whole_of(place, store, entry(1, cost=bill, service_tier="default")), 120))
    assert "total $0.002250 priced · default tier" in " ".join(text.split())
    assert "default tier · prices of genai-prices 2026-11-01" in text
    assert "input tokens" in text


def test_an_amount_of_next_to_nothing_is_not_shown_as_nothing(place: Home, store: Store) -> None:
    lines = (CostLine("input", Decimal(7), "token", Decimal("0.02"), 1_000_000, Decimal("0.00000014")),)
    text = text_of(cost(whole_of(place, store, entry(1, cost=Cost(Decimal("0.00000014"), "priced", lines))), 120))
    assert text.count("$0.000000140") == 2


def test_unknown_money_is_not_zero_and_an_estimate_is_marked(place: Home, store: Store) -> None:
    unpriced = Cost(None, "unpriced", note="no price for model x")
    text = text_of(cost(whole_of(place, store, entry(1, cost=unpriced)), 120))
    assert "total – unpriced" in " ".join(text.split())
    assert "no price for model x" in text
    assert "$0" not in text


def test_an_estimate_is_marked(place: Home, store: Store) -> None:
    estimated = Cost(Decimal("0.5"), "estimated")
    assert "~$0.500000" in text_of(cost(whole_of(place, store, entry(1, cost=estimated)), 120))
