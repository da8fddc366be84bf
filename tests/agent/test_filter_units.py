"""Numbers are read exactly, with their units and no others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from wiretally.agent.filter_units import COUNT, MILLISECONDS, SIZE, Problem, Unit, parameter, picodollars


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        (COUNT, "200", 200), (COUNT, "10k", 10_000), (COUNT, "1.5M", 1_500_000), (MILLISECONDS, "500ms", 500),
        (MILLISECONDS, "1.5s", 1500), (MILLISECONDS, "2M", 120_000), (MILLISECONDS, "1h", 3_600_000), (SIZE, "7", 7),
        (SIZE, "64kb", 65_536), (SIZE, "2MB", 2_097_152), (picodollars, "$0.01", 10**10),
        (picodollars, "3", 3 * 10**12), (picodollars, "0.000000000001", 1),
    ],
)  # fmt: skip
def test_a_number_with_its_unit(unit: Unit, text: str, number: int) -> None:
    assert unit(text) == number


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        (COUNT, "10kb"), (COUNT, "-1"), (COUNT, ""), (COUNT, "1e9"), (MILLISECONDS, "500"), (MILLISECONDS, "2d"),
        (SIZE, "1tb"), (picodollars, "5k"), (picodollars, "$"), (COUNT, "9" * 16), (COUNT, "0." + "1" * 16),
    ],
)  # fmt: skip
def test_what_has_another_form_is_refused_with_examples(unit: Unit, text: str) -> None:
    with pytest.raises(Problem, match="such as"):
        unit(text)


def test_a_parameter_is_an_integer_where_it_can_be() -> None:
    assert repr(parameter(Decimal("10.0"))) == "10"
    assert parameter(Decimal("0.5")) == 0.5
    assert parameter(Decimal(2**63 - 1)) == 2**63 - 1
    with pytest.raises(Problem, match="too large"):
        parameter(Decimal(2**63))
