"""The numbers that a filter is written with: counts, times, sizes and money, each with the units it takes.

Apart from the fields (filter_fields.py) because a unit belongs to many of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal


class Problem(ValueError):
    """What is wrong with a term, without its place; the grammar adds the column."""


type Unit = Callable[[str], Decimal]
"""Reads a number with its unit, as the database keeps it. Raises Problem."""

NUMBER = r"(\d{1,15}(?:\.\d{1,15})?)"


def _scaled(pattern: str, scales: dict[str, int | Decimal], hint: str) -> Unit:
    form = re.compile(NUMBER + pattern, re.IGNORECASE)

    def read(text: str) -> Decimal:
        if not (found := form.fullmatch(text)):
            raise Problem(f"{text!r} is not {hint}")
        return Decimal(found[1]) * scales[(found[2] or "").lower()]

    return read


COUNT = _scaled(r"(k|m)?", {"": 1, "k": 1000, "m": 1_000_000}, "a number such as 200, 10k or 1.5M")
MILLISECONDS = _scaled(
    r"(ms|s|m|h)", {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}, "a time with its unit, such as 500ms, 5s or 2m"
)
SIZE = _scaled(
    r"(b|kb|mb|gb)?", {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}, "a size such as 500, 64kb or 2mb"
)
_DOLLARS = _scaled(r"()", {"": 10**12}, "an amount in USD such as 0.01")


def picodollars(text: str) -> Decimal:
    """USD as the database keeps them."""
    return _DOLLARS(text.removeprefix("$"))


def parameter(number: Decimal) -> int | float:
    """A number as SQLite takes it. Raises Problem where it has more than 63 bits."""
    if number != number.to_integral_value():
        return float(number)
    if number >= 2**63:
        raise Problem("the number is too large")
    return int(number)
