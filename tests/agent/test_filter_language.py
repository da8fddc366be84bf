"""What a filter may say: nothing, a scenario's name, spans; what is wrong with it is pointed at."""

from __future__ import annotations

import pytest
from wiretally.agent import filters
from wiretally.agent.errors import UsageError
from wiretally.agent.queries.where import EVERYTHING


def test_an_empty_filter_is_everything() -> None:
    assert filters.parse("  ") == EVERYTHING


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("modle:gpt-5", 1, "did you mean model?"),
        ("is:error laetncy>5s", 10, "did you mean latency?"),
        ("app:x status:abc", 7, "a number such as 200"),
        ("latency>5", 1, "a time with its unit"),
        ("is:eror", 1, "error, failed"),
        ("fault:qouta", 1, "quota"),
        ("(a OR b", 1, "( is not closed"),
        ("a )", 3, ") without its ("),
        ("a OR", 5, "a term is missing"),
        ('"open', 1, '" is not closed'),
        ("model>3", 1, "model takes : ="),
        ("since:yesterday", 1, "10m, 2h or 7d"),
        ("id:99999999999999999999", 1, "not a number"),
        ("scenario:none", 1, "config.toml"),
        ("((((" * 20, 41, "levels"),
    ],
)
def test_an_error_points_at_the_column_and_says_what_is_allowed(text: str, column: int, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        filters.parse(text)
    assert f"(column {column} of" in str(caught.value)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_is_a_filter_by_name() -> None:
    scenarios = {"chat": "kind:chat -is:error", "busy": "scenario:chat latency>5s", "loop": "scenario:loop"}
    assert filters.parse("scenario:chat", scenarios=scenarios) == filters.parse(scenarios["chat"])
    assert filters.parse("scenario:busy", scenarios=scenarios).parameters == ("chat", 5000)
    with pytest.raises(UsageError, match="names itself"):
        filters.parse("scenario:loop", scenarios=scenarios)


def test_since_counts_from_now() -> None:
    assert filters.parse("since:2h", now=10_000).parameters == (2_800_000,)
