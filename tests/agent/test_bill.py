"""Each token is billed once, and every amount is quantity times rate."""

from __future__ import annotations

from decimal import Decimal

from genai_prices.types import Tier, TieredPrices
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.bill import Bill, Rates
from wiretally.agent.call import Usage
from wiretally.agent.copies import replace
from wiretally.agent.price_file import Price

RATES = {
    "input_mtok": TieredPrices(base=Decimal(2), tiers=[Tier(start=1000, price=Decimal(4))]),
    "cache_read_mtok": Decimal("0.5"),
    "cache_write_mtok": Decimal("2.5"),
    "input_audio_mtok": Decimal(40),
    "cache_audio_read_mtok": Decimal(20),
    "input_image_mtok": Decimal(10),
    "output_mtok": Decimal(8),
    "output_audio_mtok": Decimal(80),
}
COUNTS = st.one_of(st.none(), st.integers(0, 3000))


NAMES = (
    *("input_tokens", "cached_tokens", "cache_write_tokens", "audio_input_tokens", "cached_audio_tokens"),
    *("image_tokens", "output_tokens", "audio_output_tokens"),
)


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, COUNTS)))
def test_every_token_is_on_exactly_one_line(counts: dict[str, int | None]) -> None:
    usage = replace(Usage(), **counts)
    bill = Bill(Rates(RATES, "a list", None), usage)
    bill.tokens()
    assert all(line.quantity >= 0 and line.amount >= 0 for line in bill.lines)
    assert all(line.amount == line.quantity * line.rate / line.per for line in bill.lines)
    assert bill.total == sum(line.amount for line in bill.lines)
    if usage.input_tokens is not None or usage.output_tokens is not None:
        billed = sum(line.quantity for line in bill.lines)
        assert billed == (usage.input_tokens or 0) + (usage.output_tokens or 0)


def test_a_tier_is_for_every_token_of_the_call() -> None:
    bill = Bill(Rates(RATES, "a list", None), Usage(input_tokens=1001))
    bill.tokens()
    (line,) = bill.lines
    assert (line.label, line.rate) == ("input (over 1,000 input tokens)", 4)


def test_a_unit_without_a_rate_is_missing_not_free() -> None:
    bill = Bill(Rates({"input_mtok": Decimal(1)}, "a list", None), Usage(input_tokens=5, output_tokens=7))
    bill.tokens()
    assert bill.missing == "output tokens"
    bill = Bill(Rates({}, "a list", None), Usage())
    bill.each("web search", 1, "call", None)
    assert bill.missing == "web search"


def test_sources_of_every_line_are_remembered() -> None:
    bill = Bill(Rates({"input_mtok": Decimal(1)}, "a list", "2026-01-01"), Usage(input_tokens=5))
    bill.tokens()
    bill.each("web search", 2, "call", Price(Decimal(10), "another", "2026-02-02"), 1000)
    assert bill.sources == {"a list": "2026-01-01", "another": "2026-02-02"}
    assert bill.lines[1].amount == Decimal("0.02")
