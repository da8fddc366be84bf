"""`wiretally balance` as its user types it: what is said is kept, what is wrong is refused in one line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.call import Cost
from wiretally.agent.cli import main
from wiretally.agent.store import Store

from .. import made
from ..costs import provider


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    return tmp_path


def wiretally(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def facts(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert wiretally("balance", "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_what_was_said_is_shown_as_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    assert wiretally("balance", "set", "25", "--alarm-below", "5") == 0
    shown = capsys.readouterr().out
    assert "$25.0000  (estimate)" in shown and "below $5.00" in shown
    assert wiretally("balance", "add", "$1,000.50") == 0
    assert "$1,025.5000" in capsys.readouterr().out
    known = facts(capsys)
    assert (known["usd"], known["alarm_below"], known["is_estimate"]) == (1025.5, 5, True)


def test_spend_lowers_it_and_says_how_long_it_lasts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import time

    assert wiretally("balance", "set", "10") == 0
    store = Store(home / "wiretally.db")
    priced = made.entry(1, started_at=time.time() + 0.05, cost=Cost(Decimal(4), "priced"))
    guessed = made.entry(2, started_at=time.time() + 0.05, cost=Cost(Decimal(1), "estimated"))
    store.save([priced, guessed, made.entry(3, started_at=time.time() + 0.05, cost=Cost())])
    store.close()
    time.sleep(0.1)
    capsys.readouterr()
    assert wiretally("balance") == 0
    shown = capsys.readouterr().out
    assert "$5.0000  (estimate)" in shown and "about 1h00m at this rate" in shown
    assert "$1.0000 of it estimated; 1 calls could not be priced" in shown


def test_a_refusal_for_want_of_money_is_no_estimate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import time

    store = Store(home / "wiretally.db")
    refused: dict[str, Any] = {
        "state": "failed", "cost": Cost(), "error_code": "insufficient_quota", "error_type": "insufficient_quota",
    }  # fmt: skip
    store.save([made.entry(1, started_at=time.time() - 1, **refused)])
    store.close()
    assert wiretally("balance") == 0
    assert "$0.0000  (the provider said it is used up)" in capsys.readouterr().out


@pytest.mark.parametrize("amount", ["-4", "nan", "inf", "1e9", "5x", ""])
def test_what_is_no_amount_is_refused(home: Path, amount: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wiretally("balance", "set", amount) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"wiretally: USD {amount!r} ") and said.err.count("\n") == 1
    assert wiretally("balance", "set", "1", "--alarm-below", amount) == 2
    assert "--alarm-below" in capsys.readouterr().err
    assert not (home / "wiretally.db").exists()


def test_unsaid_it_is_unknown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wiretally("balance") == 1
    assert "wiretally agent" in capsys.readouterr().err
    Store(home / "wiretally.db").close()
    assert facts(capsys)["usd"] is None
    assert wiretally("balance") == 0
    assert "wiretally balance set USD" in capsys.readouterr().out


def test_sync_needs_an_admin_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)
    assert wiretally("balance", "sync") == 2
    assert capsys.readouterr().err.startswith("wiretally: OPENAI_ADMIN_KEY is not set.")


def test_sync_corrects_by_what_the_provider_billed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import time

    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-test")
    assert wiretally("balance", "set", "10") == 0
    day = int(time.time() // 86_400 * 86_400)
    with provider({day: ["1.5"]}) as base_url:
        capsys.readouterr()
        assert wiretally("balance", "sync", "--base-url", base_url) == 0
        shown = capsys.readouterr().out
        assert "$1.5000 since" in shown and "by -1.5000 USD, from $10.0000" in shown
        assert wiretally("balance", "sync", "--base-url", base_url, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["after"], told["correction"], told["elsewhere"]) == (8.5, 0, 1.5)
