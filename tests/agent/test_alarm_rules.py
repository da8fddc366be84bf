"""Each metric fires past its threshold, clears past its other one, and holds its state in between."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.alarm_metrics import METRICS, MetricName
from wiretally.agent.alarm_rules import Reading, Rule, rules, span
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.queries.alarms import StateName
from wiretally.agent.settings import Settings, load

HIGH = Rule("high", "latency_p95_ms", 100.0, 80.0)
LOW = Rule("low", "ratelimit_remaining_percent", 10.0, 20.0)


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        (
            HIGH,
            [(100, "ok"), (100.1, "firing"), (90, "firing"), (81, "firing"), (80, "ok"), (99, "ok"), (101, "firing")],
        ),
        (LOW, [(10, "ok"), (9.9, "firing"), (11, "firing"), (19.9, "firing"), (20, "ok"), (10, "ok"), (0, "firing")]),
        (HIGH, [(500, "firing"), (None, "ok"), (None, "ok"), (500, "firing")]),
        (Rule("same", "spend_usd", 1.0, 1.0), [(1, "ok"), (1.01, "firing"), (1, "ok")]),
        (Rule("b", "balance_usd", 5.0, 5.0), [(5, "ok"), (4.99, "firing"), (5, "ok"), (-1, "firing"), (None, "ok")]),
        (Rule("b", "balance_usd", None, None), [(5, "ok"), (-4, "ok"), (None, "ok")]),
    ],
)
def test_hysteresis(rule: Rule, steps: list[tuple[float | None, StateName]]) -> None:
    state: StateName = "ok"
    for value, expected in steps:
        state = rule.judge(state, Reading(value))
        assert (value, state) == (value, expected)


def test_an_exhausted_balance_fires_whatever_the_threshold() -> None:
    for threshold in (None, 0.0, 5.0):
        rule = Rule("balance", "balance_usd", threshold, threshold)
        assert rule.judge("ok", Reading(0.0, certain=True)) == "firing"
        assert "used up" in rule.message("firing", Reading(0.0, certain=True))


@pytest.mark.parametrize("metric", list(METRICS))
def test_by_default_a_rule_clears_on_its_good_side(metric: MetricName) -> None:
    (rule,) = rules(Settings.model_validate({"alarm": {"balance": {"metric": metric, "threshold": 0.95}}}))
    assert rule.clear is not None and rule.threshold is not None
    assert rule.clear >= rule.threshold if METRICS[metric].below else rule.clear <= rule.threshold
    bad = rule.threshold - 0.01 if METRICS[metric].below else rule.threshold + 0.01
    assert rule.judge("ok", Reading(bad)) == "firing"
    assert rule.judge("firing", Reading(rule.clear)) == "ok"


def test_messages_name_the_figure_the_window_and_the_limit() -> None:
    rule = Rule("slow", "latency_p95_ms", 20_000.0, 15_000.0, 600.0, "model:gpt-5*")
    over = "95th percentile of latency of model:gpt-5* over 10m"
    assert rule.message("firing", Reading(21_300.0)) == f"{over} is 21.3 s, above 20.0 s"
    assert rule.message("ok", Reading(9_000.0)) == f"{over} is 9,000 ms, back at or below 15.0 s"
    assert rule.message("ok", Reading(None)) == f"{over}: nothing to judge any more"
    balance = Rule("balance", "balance_usd", 5.0, 5.0)
    assert balance.message("firing", Reading(3.7212)) == "prepaid balance is $3.72, below $5.00"


def test_the_balance_is_always_watched_and_the_command_line_beats_the_settings() -> None:
    (rule,) = rules(Settings())
    assert (rule.name, rule.metric, rule.threshold) == ("balance", "balance_usd", None)
    settings = Settings.model_validate({"balance": {"alarm_below": "4"}})
    assert [rule.threshold for rule in rules(settings)] == [4.0]
    assert [rule.threshold for rule in rules(settings, Decimal(7))] == [7.0]
    own = Settings.model_validate({"alarm": {"balance": {"metric": "balance_usd", "threshold": 3, "clear": 6}}})
    assert [(rule.threshold, rule.clear) for rule in rules(own)] == [(3.0, 6.0)]
    assert [(rule.threshold, rule.clear) for rule in rules(own, Decimal(9))] == [(9.0, 9.0)]


def test_a_bad_filter_is_named_and_costs_no_other_rule() -> None:
    alarm = {"metric": "error_rate", "threshold": 0.1}
    settings = Settings.model_validate(
        {"alarm": {"a": {**alarm, "filter": "colour:red"}, "b": alarm, "off": {**alarm, "enabled": False}}}
    )
    with pytest.raises(UsageError, match=r"alarm\.a: filter: "):
        rules(settings)
    wrong = list[WiretallyError]()
    assert [rule.name for rule in rules(settings, wrong=wrong.append)] == ["balance", "b"]
    assert len(wrong) == 1


@pytest.mark.parametrize(("seconds", "text"), [(90, "90s"), (300, "5m"), (7200, "2h"), (604_800, "7d"), (0.5, "0.5s")])
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


BASE: dict[str, Any] = {"metric": '"error_rate"', "threshold": "0.1"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": "5"}, "alarm.x.threshold is 5: error_rate goes from 0 to 1."),
        ({"clear": "0.2"}, "alarm.x.clear is 0.2: must not be above the threshold 0.1."),
        ({"metric": '"balance_usd"', "clear": "0.05"}, "alarm.x.clear is 0.05: must not be below the threshold 0.1."),
        (
            {"window": '"soon"'},
            "alarm.x.window is 'soon': 'soon' is not a length of time; write 90s, 10m, 2h, 7d or 4w.",
        ),
        ({"window": "1"}, "alarm.x.window is 1: input should be greater than or equal to 10."),
        ({"threshold": "nan"}, "alarm.x.threshold is nan: "),
        ({"metric": '"speed"'}, "alarm.x.metric is 'speed': "),
        ({"notify": '["pigeon"]'}, "alarm.x.notify.0 is 'pigeon': "),
        ({"colour": "1"}, "unknown key alarm.x.colour. Known here: clear, enabled, filter, metric, "),
        ({"threshold": None}, "alarm.x.threshold is missing."),
        ({"metric": '"balance_usd"', "filter": '"app:x"'}, "alarm.x.filter is 'app:x': the balance is that of all"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_allowed(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    config = tmp_path / "config.toml"
    lines = [f"{key} = {value}" for key, value in (BASE | changes).items() if value is not None]
    config.write_text("[alarm.x]\n" + "\n".join(lines))
    with pytest.raises(UsageError) as error:
        load(config)
    assert str(error.value).startswith(f"{config}: {said}")
