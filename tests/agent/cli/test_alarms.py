"""`wiretally alarms` as its user types it: rules before anything is recorded, states and history after."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from wiretally.agent import alarm_log
from wiretally.agent.alarm_log import Event, Standing
from wiretally.agent.cli import main

CONFIG = """
[balance]
alarm_below = 5
[alarm.slow]
metric = "latency_p95_ms"
threshold = 20000
window = "10m"
filter = "model:gpt-5*"
notify = ["webhook"]
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def wiretally(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines() if line]


def test_rules_are_listed_before_they_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert wiretally("alarms") == 0
    _, balance, slow = lines(capsys)
    assert balance == ["balance", "not", "judged", "yet", "balance_usd", "–", "below", "$5.00", "$5.00", "now"]
    assert slow == [
        "slow",
        "not",
        "judged",
        "yet",
        "latency_p95_ms",
        "–",
        "above",
        "20.0",
        "s",
        "18.0",
        "s",
        "10m",
        "model:gpt-5*",
    ]


def test_states_and_history_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    standings = {"balance": Standing("ok", now, 9.5), "slow": Standing("firing", now, 21_000.0)}
    events = [
        Event(now - 7200, "slow", "cleared", None, 18_000.0, "slow: nothing to judge"),
        Event(now, "slow", "fired", 21_000.0, 20_000.0, "it is slow"),
    ]
    first, _ = alarm_log.keep(home / "wiretally.db", standings, events)
    alarm_log.notified(home / "wiretally.db", first, {"webhook": "ok"})
    assert wiretally("alarms") == 0
    shown = capsys.readouterr().out
    assert "FIRING" in shown and "$9.50" in shown and "21.0 s" in shown
    assert shown.index("it is slow") < shown.index("slow: nothing to judge") < shown.index("webhook ok")
    assert wiretally("alarms", "--since", "1h", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [event["event"] for event in told["history"]] == ["fired"]
    balance, slow = told["rules"]
    assert (balance["state"], balance["message"]) == ("ok", "")
    assert (slow["state"], slow["value"], slow["clear"], slow["message"]) == ("firing", 21000, 18000, "it is slow")


def test_a_rule_that_cannot_be_understood_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config.toml").write_text(CONFIG.replace("model:gpt-5*", "colour:red"))
    assert wiretally("alarms") == 2
    assert capsys.readouterr().err.startswith("wiretally: alarm.slow: filter: ")
    assert wiretally("alarms", "--since", "soon") == 2
    assert "--since: 'soon'" in capsys.readouterr().err
