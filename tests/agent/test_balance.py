"""Amounts as people type them, and whose word on the alarm's threshold counts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent import balance
from wiretally.agent.errors import UsageError
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.settings import BalanceSettings


@pytest.mark.parametrize(
    ("text", "usd"),
    [("25", "25"), (" 4.50 ", "4.50"), ("$1,000", "1000"), ("0", "0"), ("0.000000000001", "0.000000000001")],
)
def test_amounts(text: str, usd: str) -> None:
    assert balance.amount(text) == Decimal(usd)


def test_a_refused_amount_is_named() -> None:
    with pytest.raises(UsageError, match=r"--max '1000001' is out of range. Write dollars between 0 and 1,000,000"):
        balance.amount("1000001", "--max")


def test_the_command_line_beats_the_settings(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    configured = BalanceSettings(alarm_below=Decimal(3))
    balance.state(home, "set", Decimal(20), None)
    with Reader(home.database) as reader:
        assert balance.alarm_below(reader, BalanceSettings(alarm_below=None)) is None
        assert balance.alarm_below(reader, configured) == 3
        balance.state(home, "add", Decimal(5), Decimal(0))
        assert balance.alarm_below(reader, configured) == 0
