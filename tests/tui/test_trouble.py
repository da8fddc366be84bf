"""The banner's line."""

from __future__ import annotations

from decimal import Decimal

from wiretally.agent.queries.alarms import AlarmState
from wiretally.tui.counting import Purse
from wiretally.tui.trouble import Trouble

SLOW = AlarmState("slow", "firing", 10.0, 7000.0, 5000.0, "95th percentile of latency over 5m is 7,000 ms")
BALANCE = AlarmState("balance", "firing", 20.0, 3.7, 5.0, "prepaid balance is $3.70, below $5.00")
LOW = Purse(Decimal("3.72"), Decimal(5), 0.2, 5460.0)


def test_nothing_wrong_is_no_line() -> None:
    calm = Trouble(purse=Purse(Decimal(9), Decimal(5)))
    assert (calm.text, calm.more, calm.alarms) == ("", "", ())


def test_a_database_that_cannot_be_read_comes_first() -> None:
    trouble = Trouble("it is locked", (SLOW,), LOW)
    assert trouble.text == "it is locked"
    assert trouble.more == "+2: slow, balance"


def test_a_low_balance_says_how_long_it_lasts_whoever_noticed_it() -> None:
    said = "Balance $3.72, below $5.00, ~1h31m left. Add credit, then `wiretally balance add USD`."
    assert Trouble(purse=LOW).text == said
    assert Trouble(firing=(BALANCE,), purse=LOW).text == said
    assert Trouble(firing=(BALANCE,), purse=LOW).alarms == ("balance",)
    assert Trouble(firing=(BALANCE,)).text == "balance: prepaid balance is $3.70, below $5.00"


def test_any_alarm_is_said_and_the_others_are_counted() -> None:
    trouble = Trouble(firing=(SLOW, BALANCE))
    assert trouble.text == "slow: 95th percentile of latency over 5m is 7,000 ms"
    assert trouble.more == "+1: balance"
