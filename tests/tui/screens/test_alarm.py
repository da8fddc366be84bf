"""A rule typed in: what becomes of it. test_alarm_page opens the dialog by its keys."""

from __future__ import annotations

import pytest
from wiretally.agent.alarm_metrics import METRICS
from wiretally.agent.errors import UsageError
from wiretally.agent.settings import AlarmSettings
from wiretally.tui.screens.alarm import UNITS, RuleText, as_settings, as_text


def test_a_rule_comes_back_as_it_was() -> None:
    known = AlarmSettings.model_validate(
        {"metric": "spend_usd", "threshold": 2.5, "clear": 1, "window": "1d", "filter": "app:w*", "min_calls": 3,
         "notify": ["webhook", "desktop"]}
    )  # fmt: skip
    made = as_settings(as_text("dear", known))
    assert AlarmSettings.model_validate({name: value for name, value in made.items() if value is not None}) == known


def test_what_is_left_empty_is_left_to_the_defaults() -> None:
    made = as_settings(RuleText("x", {"metric": "retry_count", "threshold": "3", "clear": " ", "notify": ""}))
    assert made == {"metric": "retry_count", "threshold": 3, "clear": None, "notify": None}


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("a b", {"threshold": "1"}, "The name is of letters"),
        ("x", {}, "The threshold is missing."),
        ("x", {"threshold": "nan"}, "threshold 'nan' is not a number"),
        ("x", {"threshold": "5", "clear": "9"}, "must not be above the threshold 5"),
        ("x", {"threshold": "5", "window": "soon"}, "window is 'soon'"),
        ("x", {"threshold": "5", "filter": "nofield:3"}, "nofield"),
        ("x", {"threshold": "5", "notify": "pigeon"}, "pigeon"),
    ],
)
def test_each_mistake_is_named(name: str, values: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        as_settings(RuleText(name, {"metric": "latency_p95_ms", **values}))


def test_every_metric_has_its_unit() -> None:
    assert set(UNITS) == set(METRICS)
