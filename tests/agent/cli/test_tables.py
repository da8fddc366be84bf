"""Figures for people."""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import pytest
from wiretally.agent.cli.tables import ago, count, exact, percent, print_json, print_pairs, print_table, seconds, usd


def test_figures_have_units_and_unknown_is_not_zero() -> None:
    assert [usd(Decimal("1.28414")), usd(Decimal("0.0000123")), usd(None), usd(Decimal(2), True)] == [
        "$1.2841", "$0.0000123", "–", "~$2.0000",
    ]  # fmt: skip
    assert [count(1234567), count(None), count(5, True)] == ["1,234,567", "–", "~5"]
    assert [seconds(None), seconds(412.4), seconds(5810), seconds(600_000)] == ["–", "412 ms", "5.81 s", "10.0 min"]
    assert [percent(None), percent(0.019)] == ["–", "1.9 %"]
    assert [ago(0, 30), ago(0, 600), ago(0, 7200), ago(0, 864_000)] == ["30 s ago", "10 min ago", "2 h ago", "10 d ago"]


def test_an_amount_of_a_bill_is_told_to_its_last_digit() -> None:
    amounts = ["0.00152875", "0.00000014", "2", "1204.5", "0"]
    said = ["$0.00152875", "$0.00000014", "$2.000000", "$1,204.500000", "$0.000000"]
    assert [exact(Decimal(amount)) for amount in amounts] == said


def test_what_a_terminal_would_obey_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", ">b"), [("\x1b[2J[red]x[/red]\u202e", "1\n2")])
    print_pairs([("name", "\x07\x9b31m")])
    out = capsys.readouterr().out
    assert "␛[2J[red]x[/red]‹202e›" in out
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)


def test_json_has_money_as_exact_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"cost_usd": Decimal("0.000000000001")}])
    assert "1E-12" in capsys.readouterr().out.upper().replace("0.000000000001", "1E-12")


def test_json_has_nothing_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"model": "\x1b[2J\x9b31m\u202e"})
    out = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e"} & set(out)
    assert json.loads(out) == {"model": "\x1b[2J\x9b31m\u202e"}


def test_a_narrow_terminal_does_without_what_can_be_spared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    columns, rows = ("model", ">calls", ">cost", "what"), [("text-embedding-3", "1,234", "$12.3456", "some words " * 5)]
    for width, left_out in (("120", ""), ("50", "cost"), ("42", "cost, calls")):
        monkeypatch.setenv("COLUMNS", width)
        print_table(columns, rows, spare=("cost", "calls", "model"))
        printed, said = capsys.readouterr()
        assert ("$12.3456" in printed, "1,234" in printed) == ("cost" not in left_out, "calls" not in left_out)
        assert "text-embedding-3" in printed
        assert "…" not in printed
        assert max(len(line) for line in printed.splitlines() if "\x1b" not in line) <= int(width)
        assert said == (f"left out for want of width: {left_out}. --json has all.\n" if left_out else "")
