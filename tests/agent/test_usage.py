"""Usage in all its spellings, among them the two that peers mistake for each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from wiretally.agent.usage import read_usage


@pytest.mark.parametrize(
    ("total", "details"),
    [
        ("prompt_tokens", "prompt_tokens_details"),
        ("input_tokens", "input_tokens_details"),
        ("input_tokens", "input_token_details"),
        ("prompt_tokens", "prompt_token_details"),
    ],
)
def test_cached_tokens_are_found_in_every_spelling(total: str, details: str) -> None:
    usage = read_usage({total: 100, "total_tokens": 120, details: {"cached_tokens": 80, "audio_tokens": 1}})
    assert usage is not None
    assert (usage.input_tokens, usage.cached_tokens, usage.audio_input_tokens, usage.output_tokens) == (100, 80, 1, 20)
    assert usage.source == "reported"


def test_not_told_is_not_zero() -> None:
    usage = read_usage({"prompt_tokens": 5, "completion_tokens": 0, "prompt_tokens_details": None})
    assert usage is not None
    assert (usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.total_tokens) == (
        0,
        None,
        None,
        None,
    )


def test_the_object_is_kept_as_it_came() -> None:
    raw: dict[str, Any] = {"prompt_tokens": 5, "something_new": {"x": 1}}
    usage = read_usage(raw)
    assert usage is not None
    assert usage.raw == raw


def test_seconds() -> None:
    usage = read_usage({"type": "duration", "seconds": 7.5})
    assert usage is not None
    assert (usage.seconds, usage.input_tokens) == (Decimal("7.5"), None)


@pytest.mark.parametrize("raw", [None, {}, [], "x", 5, {"prompt_tokens": "5"}, {"prompt_tokens": -1}, {"x": 1}])
def test_what_counts_nothing_is_no_usage(raw: object) -> None:
    assert read_usage(raw) is None


def test_one_odd_value_does_not_cost_the_others() -> None:
    usage = read_usage(
        {
            "prompt_tokens": 5.0,
            "completion_tokens": 2**60,
            "total_tokens": {"x": 1},
            "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": -1, "cached_tokens_details": 7},
            "completion_tokens_details": "none",
        }
    )
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens, usage.cached_tokens) == (5, None, None, 3)
    assert (usage.audio_input_tokens, usage.reasoning_tokens) == (None, None)


def test_details_that_say_nothing_do_not_hide_those_in_another_spelling() -> None:
    usage = read_usage(
        {"prompt_tokens": 5, "prompt_tokens_details": {"x": 1}, "input_tokens_details": {"cached_tokens": 3}}
    )
    assert usage is not None
    assert usage.cached_tokens == 3
