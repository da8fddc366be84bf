"""Limits over totals that were made by the real roll-ups' record, with plain numbers."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from wiretally.agent.queries.totals import Totals
from wiretally.agent.run_limits import RunLimits, summary


def totals(**values: Any) -> Totals:
    zero: dict[str, Any] = {field.name: Decimal(0) if "cost" in field.name else 0 for field in fields(Totals)}
    return Totals(**{**zero, **values})


@pytest.mark.parametrize(
    ("limits", "values", "expected"),
    [
        (RunLimits(), {"calls": 10**6, "cost": Decimal(10**6), "failed": 10**6}, None),
        (RunLimits(max_cost=Decimal("0.50")), {"cost": Decimal("0.50")}, None),
        (RunLimits(max_cost=Decimal("0.5")), {"cost": Decimal("0.6")}, "cost $0.6000, over --max-cost $0.5 by $0.1000"),
        (
            RunLimits(max_cost=Decimal(1)),
            {"cost": Decimal("0.9"), "estimated_cost": Decimal("0.2")},
            "cost about $1.10, over --max-cost $1 by $0.1000",
        ),
        (RunLimits(max_calls=2), {"calls": 2}, None),
        (RunLimits(max_calls=2), {"calls": 5}, "made 5 calls, over --max-calls 2 by 3"),
        (RunLimits(max_calls=0), {"calls": 1}, "made 1 call, over --max-calls 0 by 1"),
        (RunLimits(max_errors=0), {"failed": 1, "calls": 9}, "had 1 failed call, over --max-errors 0 by 1"),
    ],
)  # fmt: skip
def test_exceeded(limits: RunLimits, values: dict[str, Any], expected: str | None) -> None:
    assert limits.exceeded(totals(**values)) == expected


def test_calls_without_a_price_are_said_where_money_is_limited() -> None:
    unpriced = totals(calls=3, unpriced=2)
    assert RunLimits(max_calls=1).unjudged(unpriced) is None
    said = RunLimits(max_cost=Decimal(1)).unjudged(unpriced)
    assert said == "not counted against --max-cost, for want of a price: 2 calls"


def test_limits_that_limit_nothing_are_false() -> None:
    assert not RunLimits()
    assert RunLimits(max_errors=0) and RunLimits(max_cost=Decimal(0))


def test_summary_keeps_estimates_and_unknowns_apart() -> None:
    text = summary(totals(calls=4, input_tokens=1000, output_tokens=234, cost=Decimal("0.5"), unpriced=1, failed=2))
    assert text == "4 calls, 1,234 tokens, $0.5000, 1 unpriced, 2 failed"
    assert "$0.1000 estimated" in summary(totals(estimated_cost=Decimal("0.1")))
